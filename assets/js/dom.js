/**
 * Small services around rendering: the root, what screen readers are told, and the second tap that must not count.
 * @module
 */
import { render } from '../vendor/htm/preact/standalone.module.js';

/** A second tap within this many ms is the same tap. */
export const TAP_MS = 800;

/**
 * Renders into an element by its id.
 * @param {any} vnode
 * @param {string} [id] default 'app'
 */
export function mount(vnode, id) {
  const root = document.getElementById(id || 'app');
  if (!root) throw new Error('no element with id ' + (id || 'app'));
  render(vnode, root);
}

/** @type {Object<string, HTMLElement>} */
const regions = {};

/** @param {'polite'|'assertive'} kind @returns {HTMLElement} */
function region(kind) {
  if (regions[kind] && regions[kind].isConnected) return regions[kind];
  const el = document.createElement('div');
  el.className = 'visually-hidden';
  el.setAttribute('aria-live', kind);
  el.setAttribute('aria-atomic', 'true');
  regions[kind] = el;
  document.body.appendChild(el);
  return el;
}

/**
 * Tells screen readers a sentence. The same sentence again is told again.
 * @param {string} text
 * @param {{assertive?: boolean}} [options] assertive interrupts: for refusals and calls
 */
export function announce(text, options) {
  const el = region(options && options.assertive ? 'assertive' : 'polite');
  el.textContent = '';
  setTimeout(() => { el.textContent = text; }, 60); // an unchanged text in one go is not read
}

/**
 * Makes a handler deaf while it is at work, and for TAP_MS after each start: one tap is one act.
 * @template {any[]} A
 * @param {(...args: A) => any} act
 * @param {{ms?: number, now?: () => number}} [options]
 * @returns {(...args: A) => Promise<any>} undefined when the tap was ignored
 */
export function guard(act, options) {
  const ms = options && options.ms !== undefined ? options.ms : TAP_MS;
  const now = options && options.now || (() => performance.now());
  let last = -Infinity, busy = false;
  return async (...args) => {
    if (busy || now() - last < ms) return undefined;
    busy = true;
    last = now();
    try { return await act(...args); } finally { busy = false; }
  };
}

/**
 * Sets the mode of the whole page: its roles, text size and motion.
 * @param {{mode?: 'light'|'dark'|'contrast'|'auto', large?: boolean, low?: boolean, calm?: boolean}} modes
 */
export function setModes(modes) {
  const html = document.documentElement;
  if (modes.mode) html.setAttribute('data-mode', modes.mode);
  ['large', 'low', 'calm'].forEach(name => {
    const on = modes[/** @type {'large'|'low'|'calm'} */ (name)];
    if (on !== undefined) html.classList.toggle(name, on);
  });
}
