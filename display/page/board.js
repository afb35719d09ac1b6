/**
 * The main board: the latest call large, the five before it, every window in its place.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, t, t2 } from '../../assets/js/i18n.js';
import { ago, clockTime } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Num, Plate, classes } from '../../assets/js/parts.js';
import { Full, Head, Line, hallTitle } from './common.js';
import { callOf, isYellow, pending } from './director.js';
import { MOST_WINDOWS, PER_ROW, cellState, pageOf, recent, widthOf } from './view.js';

/** @typedef {import('./types.js').Model} Model */
/** @typedef {import('./types.js').Call} Call */
/** @typedef {import('./types.js').Window} Window */

/** Older calls are no longer "just called", in seconds. */
const JUST_SECONDS = 300;

/**
 * @param {{model: Model}} props
 */
export function MainBoard(props) {
  const m = props.model;
  if (m.link.phase === 'full') return html`<${Full} model=${m} />`;
  const windows = pageOf(m.board.windows, MOST_WINDOWS, m.turn);
  const three = windows.length > 2 * PER_ROW;
  return html`<main class=${classes('board', three && 'board--three')}>
    <${Head} ...${hallTitle(m)} model=${m} />
    <${Hero} model=${m} />
    <${Recent} model=${m} />
    <ul class="windows" aria-label=${t('display.tables')}>${windows.map(w => html`<${Cell} key=${w.window} window=${w} model=${m} />`)}</ul>
    <${Line} model=${m} />
  </main>`;
}

/** @param {{model: Model}} props */
function Hero(props) {
  const m = props.model;
  const call = m.hero && callOf(m.board, m.hero.id);
  if (!call) return html`<section class="hero"><${Quiet} model=${m} /></section>`;
  const live = m.link.phase === 'live';
  const yellow = live && isYellow(m.hero, m.board, m.now);
  return html`<section class="hero" key=${call.id}>
    <${Face} call=${call} label=${settledLabel(call, m)} side=${settledSide(call, m)} hidden=${yellow} />
    <div class=${classes('hero__layer', yellow && 'hero__layer--on', yellow && 'pulse')}>
      <${Face} call=${call} label=${t('call.now')} side=${t2('call.now') + ' · ' + t('call.times', { n: call.times })} calling hidden=${!yellow} />
    </div>
  </section>`;
}

/** Before the first call. @param {{model: Model}} props */
function Quiet(props) {
  const h = hallTitle(props.model);
  return html`<div class="quiet"><p class="quiet__title">${h.title}</p><p class="quiet__second">${h.second}</p>
    <p class="quiet__word">${t('display.standBy')}<span class="second"> ${t2('display.standBy')}</span></p></div>`;
}

/** @param {Call} call @param {Model} m @returns {number} */
function age(call, m) { return Math.max(0, Math.floor((m.now - Date.parse(call.at)) / 1000)); }

/** @param {Call} call @param {Model} m @returns {string} */
function settledLabel(call, m) {
  if (m.link.phase !== 'live') return t('display.lastReceived');
  return age(call, m) < JUST_SECONDS ? t('call.just') : t('display.lastCall');
}

/** @param {Call} call @param {Model} m @returns {string} */
function settledSide(call, m) {
  if (m.link.phase !== 'live') return clockTime(call.at) + ' · ' + t2('display.lastReceived');
  return ago(age(call, m)) + ' · ' + t2('display.lastCall');
}

/** @param {{call: Call, label: string, side: string, calling?: boolean, hidden: boolean}} props */
function Face(props) {
  const c = props.call;
  return html`<div class=${classes('face', props.calling && 'on-call')} aria-hidden=${String(props.hidden)}>
    <p class="face__label">${props.label}</p><p class="face__side">${props.side}</p>
    <div class="face__main"><span class=${classes('face__number', 'n' + Math.min(7, c.number.length))}><${Num} number=${c.number} /></span>
      <${Icon} name="arrow-right" class="face__arrow" /><${Plate} label=${c.window} class=${'face__plate w' + Math.min(4, c.window.length)} /></div>
    <p class=${classes('face__go', goSize(name(c.service)))}><${GoTo} label=${c.window} />${name(c.service) && ' · ' + name(c.service)}</p>
    <p class="face__second">${t2('window.goTo', { label: c.window })}</p>
  </div>`;
}

/** @param {string} service @returns {string} */
function goSize(service) {
  const width = widthOf(service);
  return width > 22 ? 'face__go--longer' : width > 14 ? 'face__go--long' : '';
}

/** The sentence with its figure in bold. @param {{label: string}} props */
function GoTo(props) {
  const [before, after] = t('window.goTo', { label: '\u0000' }).split('\u0000');
  return html`${before}<b>${props.label}</b>${after}`;
}

/** @param {{model: Model}} props */
function Recent(props) {
  const m = props.model, waiting = m.link.phase === 'live' ? pending(m, m.board) : {};
  return html`<ol class="recent">${recent(m.board, m.hero ? m.hero.id : '').map(c => html`<li class="recent__row fade-in" key=${c.number}>
    <span class=${'recent__number n' + Math.min(7, c.number.length)}><${Num} number=${c.number} list /></span>
    <${Icon} name="arrow-right" class="recent__arrow" />
    <${Plate} label=${c.window} class=${classes('recent__plate', 'w' + Math.min(4, c.window.length), waiting[c.id] && 'recent__plate--call')} />
    <span class="recent__end"><span class=${classes('recent__service', widthOf(name(c.service)) > 11 && 'recent__service--long')}>${name(c.service)}</span>
      <span class="recent__age">${m.link.phase === 'live' ? ago(age(c, m)) : clockTime(c.at)}</span></span>
  </li>`)}</ol>`;
}

/** @param {{window: Window, model: Model}} props */
function Cell(props) {
  const w = props.window, m = props.model, state = cellState(w);
  const call = state === 'called' && m.link.phase === 'live' && m.board.calls.find(c => c.window === w.window && c.number === w.number);
  const hero = Boolean(call && m.hero && call.id === m.hero.id);
  const layer = call ? html`<span class=${classes('cell__layer on-call', hero && 'pulse')} key=${call.id} aria-hidden="true"><${CellFace} window=${w} /></span>` : null;
  return html`<li class=${'cell cell--' + (state === 'called' ? 'serving' : state)}><${CellFace} window=${w} />${layer}</li>`;
}

/** @param {{window: Window}} props */
function CellFace(props) {
  const w = props.window, state = cellState(w);
  const outlined = state === 'paused' || state === 'closed';
  const plate = html`<${Plate} label=${w.window} outlined=${outlined} warn=${state === 'paused'} class=${'w' + Math.min(4, w.window.length)} />`;
  if (w.number) return html`${plate}<span class=${'cell__number n' + Math.min(7, w.number.length)}><${Num} number=${w.number} /></span>`;
  return html`${plate}<span class="cell__word">${t('window.state.' + state)}</span>`;
}
