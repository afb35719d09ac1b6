/**
 * The frame of every sheet: a dialog with a title, its keys, and the focus kept inside.
 * @module
 */
import { html, useEffect, useRef } from '../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../assets/js/i18n.js';
import { Icon } from '../../assets/js/icon.js';
import { KeyHint, classes } from '../../assets/js/parts.js';

/**
 * A sheet over the page. Escape and the cross close it; the focus goes back to where it was. Enter sends its form.
 * @param {{title: string, onClose: () => void, onSubmit?: () => void, submit?: string, danger?: boolean, refusal?: string, ready?: boolean, wide?: boolean, children?: any}} props
 */
export function Sheet(props) {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => showModal(ref.current), []);
  /** @param {Event} e */
  const submit = e => { e.preventDefault(); if (props.onSubmit && props.ready !== false) props.onSubmit(); };
  return html`<dialog ref=${ref} class=${classes('sheet', 'paper', props.wide && 'paper--wide')} aria-labelledby="sheet-title" onCancel=${(/** @type {Event} */ e) => { e.preventDefault(); props.onClose(); }}>
    <form class="paper__form" onSubmit=${submit}><div class="paper__head"><h2 id="sheet-title" tabindex="-1">${props.title}</h2>
      <button type="button" class="key key--quiet paper__close" aria-label=${t('action.close')} onClick=${props.onClose}><${Icon} name="x" /></button></div>
    <div class="paper__body">${props.children}</div>
    ${props.refusal && html`<p class="notice notice--bad" role="alert"><${Icon} name="triangle-alert" /><span>${props.refusal}</span></p>`}
    ${props.submit && html`<div class="paper__foot"><button type="button" class="key" onClick=${props.onClose}>${t('action.cancel')}</button>
      <button type="submit" class=${classes('key', props.danger ? 'key--danger' : 'key--action', 'paper__submit')} aria-disabled=${props.ready === false ? 'true' : undefined}>${props.submit}<${KeyHint} name="Enter" /></button></div>`}
    </form></dialog>`;
}

/** @param {HTMLDialogElement|null} dialog @returns {() => void} */
function showModal(dialog) {
  const before = document.activeElement;
  if (dialog && !dialog.open) dialog.showModal();
  const first = dialog && dialog.querySelector('[data-first]');
  if (first instanceof HTMLElement) first.focus();
  return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
}

/**
 * One of several, as keys; the arrow keys move as in every group of radio buttons.
 * @param {{name: string, label: string, options: Array<{id: string, text: any}>, value: string, onChange: (id: string) => void, list?: boolean, first?: boolean}} props
 */
export function Options(props) {
  return html`<fieldset class=${classes('options', props.list && 'options--list')}><legend class="field__label">${props.label}</legend>
    <div class="options__keys">${props.options.map((o, i) => html`<label key=${o.id} class=${classes('option', o.id === props.value && 'option--on')}>
      <input type="radio" class="visually-hidden" name=${props.name} value=${o.id} checked=${o.id === props.value} data-first=${props.first && (o.id === props.value || !props.value && i === 0) ? '' : undefined}
        onChange=${() => props.onChange(o.id)} /><span class="option__text">${o.text}</span>
      ${o.id === props.value && html`<span class="tick"><${Icon} name="check" /></span>`}</label>`)}</div></fieldset>`;
}

/**
 * A number with − and +.
 * @param {{label: string, value: number, max: number, onChange: (n: number) => void}} props
 */
export function Stepper(props) {
  const set = (/** @type {number} */ n) => props.onChange(Math.max(1, Math.min(props.max, Math.floor(n) || 1)));
  return html`<div class="stepper"><span class="field__label">${props.label}</span><div class="stepper__keys">
    <button type="button" class="key" aria-label=${t('counter.fewer')} onClick=${() => set(props.value - 1)}>−</button>
    <input class="stepper__value figures" aria-label=${props.label} inputmode="numeric" value=${props.value} onChange=${(/** @type {any} */ e) => set(Number(e.target.value))} />
    <button type="button" class="key" aria-label=${t('counter.more1')} onClick=${() => set(props.value + 1)}>+</button></div></div>`;
}

/**
 * A free text with its bound.
 * @param {{label: string, value: string, max: number, onInput: (text: string) => void, first?: boolean, hint?: string}} props
 */
export function Words(props) {
  return html`<label class="field"><span class="field__label">${props.label}</span>
    <textarea class="field__input" rows="2" maxlength=${props.max} data-first=${props.first ? '' : undefined} value=${props.value}
      onInput=${(/** @type {any} */ e) => props.onInput(e.target.value)} onKeyDown=${submitOnEnter}></textarea>
    ${props.hint && html`<span class="second">${props.hint}</span>`}</label>`;
}

/** @param {KeyboardEvent} e Enter sends, Shift+Enter makes a line */
function submitOnEnter(e) {
  if (e.key !== 'Enter' || e.shiftKey || e.isComposing || !(e.target instanceof HTMLTextAreaElement) || !e.target.form) return;
  e.preventDefault();
  e.target.form.requestSubmit();
}
