/**
 * The first column: header, current ticket, the six keys, 下一位.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { lang, name, t } from '../../assets/js/i18n.js';
import { Icon } from '../../assets/js/icon.js';
import { KeyHint, Num, Plate, Progress, StateTag, classes } from '../../assets/js/parts.js';
import { clockTime, duration, minutes } from '../../assets/js/format.js';
import { KEYS, actName, fullSince, keyState, nextState, pauseName, runningSeconds } from './model.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./types.js').Page} Page */
/** @typedef {import('./acts.js').Acts} Acts */

/**
 * The bar on top: plate, window, who, connection, clock; pale yellow when nothing is heard.
 * @param {{page: Page, view: View, now: number, clock: string, acts: Acts, off: boolean}} props
 */
export function Header(props) {
  const { view, acts } = props;
  return html`<header class=${classes('head', props.off && 'head--off')}>
    <${Plate} label=${view.post.id} outlined=${view.post.state !== 'open'} />
    <div class="head__where"><h1 class="head__title">${name(view.post.label)}</h1>
      <p class="head__second head__services">${view.byService.map(q => name(q.name)).join(' · ')}</p>
      <p class="head__second head__who">${view.staffName} · ${t('counter.doneToday', { n: view.today.finished })}</p></div>
    <div class="head__end">
      <span class="head__staff">${view.staffName} ${view.staff}</span>
      <${Connection} page=${props.page} now=${props.now} off=${props.off} />
      <button type="button" class="head__key head__lang" lang=${lang() === 'zh' ? 'en' : 'zh-CN'} onClick=${acts.lang}>${lang() === 'zh' ? 'English' : '中文'}</button>
      <span class="clock head__clock">${props.clock}</span>
      <button type="button" class="head__key head__pause" aria-disabled=${props.off ? 'true' : undefined} onClick=${() => acts.press(pauseAction(view))}>
        <${Icon} name=${pauseAction(view) === 'resume' ? 'play' : 'pause'} />${t('act.' + pauseAction(view))}<${KeyHint} name="0" /></button>
    </div>
  </header>`;
}

/** @param {View} view @returns {'resume'|'pause'} */
export function pauseAction(view) { return view.post.state === 'paused' || view.post.planned ? 'resume' : 'pause'; }

/** @param {{page: Page, now: number, off: boolean}} props */
export function Connection(props) {
  const link = props.page.link;
  const full = !props.off && props.page.view ? fullSince(props.page.view) : '';
  if (full) return html`<span class="with-icon link"><${Icon} name="triangle-alert" />${full}</span>`;
  if (!props.off) return html`<span class="with-icon link" role="status"><${Icon} name="circle-check" />${t('connection.on')}</span>`;
  const n = link ? Math.max(0, Math.floor((Date.now() - link.since) / 1000)) : 0;
  return html`<span class="with-icon link link--off"><${Icon} name="unplug" /><span aria-hidden="true">${t('connection.offSeconds', { n })}</span>
    <span class="visually-hidden">${t('connection.off')}</span></span>`;
}

/**
 * The current ticket, or what stands in its place.
 * @param {{view: View, now: number, acts: Acts}} props
 */
export function Current(props) {
  const { view, now } = props, c = view.current;
  if (!c) return view.post.state === 'paused' ? Paused(props) : Free(props);
  const called = c.state === 'called', seconds = runningSeconds(c, now), usual = c.usualSeconds || 0;
  return html`<section class=${classes('card', 'now', called && 'now--called')} aria-label=${t('counter.current')}>
    <p class="now__tags"><${StateTag} state=${c.state} text=${called ? t('state.calledTimes', { n: c.calls }) : undefined} />
      <span>${name(c.className)}</span>${c.back && html`<${StateTag} state="returned" />`}
      <span class="now__waited second">${t('counter.waited', { n: minutes(c.waitSeconds) })}</span></p>
    <div class="now__main"><${Num} number=${c.number} class=${classes('now__number', c.number.length > 4 && 'now__number--long')} />
      <p class="now__time"><b class="now__clock figures" role="timer">${duration(seconds)}</b>
        <span class="second">${t(called ? 'counter.onTheWay' : 'counter.handling')}</span>
        ${!called && usual > 0 && html`<span class="second">${t('counter.usual', { n: minutes(usual) })}</span>`}</p></div>
    ${!called && usual > 0 && html`<${Progress} seconds=${seconds} promisedSeconds=${usual} label=${t('counter.handling')} />`}
    <${Facts} view=${view} acts=${props.acts} />
  </section>`;
}

/** @param {{view: View, acts: Acts}} props */
function Facts(props) {
  const c = /** @type {import('./types.js').Ticket} */ (props.view.current);
  const promise = c.promisedMinutes ? t('counter.promised', { n: c.promisedMinutes }) : '';
  const way = c.state === 'serving' && c.waySeconds > 0 ? t('counter.wayTook', { n: c.waySeconds }) : '';
  return html`<dl class="facts">
    <div class="facts__service"><dt>${t('word.service')}</dt><dd><span class="facts__name">${name(c.serviceName)}</span><${Asides} ticket=${c} acts=${props.acts} /></dd></div>
    <div class="facts__more"><dt>${t('state.waiting')}</dt><dd>${t('count.minutes', { n: minutes(c.waitSeconds) })}${promise}</dd></div>
    <div class="facts__more"><dt>${t('act.call')}</dt><dd>${t('count.times', { n: c.calls })}${way}</dd></div>
  </dl>`;
}

