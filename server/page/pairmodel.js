/**
 * How the pairing of this machine stands, worked out from what the server said: no element, no clock, no wire.
 * @module
 */

/** @typedef {{deviceCode: string, userCode: string, expiresAt: string, pollSeconds: number}} Pairing as the server gives it */
/** @typedef {{name: string, role: string, place?: string}} Terminal */

/**
 * @typedef {Object} State
 * @property {'begin'|'pending'|'checking'|'paired'} phase begin: a code has to be asked for
 * @property {Pairing|null} pairing
 * @property {string} check four figures
 * @property {Terminal|null} terminal what this machine will be
 * @property {string} page where it goes on; '' for one without a page
 * @property {'none'|'offline'|'busy'} trouble
 * @property {number} waitSeconds until the server is asked again
 */

/** So long a server that does not answer is left alone, in seconds. */
export const RETRY_SECONDS = 3;

/**
 * The state of a page just opened, with what it kept of an earlier one.
 * @param {string|null} kept JSON of a pairing
 * @returns {State}
 */
export function opening(kept) {
  const pairing = readPairing(kept);
  return { phase: pairing ? 'pending' : 'begin', pairing, check: '', terminal: null, page: '', trouble: 'none', waitSeconds: 0 };
}

/** @param {string|null} kept @returns {Pairing|null} */
function readPairing(kept) {
  try {
    const p = JSON.parse(kept || 'null');
    return p && p.deviceCode && p.userCode ? p : null;
  } catch (e) {
    return null; // somebody else's words under our name
  }
}

/** @param {State} s @param {Pairing} pairing @returns {State} after a code was given */
export function begun(s, pairing) {
  return Object.assign({}, s, { phase: 'pending', pairing, check: '', terminal: null, trouble: 'none', waitSeconds: pairing.pollSeconds });
}

/**
 * @param {State} s
 * @param {{state: 'pending'|'checking'|'paired', check?: string, terminal?: Terminal, page?: string}} answer
 * @returns {State} after an answer to a question
 */
export function answered(s, answer) {
  return Object.assign({}, s, {
    phase: answer.state, check: answer.check || '', terminal: answer.terminal || null, page: answer.page || '', trouble: 'none',
    waitSeconds: s.pairing ? s.pairing.pollSeconds || RETRY_SECONDS : RETRY_SECONDS,
  });
}

/**
 * A code that is over, void, refused or of a server that was started anew is replaced by another one; everything else passes by itself.
 * @param {State} s
 * @param {{code?: string, retryAfterSeconds?: number}} problem
 * @returns {State}
 */
export function failed(s, problem) {
  if (problem.code === 'bad_code') return Object.assign(opening(null), { trouble: 'none' });
  if (problem.code === 'rate_limited') return Object.assign({}, s, { trouble: 'busy', waitSeconds: Math.max(RETRY_SECONDS, problem.retryAfterSeconds || 0) });
  return Object.assign({}, s, { trouble: 'offline', waitSeconds: RETRY_SECONDS });
}

/**
 * Where a paired machine goes on: the page it was opened for, if that is its own, with all that stands in the address.
 * @param {string} page of its role
 * @param {string} path of the address
 * @returns {'stay'|'reload'|'go'}
 */
export function onward(page, path) {
  if (!page) return 'stay';
  return path.indexOf(page) === 0 ? 'reload' : 'go';
}
