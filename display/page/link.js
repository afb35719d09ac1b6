/**
 * What a board says of its connection: nothing for ten seconds, then a mark, after five minutes the whole screen.
 * @module
 */

/** @typedef {import('./types.js').Link} Link */

/** So long nothing changes, in ms. */
export const MARK_MS = 10000;
/** Then the numbers are no help any more, in ms. */
export const FULL_MS = 300000;

/**
 * @param {{since: number, time: string}|null} lost since when it has not been live (ms, any clock that runs evenly), and what the hall's clock showed; null while live
 * @param {number} now by the same clock
 * @returns {Link}
 */
export function linkOf(lost, now) {
  if (!lost || now - lost.since < MARK_MS) return { phase: 'live', time: '' };
  return { phase: now - lost.since < FULL_MS ? 'mark' : 'full', time: lost.time };
}
