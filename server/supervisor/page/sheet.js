/**
 * A sheet over the page, and commands with their refusals.
 * @module
 */
import { html, useEffect, useRef, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../../assets/js/i18n.js';
import { Icon } from '../../../assets/js/icon.js';
import { announce } from '../../../assets/js/dom.js';
import { problemText } from '../../../assets/js/problem.js';

/**
 * A dialog. Escape and the key at its corner lead back; the focus stays inside and returns to where it was.
 * @param {{title: string, close: string, children?: any}} props close: the address it goes back to
 */
export function Sheet(props) {
  /** @type {{current: any}} */
  const ref = useRef(null);
  useEffect(() => {
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    ref.current.querySelector('.sheet__close').focus();
    return () => { if (before && before.isConnected) before.focus(); };
  }, []);
  const leave = () => { location.hash = props.close; };
  return html`<div class="sheet-ground" onClick=${(/** @type {any} */ e) => e.target === e.currentTarget && leave()}>
    <div class="sheet" ref=${ref} role="dialog" aria-modal="true" aria-labelledby="sheet-title" onKeyDown=${(/** @type {KeyboardEvent} */ e) => keyInside(e, ref.current, leave)}>
      <div class="sheet__head"><h2 id="sheet-title">${props.title}</h2>
        <a class="key sheet__close" href=${props.close}><${Icon} name="x" />${t('action.close')}</a></div>
      ${props.children}</div></div>`;
}

/**
 * @param {KeyboardEvent} e
 * @param {HTMLElement} sheet
 * @param {() => void} leave
 */
function keyInside(e, sheet, leave) {
  if (e.key === 'Escape') leave();
  if (e.key !== 'Tab') return;
  const stops = Array.from(sheet.querySelectorAll('a[href], button, input, select, textarea'));
  const first = /** @type {HTMLElement} */ (stops[0]), last = /** @type {HTMLElement} */ (stops[stops.length - 1]);
  if (e.shiftKey ? document.activeElement !== first : document.activeElement !== last) return;
  e.preventDefault();
  (e.shiftKey ? last : first).focus();
}

/**
 * One command at a time, with what it was refused for.
 * @returns {{busy: boolean, problem: unknown, run: (act: () => Promise<void>) => Promise<void>, clear: () => void}}
 */
export function useCommand() {
  const [busy, setBusy] = useState(false);
  /** @type {[unknown, (p: unknown) => void]} */
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const run = async (/** @type {() => Promise<void>} */ act) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try { await act(); } catch (e) { refused(e, setProblem); } finally { setBusy(false); }
  };
  return { busy, problem, run, clear: () => setProblem(null) };
}

/** @param {unknown} failure @param {(p: unknown) => void} set */
function refused(failure, set) {
  set(failure);
  const p = problemText(failure);
  announce(p.title + ' ' + p.detail, { assertive: true });
}

/** A refusal in words. @param {{problem: unknown}} props */
export function Refusal(props) {
  if (!props.problem) return null;
  const p = problemText(props.problem);
  return html`<p class="notice notice--bad"><${Icon} name="triangle-alert" /><span><b>${p.title}</b> ${p.detail}</span></p>`;
}
