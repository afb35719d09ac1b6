/**
 * A window's own screen, a strip of 1280 × 400: the plate, what happens here, who sits here.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, name2, t, t2 } from '../../assets/js/i18n.js';
import { clockTime } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Num, classes } from '../../assets/js/parts.js';
import { cellState, widthOf } from './view.js';

/** @typedef {import('./types.js').Model} Model */
/** @typedef {import('./types.js').Window} Window */
/** @typedef {import('./types.js').Screen} Screen */

/**
 * @param {{model: Model}} props
 */
export function WindowScreen(props) {
  const m = props.model, w = m.board.windows[0], live = m.link.phase === 'live';
  if (!w) return null;
  const state = cellState(w), screen = m.board.screen || { service: { zh: '', en: '' }, elsewhere: [] };
  const call = live && state === 'called' && m.board.calls.find(c => c.number === w.number);
  const middle = html`<${Middle} window=${w} screen=${screen} live=${live} waiting=${m.board.queues.some(q => q.waiting > 0)} halted=${!!m.board.paused} />`;
  return html`<main class=${classes('strip', 'strip--' + (!live ? 'off' : m.board.paused && state === 'free' ? 'paused' : state))}>
    <div class="strip__plate" role="img" aria-label=${t('window.label', { label: w.window })}><span class=${'strip__figure w' + Math.min(4, w.window.length)}>${w.window}</span>
      <span class="strip__words">${t('display.window')} ${t2('display.window')}</span></div>
    <div class="strip__middle">${middle}${call && html`<div class="strip__layer on-call pulse" key=${call.id} aria-hidden="true">${middle}</div>`}</div>
    <${Person} screen=${screen} />
  </main>`;
}

/** @param {{window: Window, screen: Screen, live: boolean, waiting: boolean, halted: boolean}} props */
function Middle(props) {
  const w = props.window, service = props.screen.service, long = widthOf(name(service)) > 18;
  const body = !props.live ? html`<${Word} text=${t('display.listenWindow')} second=${t2('display.listenWindow')} />`
    : w.number ? html`<${Number} window=${w} />` : props.halted ? html`<${Word} text=${t('display.pausedLabel')} second=${t2('display.pausedLabel')} />` : html`<${Idle} window=${w} screen=${props.screen} waiting=${props.waiting} />`;
  return html`<div class="strip__face"><p class=${classes('strip__service', long && 'strip__service--long')}>${name(service)} <span class="strip__service2">${name2(service)}</span></p>${body}</div>`;
}

/** @param {{window: Window}} props */
function Number(props) {
  const w = props.window, called = w.numberState === 'called';
  return html`<p class=${classes('strip__number', 'n' + Math.min(7, (w.number || '').length))}><${Num} number=${w.number} /></p>
    <p class=${classes('strip__state', !called && 'strip__state--serving')}><${Icon} name=${called ? 'called' : 'serving'} />
      ${called ? t('display.comeHere') : t('state.serving')} ${called ? t2('display.comeHere') : t2('state.serving')}</p>`;
}

/** @param {{text: string, second: string}} props */
function Word(props) {
  return html`<p class=${classes('strip__word', widthOf(props.text) > 10 && 'strip__word--long')}>${props.text}</p><p class="strip__second">${props.second}</p>`;
}

/** Nobody at the window: free, paused or closed. @param {{window: Window, screen: Screen, waiting: boolean}} props */
function Idle(props) {
  const w = props.window, state = cellState(w);
  if (state === 'free') return html`<${Free} waiting=${props.waiting} />`;
  const paused = state === 'paused';
  const text = paused ? t('display.pausedService') : t('window.state.closed');
  return html`<${Word} text=${text} second=${paused ? back(w) : t2('window.state.closed')} />${props.screen.elsewhere.length > 0 && html`<${Elsewhere} labels=${props.screen.elsewhere} />`}`;
}

/** Nobody at an open window: who may come depends on whether others wait. @param {{waiting: boolean}} props */
function Free(props) {
  if (props.waiting) return html`<${Word} text=${t('window.state.waitingForCall')} second=${t2('window.state.waitingForCall')} />`;
  return html`<${Word} text=${t('window.state.free')} second=${t('window.state.welcome') + ' · ' + t2('window.state.welcome')} />`;
}

/**
 * When a paused window comes back, as far as it is known.
 * @param {Window} w
 * @returns {string}
 */
export function back(w) {
  const first = w.until ? t('display.backAt', { time: clockTime(w.until) }) : t('display.backSoon');
  return first + ' · ' + t2('display.backSoon');
}

/** @param {{labels: string[]}} props */
function Elsewhere(props) {
  return html`<p class="strip__state strip__state--go"><${Icon} name="arrow-right" />${t('display.elsewhere', { labels: props.labels.join(t('display.separator')) })}</p>`;
}

/** Who sits there; the drawn figure where there is no photo. @param {{screen: Screen}} props */
function Person(props) {
  const s = props.screen;
  if (!s.name) return html`<div class="strip__person"></div>`;
  return html`<div class="strip__person"><svg class="strip__photo" viewBox="0 0 176 204" aria-hidden="true" focusable="false">
      <rect class="strip__paper" width="176" height="204" rx="18"/><circle class="strip__ink" cx="88" cy="82" r="42"/><path class="strip__ink" d="M8 204c0-46 36-70 80-70s80 24 80 70z"/></svg>
    <span class="strip__name">${s.name}</span><span class="strip__staff">${t('display.staffNo', { n: s.staff || '' })}</span></div>`;
}
