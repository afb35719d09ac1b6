/**
 * The page of a service: how long, what to bring, who one is, and the one key.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { lang, name, name2, t, t2 } from '../../assets/js/i18n.js';
import { waitText } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Plate, classes } from '../../assets/js/parts.js';
import { SLOW_MS } from './flow.js';
import { Code } from './code.js';

/** @typedef {import('./frame.js').World} World */

/** @param {{world: World}} props */
export function Service(props) {
  const { world } = props;
  const service = world.view.services.filter((/** @type {any} */ s) => s.id === world.state.service)[0];
  if (!service) return null;
  const brief = world.state.modes.large || world.state.modes.low;
  return html`<main class="page page--service">
    <${Strip} world=${world} service=${service} />
    ${!brief && html`<${Materials} world=${world} service=${service} />`}<${MaterialsKey} world=${world} service=${service} brief=${!!brief} />
    <${Classes} world=${world} service=${service} />
    ${service.perWindow && html`<${Choose} world=${world} service=${service} />`}
    <div class="page__rest"></div>
    <${Take} world=${world} service=${service} />
    <p class="page__hint">${service.stopsAt && html`<span>${t('kiosk.stopsAtService', { time: service.stopsAt.replace(/^0/, '') })} · </span>`}${t('kiosk.desk', { desk: name(world.view.desk) })}</p>
  </main>`;
}

/** Where one may be called: the open windows, or all while none is. @param {any} view @param {any} service @returns {any[]} */
export function windowsOf(view, service) {
  const all = view.windows.filter((/** @type {any} */ w) => w.services.indexOf(service.id) >= 0);
  const open = all.filter((/** @type {any} */ w) => w.state === 'open');
  return open.length ? open : all;
}

/** @param {{world: World, service: any}} props */
function Strip(props) {
  const { service, world } = props;
  const w = waitText(service.waiting, service.expectedWait);
  const windows = windowsOf(world.view, service);
  return html`<section class="strip on-brand">
    <div class="strip__part"><p class="strip__label">${t('kiosk.ahead')}</p><p class="strip__value"><b class="figures">${service.waiting}</b><span class="strip__unit">${t('unit.people', { n: service.waiting })}</span></p></div>
    <div class="strip__part"><p class="strip__label">${t('kiosk.windows')}</p><p class="strip__plates">${windows.slice(0, 3).map(x => html`<${Plate} label=${x.id} outlined=${x.state !== 'open'} class="plate--strip" />`)}${windows.length > 3 && html`<span class="strip__more">+${windows.length - 3}</span>`}</p></div>
    <div class="strip__part"><p class="strip__label">${t('kiosk.expected')}</p><p class="strip__value"><${WaitFigure} wait=${w} /></p></div>
  </section>`;
}

/** A wait in large figures. @param {{wait: import('../../assets/js/format.js').WaitText}} props */
export function WaitFigure(props) {
  const w = props.wait;
  if (w.kind === 'point') return html`<span class="strip__unit strip__unit--first">${t('wait.approx')}</span><b class="figures">${w.value}</b><span class="strip__unit">${w.unit}</span><span class="strip__range nowrap">${w.range}</span>`;
  if (w.kind === 'range') return html`<b class="figures">${w.range}</b><span class="strip__unit">${w.unit}</span>`;
  return html`<span class=${classes('strip__words', w.kind === 'none' && 'good')}>${w.text}</span>`;
}

const MOST_MATERIALS = 6;

/** @param {{world: World, service: any}} props */
function Materials(props) {
  const { service, world } = props;
  const list = service.guide.materials, code = world.codes[service.id];
  return html`<section class="card panel panel--materials">
    <div class="panel__head"><h2>${t(list.length ? 'kiosk.materials' : 'kiosk.materialsNone')}</h2><span class="second">${list.length ? t2('kiosk.materials') : ''}</span></div>
    <ul class="papers">${list.slice(0, MOST_MATERIALS).map((/** @type {any} */ m) => html`<li class="paper"><${Icon} name="circle-check" class="good" /><span><span class="paper__name">${name(m.name)}</span><span class="paper__note">${name(m.note)}</span></span></li>`)}</ul>
    ${list.length > MOST_MATERIALS && html`<button class="key panel__all" onClick=${() => openAll(world, service)}>${t('kiosk.guide')}</button>`}
    <div class="facts">${['promised', 'legal', 'fee'].map(k => html`<${Fact} label=${t('kiosk.' + k)} value=${name(service.guide[k])} />`)}
      ${code && html`<div class="facts__code"><p>${t('kiosk.guide')}${lang() === 'zh' && html`<br />${t('kiosk.guideScan')}`}</p><${Code} rows=${code} size=${100} /></div>`}</div>
  </section>`;
}

