/**
 * The geometry of the day's chart: points and ticks from half hours. Pure, so that it can be tested without a page.
 * @module
 */

/** @typedef {import('./types.js').Bucket} Bucket */
/** @typedef {{x: number, y: number, value: number, running: boolean}} Point running: of the half hour that is not over */
/** @typedef {{width: number, height: number, left: number, right: number, top: number, bottom: number}} Box */

const STEP = 30;

/**
 * Minute of the day of an RFC 3339 time, as the hall's clock shows it.
 * @param {string} at
 * @returns {number}
 */
export function minuteOfDay(at) {
  const m = /T(\d\d):(\d\d)/.exec(at);
  return m ? Number(m[1]) * 60 + Number(m[2]) : 0;
}

/**
 * The minutes that the axis spans: the opening hours, and beyond them whatever has happened. A day that goes over midnight goes on counting.
 * @param {Bucket[]} flow
 * @param {string[]} hours '08:30-12:00'
 * @returns {{from: number, to: number}}
 */
export function span(flow, hours) {
  const bands = hours.map(bandMinutes).filter(b => b.to - b.from < 1440);
  const first = flow.length ? minuteOfDay(flow[0].at) : 8 * 60;
  const last = first + Math.max(flow.length, bands.length ? 1 : 12) * STEP;
  const from = Math.min(first, ...bands.map(b => b.from));
  return { from: from - from % STEP, to: Math.max(last, ...bands.map(b => b.to)) };
}

/** @param {string} band @returns {{from: number, to: number}} */
function bandMinutes(band) {
  const m = band.split('-').map(t => minuteOfDay('T' + t));
  return { from: m[0], to: m[1] };
}

/**
 * A round top of the scale with three to five steps.
 * @param {number} most
 * @returns {{top: number, step: number}}
 */
export function scale(most) {
  const rough = Math.max(most, 4) / 4;
  const magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map(n => n * magnitude).find(n => n >= rough) || 10 * magnitude;
  return { top: Math.ceil(Math.max(most, 4) / step) * step, step };
}

/**
 * The points of one line, each in the middle of its half hour, the running one at the present minute: what is not over yet must not look like a
 * fall. Half hours without a value are left out.
 * @param {Bucket[]} flow
 * @param {(b: Bucket) => number|undefined} value
 * @param {{from: number, to: number}} axis
 * @param {number} top
 * @param {Box} box
 * @param {number} now minute of the day, -1 for a day that is over
 * @returns {Point[]}
 */
export function points(flow, value, axis, top, box, now) {
  const start = flow.length ? minuteOfDay(flow[0].at) : 0;
  /** @type {Point[]} */
  const list = [];
  flow.forEach((b, i) => {
    const v = value(b), minute = start + i * STEP, running = now >= minute && now < minute + STEP;
    if (v !== undefined) list.push({ x: xOf(running ? now : minute + STEP / 2, axis, box), y: yOf(v, top, box), value: v, running });
  });
  return list;
}

/** @param {number} minute @param {{from: number, to: number}} axis @param {Box} box @returns {number} */
export function xOf(minute, axis, box) {
  const share = (minute - axis.from) / Math.max(1, axis.to - axis.from);
  return round(box.left + share * (box.width - box.left - box.right));
}

/** @param {number} value @param {number} top @param {Box} box @returns {number} */
export function yOf(value, top, box) { return round(box.height - box.bottom - value / top * (box.height - box.top - box.bottom)); }

/** @param {number} n @returns {number} */
function round(n) { return Math.round(n * 10) / 10; }

/** @param {Point[]} list @returns {string} what an SVG path draws */
export function pathOf(list) { return list.map((p, i) => (i ? 'L' : 'M') + p.x + ' ' + p.y).join(''); }

/**
 * Times on the axis: every hour, or every second or third one when they would stand too close.
 * @param {{from: number, to: number}} axis
 * @returns {number[]} minutes
 */
export function ticks(axis) {
  const hours = (axis.to - axis.from) / 60;
  const step = hours > 16 ? 180 : hours > 8 ? 120 : 60;
  const list = [];
  for (let m = axis.from; m <= axis.to; m += step) list.push(m);
  return list;
}

/** @param {number} minute @returns {string} 9:30 */
export function timeText(minute) {
  const m = (minute % 1440 + 1440) % 1440;
  return Math.floor(m / 60) + ':' + (m % 60 < 10 ? '0' : '') + m % 60;
}
