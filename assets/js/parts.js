/**
 * The signs that look the same on every screen: number, plate, state, wait, bars.
 * @module
 */
import { html } from '../vendor/htm/preact/standalone.module.js';
import { t } from './i18n.js';
import { Icon, MARK } from './icon.js';
import { waitText } from './format.js';

/** @param {...(string|false|undefined|null)} names @returns {string} */
export function classes(...names) { return names.filter(Boolean).join(' '); }

/**
 * A ticket number, bare. In a list the prefix letters get a box of fixed width so that figures stand in columns.
 * @param {{number: string, list?: boolean, class?: string}} props
 */
export function Num(props) {
  const m = /^([A-Z]+)(.*)$/.exec(props.number);
  const prefix = m ? m[1] : '', rest = m ? m[2] : props.number;
  const box = classes('num__prefix', prefix.length > 1 && 'num__prefix--two');
  return html`<span class=${classes('num', props.list && 'num--list', props.class)}><span class=${box}>${prefix}</span>${rest}</span>`;
}

/**
 * A window's door plate; outlined when it cannot be used now. Read aloud as "8 号窗口".
 * @param {{label: string, outlined?: boolean, call?: boolean, warn?: boolean, size?: 'xs'|'s'|'l'|'phone', class?: string}} props
 */
export function Plate(props) {
  const name = classes('plate', props.size && 'plate--' + props.size, props.outlined && 'plate--outlined', props.call && 'plate--call', props.warn && 'plate--warn', props.class);
  return html`<span class=${name} role="img" aria-label=${t('window.label', { label: props.label })}>${props.label}</span>`;
}

/**
 * Several plates in a row.
 * @param {{labels: string[], size?: 'xs'|'s'|'l', outlined?: boolean}} props
 */
export function Plates(props) {
  return html`<span class="plates">${props.labels.map(label => html`<${Plate} key=${label} label=${label} size=${props.size} outlined=${props.outlined} />`)}</span>`;
}

/**
 * The state of a ticket: word, mark and ground.
 * @param {{state: string, text?: string}} props text replaces the common word, as 已叫第 2 次
 */
export function StateTag(props) {
  const mark = /** @type {Object<string, string>} */ (MARK)[props.state];
  return html`<span class=${'tag tag--' + props.state}>${mark && html`<${Icon} name=${mark} />`}${props.text || t('state.' + props.state)}</span>`;
}

/**
 * The state of a window: free, paused, closed, overdue …
 * @param {{state: string, text?: string}} props
 */
export function WindowTag(props) {
  const mark = /** @type {Object<string, string>} */ (MARK)[props.state];
  return html`<span class=${'tag tag--' + props.state}>${mark && html`<${Icon} name=${mark} />`}${props.text || t('window.state.' + props.state)}</span>`;
}

/**
 * A wait with its range beside it, or what can be said instead.
 * @param {{ahead?: number, expected?: import('./format.js').ExpectedWait, ageSeconds?: number}} props
 */
export function Wait(props) {
  const w = waitText(props.ahead, props.expected, props.ageSeconds);
  if (w.kind === 'none') return html`<span class="wait good">${w.text}</span>`;
  if (w.kind !== 'point') return html`<span class="wait">${w.text}</span>`;
  return html`<span class="wait">${w.text} <span class="second nowrap">${w.range}</span></span>`;
}

/**
 * Minutes waited (solid) and credit minutes (hatched) on one scale for all rows.
 * @param {{waitedSeconds: number, creditSeconds: number, scaleSeconds: number}} props scale: the largest sum of all rows
 */
export function WhyBar(props) {
  const share = (/** @type {number} */ s) => (props.scaleSeconds > 0 ? Math.min(100, Math.max(0, s / props.scaleSeconds * 100)) : 0) + '%';
  const credit = props.creditSeconds > 0 && html`<span class="why-bar__credit" style=${{ width: share(props.creditSeconds) }}></span>`;
  return html`<span class="why-bar" aria-hidden="true"><span class="why-bar__waited" style=${{ width: share(props.waitedSeconds) }}></span>${credit}</span>`;
}

/**
 * Elapsed against a promise; past it the bar stays full and turns bad.
 * @param {{seconds: number, promisedSeconds: number, label: string}} props label for screen readers
 */
export function Progress(props) {
  const share = props.promisedSeconds > 0 ? Math.min(1, props.seconds / props.promisedSeconds) : 0;
  const over = props.promisedSeconds > 0 && props.seconds > props.promisedSeconds;
  return html`<span class=${classes('progress', over && 'progress--over')} role="progressbar" aria-label=${props.label}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)}><span class="progress__fill" style=${{ transform: 'scaleX(' + share + ')' }}></span></span>`;
}

/**
 * The name of a key on the keyboard or call pad, beside what it does.
 * @param {{name: string, corner?: boolean}} props
 */
export function KeyHint(props) {
  return html`<kbd class=${classes('key-hint', props.corner && 'key-hint--corner')} aria-hidden="true">${props.name}</kbd>`;
}

/**
 * The hall's seal slot: its emblem's picture, else the character 政.
 * @param {{src?: string, size?: string}} props
 */
export function Seal(props) {
  const style = props.size ? { '--seal-size': props.size } : undefined;
  return html`<span class="seal" style=${style} aria-hidden="true">${props.src ? html`<img src=${props.src} alt="" />` : '政'}</span>`;
}