/** @param {{label: string, value: string}} props */
function Fact(props) {
  return props.value ? html`<div class="fact"><p class="fact__label">${props.label}</p><p class="fact__value">${props.value}</p></div>` : null;
}

/** @param {World} world @param {any} service */
function openAll(world, service) { world.act({ type: 'sheet', sheet: { title: name(service.name), text: t('kiosk.materials'), materials: true } }); }

/** In place of the card, where that has no room. @param {{world: World, service: any, brief: boolean}} props */
function MaterialsKey(props) {
  const none = props.service.guide.materials.length === 0;
  return none ? null : html`<button class=${classes('key key--kiosk panel-key', props.brief && 'panel-key--stays')} onClick=${() => openAll(props.world, props.service)}><${Icon} name="list" />${t('kiosk.materialsKey')}</button>`;
}

/** @param {{world: World, service: any}} props */
function Classes(props) {
  const { world, service } = props;
  const ids = ['ordinary'].concat(service.classes);
  const list = ids.map(id => world.view.classes.filter((/** @type {any} */ c) => c.id === id)[0]).filter(Boolean);
  return html`<section class="card panel">
    <div class="panel__head"><h2 id="who">${t('kiosk.who')}</h2><span class="second">${t('kiosk.whoHint')}${lang() === 'zh' ? ' · ' + t2('kiosk.whoHint') : ''}</span></div>
    <div class=${classes('choices', list.length > 5 && 'choices--many')} role="radiogroup" aria-labelledby="who">${list.map(c => html`<${ClassKey} world=${world} class=${c} />`)}</div>
  </section>`;
}

/** @param {{world: World, class: any}} props */
function ClassKey(props) {
  const c = props.class, chosen = props.world.state.cls === c.id;
  const second = c.id === 'ordinary' ? name2(c.name) : name(c.hint) || name2(c.name);
  return html`<button class=${classes('choice', chosen && 'choice--on')} role="radio" aria-checked=${String(chosen)} onClick=${() => props.world.act({ type: 'cls', id: c.id })}>
    ${chosen && html`<span class="tick tick--kiosk"><${Icon} name="check" /></span>`}<${Icon} name=${c.icon || 'user'} class="choice__icon" /><b>${name(c.name)}</b><span class="choice__second">${second}</span></button>`;
}

/** Which window, where each has its own queue. @param {{world: World, service: any}} props */
function Choose(props) {
  const { world, service } = props;
  const key = (/** @type {string} */ id, /** @type {any} */ face) => html`<button class=${classes('choice', 'choice--window', world.state.window === id && 'choice--on')} role="radio"
    aria-checked=${String(world.state.window === id)} onClick=${() => world.act({ type: 'window', id })}>${face}</button>`;
  return html`<section class="card panel"><div class="panel__head"><h2 id="which">${t('kiosk.chooseWindow')}</h2></div>
    <div class="choices" role="radiogroup" aria-labelledby="which">${key('', html`<b>${t('kiosk.anyWindow')}</b>`)}
      ${windowsOf(world.view, service).slice(0, 4).map(w => key(w.id, html`<${Plate} label=${w.id} outlined=${w.state !== 'open'} /><span class="choice__second">${t('count.waiting', { n: w.waiting })}</span>`))}</div></section>`;
}

/** @param {{world: World, service: any}} props */
function Take(props) {
  const { world, service } = props;
  const { state, now, act, clock } = world;
  if (!service.open) return html`<button class="take take--sunken" aria-disabled="true" onClick=${() => act({ type: 'explain', id: service.id, today: clock.date() })}><b>${t('closed.' + service.closedReason)}</b></button>`;
  const slow = state.busy && now - state.busySince > SLOW_MS;
  return html`<button class=${classes('take', 'key--call', state.busy && 'take--busy')} aria-busy=${String(state.busy)} onClick=${() => act({ type: 'take' })}>
    <${Icon} name="ticket" /><b>${t(slow ? 'kiosk.taking' : 'kiosk.take')}</b><span class="take__second">${t2(slow ? 'kiosk.taking' : 'kiosk.take')}</span></button>`;
}

/** The head of the page: back, its name, the time left. @param {{world: World, title: any, seconds: number}} props */
export function SubHeader(props) {
  const { act, clock } = props.world;
  return html`<header class="sub"><button class="key key--kiosk sub__back" onClick=${() => act({ type: 'back' })}><${Icon} name="chevron-left" />${t('kiosk.back')}</button>
    <div class="sub__names"><p class="sub__name">${name(props.title)}</p><p class="sub__second">${name2(props.title)}</p></div>
    <div class="sub__time"><p class="clock">${clock.text()}</p><p class="sub__left">${t('kiosk.secondsHome', { n: props.seconds })}</p></div></header>`;
}
