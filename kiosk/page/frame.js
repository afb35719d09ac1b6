/**
 * What stands on every page of the kiosk: the bar at the top, the modes at the bottom, and the sheet above all.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { lang, name, name2, t, t2 } from '../../assets/js/i18n.js';
import { dateText } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Seal, classes } from '../../assets/js/parts.js';
import { opens } from './tiles.js';

/** @typedef {{state: import('./flow.js').State, view: any, clock: import('../../assets/js/clock.js').Clock, act: (action: any) => void, now: number, can: {speak: boolean, card: boolean, print: boolean}, codes: Object<string, string[]>, stop: string}} World */

/** @param {{world: World}} props */
export function Header(props) {
  const { view, clock } = props.world;
  const hall = view ? view.hall.name : { zh: '', en: '' };
  return html`<header class="bar on-brand">
    <${Seal} size="92px" />
    <div class="bar__names"><p class="bar__name">${name(hall)}</p><p class="bar__second">${name2(hall)}</p></div>
    <div class="bar__time"><p class="clock">${clock.text()}</p><p class="bar__date">${dateText(clock.date())}</p></div>
  </header>`;
}

/** The quiet panel above the reach of a wheelchair. @param {{world: World}} props */
export function LowPanel(props) {
  const { view, clock } = props.world;
  const hall = view ? view.hall.name : { zh: '', en: '' };
  return html`<header class="low-panel on-brand">
    <div class="low-panel__head"><${Seal} size="92px" /><p class="bar__name">${name(hall)}</p></div>
    <div class="low-panel__row">
      <div><p class="low-panel__label">${t('kiosk.now')}</p><p class="low-panel__clock clock">${clock.text()}</p></div>
      <div class="low-panel__facts"><p>${t('kiosk.hallWaiting', { n: waitingInHall(view) })}</p>${lastStop(view) && html`<p class="low-panel__stop">${t('kiosk.stopsAt', { time: lastStop(view) })}</p>`}</div>
    </div>
  </header>`;
}

/** @param {any} view @returns {number} */
export function waitingInHall(view) { return view ? view.services.reduce((/** @type {number} */ n, /** @type {any} */ s) => n + s.waiting, 0) : 0; }

/** @param {any} view @returns {number} */
export function openWindows(view) { return view ? view.windows.filter((/** @type {any} */ w) => w.state === 'open').length : 0; }

/** @param {any} view @returns {string} time of day after which nothing is given, '' if there is none */
function lastStop(view) {
  const times = view ? view.services.map((/** @type {any} */ s) => s.stopsAt).filter(Boolean).sort() : [];
  return times.length ? times[times.length - 1].replace(/^0/, '') : '';
}

const KEYS = [['large', 'a-large-small'], ['low', 'accessibility'], ['contrast', 'contrast'], ['speak', 'volume-2']];

/** @param {{world: World}} props */
export function Footer(props) {
  const { act } = props.world;
  return html`<footer class="modes" aria-label=${t('mode.lang')}>
    <div class="modes__lang" role="group">${['zh', 'en'].map(l => html`<button class=${classes('modes__half', lang() === l && 'modes__half--on')} lang=${l === 'zh' ? 'zh-CN' : 'en'}
      aria-pressed=${String(lang() === l)} onClick=${() => act({ type: 'lang', lang: l })}>${t('mode.' + l)}</button>`)}</div>
    ${KEYS.map(k => html`<${ModeKey} world=${props.world} id=${k[0]} icon=${k[1]} />`)}
  </footer>`;
}

/** @param {{world: World, id: string, icon: string}} props */
function ModeKey(props) {
  const { state, act, can } = props.world;
  const on = /** @type {any} */ (state.modes)[props.id], missing = props.id === 'speak' && !can.speak;
  const press = () => act(missing ? { type: 'sheet', sheet: { title: t('mode.speak'), text: t('kiosk.speakNone') } } : { type: 'mode', name: props.id });
  return html`<button class=${classes('modes__key', on && 'modes__key--on', missing && 'modes__key--sunken')} aria-pressed=${String(on)} onClick=${press}>
    <${Icon} name=${props.icon} /><span>${t('kiosk.mode.' + props.id)}</span></button>`;
}

/** @param {{id: string, params?: any, class?: string, tag?: string}} props a text of both languages, one above the other */
export function Both(props) {
  const second = t2(props.id, props.params);
  return html`<div class=${classes('both', props.class)}><span class="both__first">${t(props.id, props.params)}</span>${second !== t(props.id, props.params) && html`<span class="both__second">${second}</span>`}</div>`;
}

/** @param {{world: World}} props */
export function SheetView(props) {
  const { state, act, view, clock } = props.world;
  const sheet = state.sheet;
  if (!sheet) return null;
  const unsure = view && view.services.filter((/** @type {any} */ s) => s.unsure && s.open)[0];
  return html`<${Over} label=${sheet.title}>
    <h2 class="over__title" tabindex="-1">${sheet.title}</h2><p class="over__text">${sheet.text}</p>
    ${sheet.materials && html`<${MaterialList} world=${props.world} />`}
    <p class="over__text second">${view && t('kiosk.desk', { desk: name(view.desk) })}${view && view.opensAt ? ' · ' + opens(view.opensAt, clock.date()) : ''}</p>
    <div class="over__keys">${sheet.suggest && unsure && html`<button class="key key--kiosk key--wide" onClick=${() => { act({ type: 'closeSheet' }); act({ type: 'service', id: unsure.id }); }}>${name(unsure.name)}</button>`}
      <button class="key key--kiosk key--action key--wide" data-first onClick=${() => act({ type: 'closeSheet' })}>${t('kiosk.understood')}</button></div>
  </${Over}>`;
}

/** @param {{world: World}} props every paper of the service in one list */
function MaterialList(props) {
  const { view, state } = props.world;
  const service = view.services.filter((/** @type {any} */ s) => s.id === state.service)[0];
  return html`<ul class="over__list">${service.guide.materials.map((/** @type {any} */ m) => html`<li><${Icon} name="circle-check" class="good" /><span>${name(m.name)}<span class="second">${name(m.note)}</span></span></li>`)}</ul>`;
}

/** A card above the page, in reach in every mode. @param {{label: string, children?: any}} props */
export function Over(props) {
  return html`<div class="over" role="dialog" aria-modal="true" aria-label=${props.label}><div class="over__card">${props.children}</div></div>`;
}

/** @param {{world: World, seconds: number}} props */
export function StayView(props) {
  const { act } = props.world;
  return html`<${Over} label=${t('kiosk.idleTitle')}>
    <h2 class="over__title" tabindex="-1">${t('kiosk.idleTitle')}</h2>
    <p class="over__count" aria-hidden="true">${props.seconds}</p><p class="over__text second">${t('kiosk.secondsHome', { n: props.seconds })}</p>
    <div class="over__keys"><button class="key key--kiosk key--wide" onClick=${() => act({ type: 'reset' })}>${t('kiosk.done')}</button>
      <button class="key key--kiosk key--action key--wide" data-first onClick=${() => act({ type: 'touch' })}>${t('action.continue')}</button></div>
  </${Over}>`;
}
