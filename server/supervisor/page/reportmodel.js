/**
 * The order and names of the report's rows. Pure.
 * @module
 */
import { byNumber } from './model.js';

/** @typedef {{count: number, meanSeconds: number, p50Seconds: number, p90Seconds: number, p99Seconds: number}} Durations */
/**
 * @typedef {Object} StatsRow
 * @property {Object<string, string>} by
 * @property {Durations} wait
 * @property {Durations} handling
 * @property {{kept: number, of: number}} [promise]
 * @property {boolean} [few]
 */
/** @typedef {import('./types.js').Live} Live */

/**
 * Rows in the order of the plan, numbers as people count, what belongs nowhere last: an order that says nothing about anybody.
 * @template {{by: Object<string, string>}} R
 * @param {R[]} rows
 * @param {string} by
 * @param {Live|null} view
 * @returns {R[]}
 */
export function inPlanOrder(rows, by, view) {
  const order = planOrder(by, view);
  const place = (/** @type {string} */ id) => id === '' ? Infinity : order.indexOf(id) < 0 ? order.length : order.indexOf(id);
  return rows.slice().sort((a, b) => {
    const x = place(a.by[by]), y = place(b.by[by]);
    return x === y ? byNumber(a.by[by], b.by[by]) : x - y;
  });
}

/** @param {string} by @param {Live|null} view @returns {string[]} */
function planOrder(by, view) {
  if (!view) return [];
  if (by === 'service') return view.services.map(s => s.id);
  if (by === 'department') return view.departments.map(d => d.id);
  return by === 'class' ? view.classes.map(c => c.id) : [];
}

/**
 * What a group is called.
 * @param {string} by
 * @param {string} id
 * @param {Live|null} view
 * @param {Object<string, string>} staff names by number
 * @param {(n: any) => string} say a name in the page's language
 * @returns {string}
 */
export function groupName(by, id, view, staff, say) {
  if (id === '') return '';
  if (by === 'hour') return Number(id) + ':00';
  if (by === 'staff') return id + (staff[id] ? ' ' + staff[id] : '');
  /** @type {Object<string, import('./types.js').Named[]>} */
  const lists = view ? { service: view.services, department: view.departments, class: view.classes } : {};
  const found = (lists[by] || []).find(n => n.id === id);
  return found ? say(found.name) : id;
}

/** Seconds as minutes with one decimal. @param {number} seconds @returns {string} */
export function tenths(seconds) { return (Math.round(seconds / 6) / 10).toFixed(1); }
