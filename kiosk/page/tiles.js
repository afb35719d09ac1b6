/**
 * Which tiles stand on a page of the kiosk, and what each says. Pure.
 * @module
 */
import { t, name } from '../../assets/js/i18n.js';
import { clockTime, dateText, waitText } from '../../assets/js/format.js';

/**
 * @typedef {Object} Tile
 * @property {'service'|'department'} kind
 * @property {string} id
 * @property {{zh: string, en: string}} name
 * @property {string} icon
 * @property {boolean} open
 * @property {string} reason why closed
 * @property {string} opensAt
 * @property {number} waiting
 * @property {boolean} staffed a window is at work
 * @property {import('../../assets/js/format.js').ExpectedWait|undefined} expected
 * @property {boolean} unsure
 */

/** More tiles than this on one page are grouped or turned. */
export const FULL_PAGE = 10;

/** @param {any} s a service of the view @returns {Tile} */
export function serviceTile(s) {
  return {
    kind: 'service', id: s.id, name: s.name, icon: s.icon || 'file-text', open: s.open, reason: s.closedReason || '', opensAt: s.opensAt || '',
    waiting: s.waiting, staffed: s.windowsOpen > 0, expected: s.expectedWait, unsure: !!s.unsure,
  };
}

/**
 * The tile of a department: open when one of its services is, waiting = all of theirs, wait = the least to the most.
 * @param {any} department @param {any[]} services its own
 * @returns {Tile}
 */
export function departmentTile(department, services) {
  const open = services.filter(s => s.open);
  const first = services[0] || {};
  return {
    kind: 'department', id: department.id, name: department.name, icon: department.icon || first.icon || 'landmark', open: open.length > 0,
    reason: first.closedReason || '', opensAt: earliest(services), waiting: services.reduce((n, s) => n + s.waiting, 0),
    staffed: open.some(s => s.windowsOpen > 0), expected: spread(open), unsure: false,
  };
}

/** @param {any[]} services @returns {string} */
function earliest(services) {
  return services.map(s => s.opensAt).filter(Boolean).sort()[0] || '';
}

/** @param {any[]} services @returns {import('../../assets/js/format.js').ExpectedWait|undefined} */
function spread(services) {
  const known = services.map(s => s.expectedWait).filter(Boolean);
  if (!known.length) return undefined;
  const low = Math.min(...known.map(w => w.lowSeconds)), high = Math.max(...known.map(w => w.highSeconds));
  return { seconds: known.reduce((n, w) => n + w.seconds, 0) / known.length, lowSeconds: low, highSeconds: high };
}

/**
 * The tiles of the start page: services while they fit, else departments. A department with one service is that service.
 * @param {any} view
 * @returns {{tiles: Tile[], wide: Tile|null, grouped: boolean}}
 */
export function homeTiles(view) {
  const unsure = view.services.filter((/** @type {any} */ s) => s.unsure)[0];
  const rest = view.services.filter((/** @type {any} */ s) => s !== unsure);
  const wide = unsure ? serviceTile(unsure) : null;
  if (rest.length <= FULL_PAGE) return { tiles: rest.map(serviceTile), wide, grouped: false };
  const tiles = view.departments.map((/** @type {any} */ d) => groupTile(d, rest)).filter(Boolean);
  return { tiles, wide, grouped: true };
}

/** @param {any} department @param {any[]} services @returns {Tile|null} */
function groupTile(department, services) {
  const own = services.filter(s => s.department === department.id);
  if (own.length === 0) return null;
  return own.length === 1 ? Object.assign(serviceTile(own[0]), { icon: own[0].icon || department.icon || 'file-text' }) : departmentTile(department, own);
}

/** @param {any} view @param {string} department @returns {Tile[]} */
export function departmentTiles(view, department) {
  return view.services.filter((/** @type {any} */ s) => s.department === department).map(serviceTile);
}

/**
 * How many tiles one page holds: in large print four in one column, low down six, else ten, or eight with keys to turn.
 * @param {number} count @param {{large: boolean, low: boolean}} modes @param {boolean} wide a wide tile stands below
 * @returns {{columns: 1|2, size: number}}
 */
export function capacity(count, modes, wide) {
  if (modes.large) return { columns: 1, size: modes.low ? 4 : 5 };
  if (modes.low) return { columns: 2, size: wide ? 4 : 6 };
  return { columns: 2, size: count > FULL_PAGE ? FULL_PAGE - 2 : FULL_PAGE };
}

/**
 * One page of tiles.
 * @param {Tile[]} tiles @param {number} size @param {number} pageNo
 * @returns {{tiles: Tile[], pageNo: number, pages: number}}
 */
export function pageOf(tiles, size, pageNo) {
  const pages = Math.max(1, Math.ceil(tiles.length / size));
  const n = Math.min(pageNo, pages - 1);
  return { tiles: tiles.slice(n * size, n * size + size), pageNo: n, pages };
}

/**
 * The two lines at the right of a tile.
 * @param {Tile} tile @param {string} today 2026-11-23
 * @returns {{waiting: number|null, line: string, good: boolean, head: string}}
 */
export function tileFigures(tile, today) {
  if (!tile.open) return { waiting: null, head: tile.opensAt && isToday(tile.opensAt, today) ? opens(tile.opensAt, today) : t('closed.' + (tile.reason || 'paused')), line: tile.opensAt && !isToday(tile.opensAt, today) ? opens(tile.opensAt, today) : t('kiosk.notNow'), good: false };
  if (!tile.staffed && tile.waiting === 0) return { waiting: 0, head: '', line: t('kiosk.noWindowOpen'), good: false };
  const w = waitText(tile.waiting, tile.expected);
  return { waiting: tile.waiting, head: '', line: w.text, good: w.kind === 'none' };
}

/** @param {string} at @param {string} today @returns {boolean} */
function isToday(at, today) { return at.slice(0, 10) === today; }

/**
 * When something opens: 13:30 开始, 明日 8:30 起, 11月25日 星期三 8:30 起.
 * @param {string} at RFC 3339 @param {string} today 2026-11-23
 * @returns {string}
 */
export function opens(at, today) {
  const time = clockTime(at), day = at.slice(0, 10);
  if (day === today) return t('kiosk.opensAt', { time });
  if (Date.parse(day) - Date.parse(today) === 86400000) return t('kiosk.opensTomorrow', { time });
  return t('kiosk.opensOn', { date: dateText(day), time });
}

/** The name of a tile as its own; the one for the unsure asks its question. @param {Tile} tile @returns {string} */
export function tileName(tile) { return tile.unsure ? t('kiosk.unsure', { name: name(tile.name) }) : name(tile.name); }
