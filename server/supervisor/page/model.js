/**
 * What the live page shows, worked out from one view: no element, no clock of its own.
 * @module
 */

/** @typedef {import('./types.js').Live} Live */
/** @typedef {import('./types.js').Service} Service */
/** @typedef {import('./types.js').Window} Window */
/** @typedef {import('./types.js').Share} Share */

/** So many plates fit beside each other in a line of the table; the rest is told as a number. */
export const PLATES = 4;

/**
 * A line of the services table: a service, or a department with all of its services.
 * @typedef {Object} Row
 * @property {string} id
 * @property {import('./types.js').Name} name
 * @property {string[]} services
 * @property {number} waiting
 * @property {string} [longestSince] when the longest wait began
 * @property {boolean} late whether that wait is beyond its promise
 * @property {number} [expectedSeconds] of the slowest service
 * @property {Share} [within]
 * @property {string[]} windows open ones
 * @property {string} [closedReason] when none of the services gives tickets
 * @property {boolean} noWindow people wait and nobody serves one of the services
 */

/**
 * The lines of the services table, one a department in plan order.
 * @param {Live} view
 * @param {number} now ms
 * @returns {Array<Row & {children: Row[]}>}
 */
export function departmentRows(view, now) {
  return view.departments.map(d => {
    const services = view.services.filter(s => s.department === d.id);
    const children = services.map(s => serviceRow(s, view.windows, now));
    return Object.assign(joinRows(d, children), { children });
  }).filter(row => row.children.length > 0);
}

/** @param {Service} s @param {Window[]} windows @param {number} now @returns {Row} */
export function serviceRow(s, windows, now) {
  const open = windows.filter(w => w.state === 'open' && w.services.indexOf(s.id) >= 0).map(w => w.id);
  return {
    id: s.id, name: s.name, services: [s.id], waiting: s.waiting, longestSince: s.longest && s.longest.since, late: isLate(s, now),
    expectedSeconds: s.expectedWait && s.expectedWait.seconds, within: s.within && s.within.of > 0 ? s.within : undefined,
    windows: open, closedReason: s.open ? undefined : s.closedReason, noWindow: s.waiting > 0 && open.length === 0,
  };
}

/** @param {Service} s @param {number} now @returns {boolean} */
function isLate(s, now) {
  return !!(s.longest && s.promisedMinutes && now - Date.parse(s.longest.since) > s.promisedMinutes * 60000);
}

/** @param {import('./types.js').Named} d @param {Row[]} rows @returns {Row} */
function joinRows(d, rows) {
  const waits = rows.map(r => r.longestSince).filter(Boolean).sort();
  const expected = rows.map(r => r.expectedSeconds).filter(s => s !== undefined);
  return {
    id: d.id, name: d.name, services: rows.map(r => r.id), waiting: sum(rows.map(r => r.waiting)), longestSince: waits[0],
    late: rows.some(r => r.late), expectedSeconds: expected.length ? Math.max(...expected.map(Number)) : undefined,
    within: addShares(rows.map(r => r.within)), windows: inOrder(rows), noWindow: rows.some(r => r.noWindow),
    closedReason: rows.length > 0 && rows.every(r => r.closedReason) ? rows[0].closedReason : undefined,
  };
}

/** @param {number[]} list @returns {number} */
function sum(list) { return list.reduce((a, b) => a + b, 0); }

/** @param {Array<Share|undefined>} shares @returns {Share|undefined} */
function addShares(shares) {
  const given = /** @type {Share[]} */ (shares.filter(Boolean));
  return given.length ? { count: sum(given.map(s => s.count)), of: sum(given.map(s => s.of)) } : undefined;
}

/** @param {Row[]} rows @returns {string[]} every window once, by number */
function inOrder(rows) {
  const all = new Set();
  rows.forEach(r => r.windows.forEach(w => all.add(w)));
  return Array.from(all).sort(byNumber);
}

/** Orders window numbers as people count: 2 before 10. @param {string} a @param {string} b @returns {number} */
export function byNumber(a, b) { return Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0); }

/** The windows in number order. @param {Window[]} windows @returns {Window[]} */
export function windowsInOrder(windows) { return windows.slice().sort((a, b) => byNumber(a.id, b.id)); }

/** A share as whole percent; undefined when there is nothing to share. @param {Share|undefined} s @returns {number|undefined} */
export function percentOf(s) { return s && s.of > 0 ? Math.round(100 * s.count / s.of) : undefined; }

/** Whether a share misses the target, by its exact value. @param {Share|undefined} s @param {number} target percent @returns {boolean} */
export function below(s, target) { return !!s && s.of > 0 && 100 * s.count < target * s.of; }

/**
 * Whether the view shows another day than today's: before opening it is the day before, and must say so.
 * @param {Live} view
 * @returns {boolean}
 */
export function isPast(view) { return !!view.hall.date && view.hall.date !== view.businessDate; }

/**
 * The class of a window's cell and the word under its number.
 * @param {Window} w
 * @returns {{cell: string, word: string}}
 */
export function cellOf(w) {
  if (w.overdue) return { cell: 'overdue', word: 'overdue' };
  return { cell: w.status, word: w.status };
}

/** @param {import('./types.js').Named[]} list @param {string|undefined} id @returns {import('./types.js').Name|undefined} */
export function nameOf(list, id) {
  const found = list.find(n => n.id === id);
  return found && found.name;
}
