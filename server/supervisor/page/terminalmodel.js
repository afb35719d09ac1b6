/**
 * What the page of the hall's machines shows of one: no element, no clock.
 * @module
 */
import { clockTime } from '../../../assets/js/format.js';

/**
 * A terminal, as the server's package gives it.
 * @typedef {Object} Terminal
 * @property {string} name
 * @property {'kiosk'|'board'|'pad'|'callpad'} role
 * @property {string} [place]
 * @property {boolean} enrolled
 * @property {string} [enrolledAt]
 * @property {string} [seenAt]
 * @property {string} [address]
 * @property {number} sockets
 * @property {string} [twiceAt]
 */

/** The roles in the order in which a hall sets them up. */
export const ROLES = ['kiosk', 'board', 'pad', 'callpad'];

/**
 * The word, mark and tone of a terminal's state.
 * @param {Terminal} i
 * @returns {{word: string, icon: string, tone: string}}
 */
export function stateOf(i) {
  if (!i.enrolled) return { word: 'waiting', icon: 'hourglass', tone: '' };
  if (i.twiceAt) return { word: 'twice', icon: 'triangle-alert', tone: 'bad' };
  if (i.sockets > 0) return { word: 'connected', icon: 'circle-check', tone: 'good' };
  return i.seenAt ? { word: 'away', icon: 'unplug', tone: 'warn' } : { word: 'never', icon: 'hourglass', tone: '' };
}

/** Date and time of day as the hall's clock shows them. @param {string|undefined} at @returns {string} */
export function momentText(at) { return at ? at.slice(0, 10) + ' ' + clockTime(at) : '–'; }

/**
 * A code as it is typed: capitals, a hyphen in the middle, nothing that no code has.
 * @param {string} typed
 * @returns {string}
 */
export function codeText(typed) {
  const letters = typed.toUpperCase().replace(/[^BCDFGHJKLMNPQRSTVWXZ]/g, '').slice(0, 8);
  return letters.length > 4 ? letters.slice(0, 4) + '-' + letters.slice(4) : letters;
}

/**
 * A name for the next terminal of a role: the role and the first figure that is free.
 * @param {string} role
 * @param {string[]} taken
 * @returns {string}
 */
export function freeName(role, taken) {
  let n = 1;
  while (taken.indexOf(role + '-' + n) >= 0) n++;
  return role + '-' + n;
}
