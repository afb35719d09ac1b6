/**
 * The hall's time on a machine whose own clock may be wrong.
 * @module
 */

/**
 * @typedef {Object} Clock
 * @property {(at: string) => void} sync takes a frame's `at` (RFC 3339)
 * @property {() => number} now the hall's time, ms since 1970
 * @property {() => string} text the hall's time of day, 9:42
 * @property {() => string} date the hall's date, 2026-11-23
 * @property {(at: string|number) => number} since whole seconds from a time (RFC 3339 or ms) to now, never negative
 * @property {(tell: () => void, period?: number) => () => void} every calls back at each full period (ms, default 1000) of the hall's time; returns a stop
 */

/** A frame can only be late, so a smaller offset is mere delay; beyond this many ms it is a clock that was set. */
const JUMP_MS = 2000;

/**
 * Makes a clock. It runs on the monotonic counter: somebody setting the terminal's clock moves nothing.
 * @param {{mono?: () => number, start?: number}} [options] for tests
 * @returns {Clock}
 */
export function createClock(options) {
  const mono = options && options.mono || (() => performance.now());
  let offset = (options && options.start || Date.now()) - mono();
  let synced = false;
  let zoneMinutes = -new Date().getTimezoneOffset();
  const now = () => offset + mono();
  const local = () => new Date(now() + zoneMinutes * 60000);
  /** @param {string} at */
  const sync = at => {
    const seen = Date.parse(at) - mono();
    if (Number.isNaN(seen)) return;
    zoneMinutes = zoneOf(at);
    if (!synced || seen > offset || offset - seen > JUMP_MS) offset = seen;
    synced = true;
  };
  return {
    sync, now,
    text: () => local().getUTCHours() + ':' + two(local().getUTCMinutes()),
    date: () => local().toISOString().slice(0, 10),
    since: at => Math.max(0, Math.floor((now() - (typeof at === 'number' ? at : Date.parse(at))) / 1000)),
    every: (tell, period) => every(now, tell, period || 1000),
  };
}

/** @param {number} n @returns {string} */
function two(n) { return (n < 10 ? '0' : '') + n; }

/** @param {string} at @returns {number} minutes east of UTC */
function zoneOf(at) {
  const m = /([+-])(\d\d):(\d\d)$/.exec(at);
  return m ? (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) : 0;
}

/** @param {() => number} now @param {() => void} tell @param {number} period @returns {() => void} */
function every(now, tell, period) {
  /** @type {any} */
  let timer;
  const next = () => { timer = setTimeout(() => { next(); tell(); }, period - now() % period + 1); };
  next();
  return () => clearTimeout(timer);
}