/**
 * A claimed class and a note stand in the card's own row: the keys below must not move for them.
 * @param {{ticket: import('./types.js').Ticket, acts: Acts}} props
 */
function Asides(props) {
  const c = props.ticket;
  return html`<span class="asides">${c.claimed && html`<button type="button" class="aside aside--claim" onClick=${() => props.acts.open({ kind: 'claim' })}>
      <${Icon} name="badge-check" />${t('counter.claim', { name: name(c.claimedName) })}</button>`}
    ${c.note && html`<button type="button" class="aside" onClick=${() => props.acts.open({ kind: 'note' })}><${Icon} name="file-text" /><span class="visually-hidden">${t('counter.note')}: </span>
      <span class="aside__text">${c.note}</span></button>`}</span>`;
}

/** @param {{view: View, now: number}} props */
function Free(props) {
  const view = props.view, empty = view.waiting === 0;
  const idle = view.idleSince ? Math.max(0, Math.floor((props.now - Date.parse(view.idleSince)) / 1000)) : 0;
  return html`<section class="card now now--free" aria-label=${t('counter.current')}>
    <span class="free-mark"><${Icon} name="circle-check" /></span>
    <div><p class="free-title">${empty ? t('counter.empty') : t('counter.free')}</p>
    <p class="second">${empty ? t('counter.emptyHint') : t('counter.freeHint', { n: view.waiting })}</p>
    <p class="second figures">${t('counter.idle', { time: duration(idle) })}</p></div></section>`;
}

/** @param {{view: View, acts: Acts}} props */
function Paused(props) {
  const post = props.view.post;
  return html`<section class="card now now--paused" aria-label=${t('counter.current')}>
    <span class="free-mark free-mark--warn"><${Icon} name="pause" /></span>
    <div><p class="free-title">${t('window.state.paused')} · ${pauseName(props.view, post.reason)}</p>
    <p class="second">${post.until ? t('counter.pausedUntil', { time: clockTime(post.until) }) : t('counter.pausedOpen', { time: clockTime(post.since) })}</p>
    <button type="button" class="key key--action" onClick=${() => props.acts.press('resume')}><${Icon} name="play" />${t('act.resume')}<${KeyHint} name="0" /></button></div></section>`;
}

/**
 * The six keys. They never move; a sunken one says why when it is pressed.
 * @param {{view: View, now: number, acts: Acts, off: boolean, busy: string}} props
 */
export function Keys(props) {
  return html`<div class="six" role="group" aria-label=${t('counter.keys')}>${KEYS.map(k => {
    const s = keyState(props.view, k.action, props.now), sunken = props.off || !s.allowed;
    return html`<button type="button" key=${k.action} id=${'key-' + k.action}
      class=${classes('key', 'key--column', 'six__key', !sunken && s.main && 'key--action', props.busy === k.action && 'six__key--busy')}
      aria-disabled=${sunken ? 'true' : undefined} aria-keyshortcuts=${k.hint} onClick=${pressed(() => props.acts.press(k.action))}>
      <${Icon} name=${k.icon} /><span>${actName(k.action)}${s.seconds > 0 && s.seconds < 100 && html` <span class="figures">${t('counter.seconds', { n: s.seconds })}</span>`}</span>
      <${KeyHint} name=${k.hint} corner=${true} /></button>`;
  })}</div>`;
}

/**
 * Gives the focus back after a click, so that Enter is 下一位 again and not the key that was clicked.
 * @param {() => void} act
 * @returns {(e: MouseEvent) => void}
 */
export function pressed(act) {
  return e => {
    if (e.detail > 0 && e.currentTarget instanceof HTMLElement) e.currentTarget.blur();
    act();
  };
}

/**
 * The key that moves the queue, or a sunken field that tells what must come first.
 * @param {{view: View, now: number, acts: Acts, off: boolean}} props
 */
export function NextKey(props) {
  const s = nextState(props.view, props.now), may = s.allowed && !props.off;
  const title = props.off ? t('counter.off.title') : s.title, detail = props.off ? t('counter.off.then') : s.detail;
  return html`<button type="button" id="key-next" class=${classes('key', 'next', may && 'key--call')} aria-disabled=${may ? undefined : 'true'}
    aria-keyshortcuts="Enter" onClick=${pressed(() => props.acts.press('next'))}>
    <span class="next__words"><span class=${classes('next__title', !may && title !== t('act.nextTicket') && 'next__title--small')}>${title}</span>
      <span class="next__detail">${detail}</span></span>
    <${KeyHint} name="Enter" /></button>`;
}
