/**
 * What the staff's keys send. One press is one request with one key; a press while one is under way is nothing.
 * @module
 */
import { newKey, post } from '../../assets/js/http.js';

/** @type {Object<string, true>} commands about a ticket wherever it is, named by its number in the address */
const BY_NUMBER = { reclassify: true, void: true, correct: true, return: true };

/**
 * The address of a command.
 * @param {string} window @param {string} action @param {string} [number] of the ticket, where the address names it
 * @returns {string}
 */
export function path(window, action, number) {
  if (BY_NUMBER[action]) return '/api/v1/tickets/by-number/' + encodeURIComponent(number || '') + '/' + action;
  return '/api/v1/windows/' + encodeURIComponent(window) + '/' + action;
}

/**
 * Makes the sender of a page.
 * @param {{onBusy: (action: string) => void, post?: typeof post, newKey?: () => string}} options post and newKey for tests
 * @returns {{send: (window: string, action: string, body?: any, number?: string) => Promise<any>, busy: () => boolean}}
 *   send gives the answer, null for 204, undefined when another command is under way; it throws the Problem of a refusal
 */
export function createCommands(options) {
  const send = options.post || post, key = options.newKey || newKey;
  let under = '';
  /** @param {string} action */
  const enter = action => { under = action; options.onBusy(action); };
  return {
    busy: () => under !== '',
    async send(window, action, body, number) {
      if (under) return undefined;
      enter(action);
      try { return await send(path(window, action, number), body, { key: key() }); } finally { enter(''); }
    },
  };
}
