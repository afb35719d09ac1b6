/**
 * What every board has: its head, the line at its foot, the screen that says it is not live.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, name2, t, t2 } from '../../assets/js/i18n.js';
import { dateText } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Plates, Seal, classes } from '../../assets/js/parts.js';
import { lines } from './view.js';

/** @typedef {import('./types.js').Model} Model */
/** @typedef {import('./types.js').Notice} Notice */

/** Half-width characters that a notice has room for beside its label and page. */
const NOTICE_ROOM = 78;

/**
 * @param {{title: string, second: string, model: Model}} props
 */
export function Head(props) {
  const m = props.model;
  return html`<header class="top">
    <${Seal} />
    <h1 class="top__title">${props.title}</h1><span class="top__second">${props.second}</span>
    <span class="top__end"><span class="top__date">${m.date && dateText(m.date)}</span><span class="top__clock figures">${m.time}</span></span>
  </header>`;
}

/**
 * The one line at the foot: the notices in turn, or that the board is not live.
 * @param {{model: Model}} props
 */
export function Line(props) {
  const m = props.model;
  if (m.link.phase !== 'live') return html`<${OffLine} time=${m.link.time} />`;
  return m.board.paused ? html`<${PausedLine} />` : html`<${Notices} model=${m} />`;
}

/**
 * The pages that the notices turn through.
 * @param {Notice[]} notices
 * @returns {string[]}
 */
export function noticePages(notices) {
  return notices.reduce((/** @type {string[]} */ all, n) => all.concat(lines(name(n.text), NOTICE_ROOM)), []).filter(Boolean);
}

/** @param {{model: Model}} props */
function Notices(props) {
  const pages = noticePages(props.model.board.notices), sound = props.model.sound;
  const quiet = sound === 'off' || sound === 'ask';
  if (!pages.length && !quiet) return null;
  const at = pages.length ? props.model.turn % pages.length : 0;
  return html`<footer class="line">
    ${quiet ? html`<span class="line__label line__label--off"><${Icon} name="volume-x" />${t('display.soundOff')}</span>`
    : html`<span class="line__label"><${Icon} name="megaphone" />${t('display.notice')}</span>`}
    <span class="line__text fade-page" key=${at}>${pages[at]}</span>
    ${pages.length > 1 && html`<span class="line__page figures">${at + 1} / ${pages.length}</span>`}
  </footer>`;
}

/** The hall can record nothing: what is called stays, nothing new comes. */
function PausedLine() {
  return html`<footer class="line line--off" data-mode="light" role="status">
    <span class="line__label line__label--off"><${Icon} name="hourglass" />${t('display.pausedLabel')}</span>
    <span class="line__text">${t('display.paused')}</span><span class="line__page line__page--second">${t2('display.pausedLabel')}</span>
  </footer>`;
}

/** @param {{time: string}} props */
function OffLine(props) {
  return html`<footer class="line line--off" data-mode="light" role="status">
    <span class="line__label line__label--off"><${Icon} name="unplug" />${t('display.offline')}</span>
    <span class="line__text">${t('display.offlineLine', { time: props.time })}</span>
    <span class="line__page line__page--second">${t2('display.notLive', { time: props.time })}</span>
  </footer>`;
}

/** So many services have room for large words. */
const FEW = 12;

/**
 * The whole screen after five minutes without a word: what to do, and who does what where.
 * @param {{model: Model}} props
 */
export function Full(props) {
  const b = props.model.board;
  return html`<main class=${classes('full', b.queues.length <= FEW && 'full--few')}>
    <h1 class="full__title">${t('display.listen')}</h1>
    <p class="full__second">${t2('display.listen')} · ${t('display.notLive', { time: props.model.link.time })}</p>
    <ul class="full__list">${b.queues.slice(0, 20).map(q => html`<li key=${q.service} class="full__row">
      <span class="full__name">${name(q.name)}</span><${Plates} labels=${b.windows.filter(w => w.services.indexOf(q.service) >= 0).slice(0, 6).map(w => w.window)} />
    </li>`)}</ul>
  </main>`;
}

/** The two names of the hall, as a head needs them. @param {Model} model */
export function hallTitle(model) { return { title: name(model.board.hall.name), second: name2(model.board.hall.name) }; }
