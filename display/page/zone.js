/**
 * The board of a zone: a block for each service, a row for each window, and who should get ready.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, name2, t, t2 } from '../../assets/js/i18n.js';
import { clockTime, waitText } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Num, Plate, Plates, classes } from '../../assets/js/parts.js';
import { Full, Head, Line } from './common.js';
import { blocks, cellState, dense, stretch, widthOf, zonePage } from './view.js';

/** @typedef {import('./types.js').Model} Model */
/** @typedef {import('./types.js').Window} Window */
/** @typedef {import('./types.js').Board} Board */
/** @typedef {import('./view.js').Block} Block */

/** Blocks that do not fit take turns of this length, in ms. */
const TURN_MS = 10000;

/**
 * @param {{model: Model}} props
 */
export function ZoneBoard(props) {
  const m = props.model;
  if (m.link.phase === 'full') return html`<${Full} model=${m} />`;
  const shown = zonePage(blocks(m.board), Math.floor(m.now / TURN_MS));
  return html`<main class=${classes('board zone', dense(shown) && 'zone--dense')}>
    <${Head} title=${heading(m.board, name, t)} second=${heading(m.board, name2, t2)} model=${m} />
    <div class="zone__head"><span class="zone__service"><${Two} of="display.service" /></span><span class="zone__windows"><${Two} of="display.current" /></span>
      <span class="zone__next"><${Two} of="display.next" /></span></div>
    <div class="zone__blocks">${shown.map(b => html`<${BlockRow} key=${b.queue.service + (b.windows[0] ? b.windows[0].window : '')} block=${b} model=${m} />`)}</div>
    <${Line} model=${m} />
  </main>`;
}

/** @param {{of: string}} props */
function Two(props) { return html`${t(props.of)} ${t2(props.of)}`; }

/**
 * The name of the zone with the stretch of its windows.
 * @param {Board} board
 * @param {typeof name} called
 * @param {typeof t} spelt
 * @returns {string}
 */
export function heading(board, called, spelt) {
  const span = stretch(board.windows);
  const own = called(board.zone ? board.zone.name : board.hall.name);
  return span ? own + ' · ' + spelt('display.range', span) : own;
}

/** @param {{block: Block, model: Model}} props */
function BlockRow(props) {
  const q = props.block.queue, m = props.model;
  return html`<section class="block">
    <div class="block__service"><h2 class=${classes('block__name', nameSize(name(q.name)))}>${name(q.name)}</h2><p class="block__wait">${waitLine(q, m.frameAge)}</p></div>
    <div class="block__windows">${props.block.windows.map(w => html`<${Row} key=${w.window} window=${w} queue=${q} model=${m} />`)}
      ${props.block.plates.length > 0 && html`<div class="row row--plates"><${Plates} labels=${props.block.plates} /></div>`}</div>
    <div class=${classes('block__next', props.block.windows.length < 2 && 'block__next--row')}>${q.next.length ? q.next.slice(0, 3).map(n => html`<span class="block__number" key=${n}><${Num} number=${n} list /></span>`) : direct(props.block)}</div>
  </section>`;
}

/** @param {string} text @returns {string} */
function nameSize(text) {
  const width = widthOf(text);
  return width > 20 ? 'block__name--longer' : width > 14 ? 'block__name--long' : '';
}

/**
 * How many wait and how long it takes.
 * @param {import('./types.js').Queue} q
 * @param {number} ageSeconds
 * @returns {string}
 */
export function waitLine(q, ageSeconds) {
  if (!q.waiting) return t('wait.nobody');
  const people = t('count.waiting', { n: q.waiting });
  if (!q.expectedWait) return people;
  return people + ' · ' + waitText(q.waiting, q.expectedWait, ageSeconds).text;
}

/** @param {Block} b */
function direct(b) {
  const free = !b.queue.waiting && b.windows.some(w => cellState(w) === 'free');
  return free ? html`<span class="block__direct">${t('display.direct')}</span>` : null;
}

/** @param {{window: Window, queue: import('./types.js').Queue, model: Model}} props */
function Row(props) {
  const w = props.window, state = cellState(w);
  const calling = state === 'called' && props.model.link.phase === 'live';
  const call = props.model.board.calls.find(c => c.window === w.window && c.number === w.number);
  const face = html`<${RowFace} window=${w} queue=${props.queue} calling=${calling} />`;
  if (!calling) return html`<div class="row">${face}</div>`;
  return html`<div class="row row--call">${face}<div class="row__layer on-call pulse" key=${call ? call.id : w.number} aria-hidden="true">${face}</div></div>`;
}

/** @param {{window: Window, queue: import('./types.js').Queue, calling: boolean}} props */
function RowFace(props) {
  const w = props.window, state = cellState(w), outlined = state === 'paused' || state === 'closed';
  return html`<span class="row__face"><${Plate} label=${w.window} outlined=${outlined} class=${'row__plate w' + Math.min(4, w.window.length)} />
    ${w.number ? html`<span class="row__number"><${Num} number=${w.number} list /></span>` : html`<span class=${classes('row__word', 'row__word--' + state)}>${rowWord(w, props.queue)}</span>`}
    ${w.number && html`<span class="row__state">${props.calling && html`<${Icon} name="called" />`}${props.calling ? t('window.goTo', { label: w.window }) : t('state.' + w.numberState)}</span>`}</span>`;
}

/**
 * What stands in a row without a number.
 * @param {Window} w
 * @param {import('./types.js').Queue} q
 * @returns {string}
 */
export function rowWord(w, q) {
  const state = cellState(w);
  if (state === 'free') return q.waiting ? t('window.state.waitingForCall') : t('window.state.free') + ' · ' + t('display.walkIn');
  const until = state === 'paused' && w.until ? ' · ' + t('display.backAt', { time: clockTime(w.until) }) : '';
  return t('window.state.' + state) + until;
}
