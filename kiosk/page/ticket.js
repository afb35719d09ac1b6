/**
 * The pages that show a number: taken, there already, back after a missed call; and those that wait for a scanner.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, t, t2 } from '../../assets/js/i18n.js';
import { waitText } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Num, Plate, StateTag, classes } from '../../assets/js/parts.js';
import { limit, secondsLeft } from './flow.js';
import { WaitFigure, windowsOf } from './service.js';

/** @typedef {import('./frame.js').World} World */

/** @param {{world: World}} props */
export function Ticket(props) {
  const { world } = props;
  const ticket = world.state.ticket;
  const service = world.view.services.filter((/** @type {any} */ s) => s.id === ticket.service)[0];
  return html`<main class="page page--ticket on-brand">
    <section class="stub" data-mode=${paper(world)}>
      <h1 class="stub__service" tabindex="-1">${service ? name(service.name) : ''}</h1><p class="stub__label">${headline(world)}</p>
      <p class=${classes('stub__number', ticket.number.length > 4 && 'stub__number--long')}><${Num} number=${ticket.number} /></p>
      <${Facts} world=${world} /><div class="stub__tear"></div><${Lower} world=${world} service=${service} />
    </section>
    <${Call} world=${world} /><div class="page__rest"></div><${Ending} world=${world} />
  </main>`;
}

/** A ticket is paper, whatever it lies on. @param {World} world @returns {string} */
function paper(world) { return world.state.modes.contrast ? 'contrast' : 'light'; }

/** @param {World} world @returns {string} */
function headline(world) {
  const { how, ticket } = world.state;
  if (how === 'back') return t('kiosk.returned', { number: ticket.number });
  const id = how === 'seen' ? 'kiosk.already' : 'kiosk.yourNumber';
  return t(id) + ' · ' + t2(id);
}

/** @param {{world: World}} props */
function Facts(props) {
  const ticket = props.world.state.ticket;
  if (ticket.state !== 'waiting') return html`<div class="stub__facts stub__facts--one"><${StateTag} state=${ticket.state} /></div>`;
  return html`<div class="stub__facts">
    <div><p class="stub__label">${t('kiosk.aheadStill')} · ${t2('kiosk.aheadStill')}</p><p class="stub__figure"><b class="figures">${ticket.ahead}</b><span class="strip__unit">${t('unit.people', { n: ticket.ahead })}</span></p></div>
    <div><p class="stub__label">${t('kiosk.expected')} · ${t2('kiosk.expected')}</p><p class="stub__figure"><${WaitFigure} wait=${waitText(ticket.ahead, ticket.expectedWait)} /></p></div>
  </div>`;
}

/** @param {{world: World, service: any}} props */
function Lower(props) {
  const { world, service } = props;
  const ticket = world.state.ticket;
  const windows = ticket.window ? world.view.windows.filter((/** @type {any} */ w) => w.id === ticket.window) : service ? windowsOf(world.view, service) : [];
  const words = ticket.trackURL ? 'kiosk.follow' : 'kiosk.keepCode';
  return html`<div class="stub__lower"><div class="stub__left">
      <p class="stub__label">${t('kiosk.watch')} · ${t2('kiosk.windows')}</p>
      <p class="stub__plates">${windows.slice(0, 5).map((/** @type {any} */ w) => html`<${Plate} label=${w.id} size="l" />`)}${windows.length > 5 && html`<span class="strip__more">+${windows.length - 5}</span>`}</p>
      <p class="stub__words">${t(words)}</p><p class="stub__second">${t2(words)}</p></div>
    <img class="stub__code" src=${ticket.qrURL + '?module=8'} alt=${t(words)} /></div>`;
}

/** @param {{world: World}} props what to do now */
function Call(props) {
  const { state, can } = props.world;
  if (state.how === 'back') {
    const n = state.ticket.ahead;
    return html`<div class="call-line" role="status"><p class="call-line__first call-line__first--words">${n === 0 ? t('kiosk.returnedNext') : t('kiosk.returnedAfter', { n })}</p></div>`;
  }
  if (state.how === 'seen') return html`<div class="call-line" role="status"><p class="call-line__first call-line__first--words">${seenText(state.ticket)}</p></div>`;
  if (state.unprinted) return html`<div class="call-line" role="status"><p class="call-line__first call-line__first--words">${t('kiosk.noSlipTold')}</p></div>`;
  const id = can.print ? 'kiosk.takeSlip' : 'kiosk.takePhone';
  return html`<div class="call-line" role="status"><p class=${classes('call-line__first', !can.print && 'call-line__first--words')}>${can.print && html`<${Icon} name="arrow-down" class="nod" />`}<span>${t(id)}</span>${can.print && html`<${Icon} name="arrow-down" class="nod" />`}</p><p class="call-line__second">${t2(id)}</p></div>`;
}

/** What a scanned ticket's holder should do now. @param {any} ticket @returns {string} */
export function seenText(ticket) {
  if (ticket.state === 'waiting') return t('kiosk.alreadyText');
  if (ticket.state === 'called' || ticket.state === 'serving' || ticket.state === 'parked') return t('window.goTo', { label: ticket.window });
  return '';
}

/** @param {{world: World}} props */
function Ending(props) {
  const { state, act, now, can } = props.world;
  const left = secondsLeft(state, now), share = left * 1000 / limit(state);
  return html`<footer class="ending"><div class="drain"><div class="drain__fill" style=${{ transform: 'scaleX(' + share + ')' }}></div></div>
    <div class="ending__row"><span class="ending__left">${t('kiosk.secondsHome', { n: left })}</span>
      ${can.print && state.how === 'new' && !state.unprinted && html`<button class="key key--kiosk ending__key ending__key--quiet" onClick=${() => act({ type: 'noSlip' })}><${Icon} name="printer" />${t('kiosk.noSlip')}</button>`}
      ${can.print && state.how === 'seen' && html`<button class="key key--kiosk ending__key ending__key--quiet" onClick=${() => act({ type: 'printAgain' })}><${Icon} name="printer" />${t('kiosk.printAgain')}</button>`}
      <button class="key key--kiosk ending__key" data-first onClick=${() => act({ type: 'reset' })}>${t('kiosk.done')}</button></div></footer>`;
}

/** The person has a number for this service already. @param {{world: World}} props */
export function Already(props) {
  const { state, act } = props.world;
  const one = state.already !== '*';
  return html`<main class="page page--ticket on-brand"><section class="stub stub--short" data-mode=${paper(props.world)}>
      <h1 class="stub__service" tabindex="-1">${t('kiosk.already')}</h1><p class="stub__label">${t2('kiosk.already')}</p>
      ${one && html`<p class=${classes('stub__number', state.already.length > 4 && 'stub__number--long')}><${Num} number=${state.already} /></p>`}
      <p class="stub__words" role="status">${t(one ? 'kiosk.alreadyText' : 'kiosk.alreadyMany')}</p></section>
    <div class="page__rest"></div>
    <div class="ending"><div class="ending__row"><span class="ending__left">${t('kiosk.secondsHome', { n: secondsLeft(state, props.world.now) })}</span>
      <button class="key key--kiosk ending__key ending__key--quiet" onClick=${() => act({ type: 'scan' })}><${Icon} name="qr-code" />${t('kiosk.missed')}</button>
      <button class="key key--kiosk ending__key" data-first onClick=${() => act({ type: 'reset' })}>${t('kiosk.done')}</button></div></div></main>`;
}

/** Waits for a code or a card. @param {{world: World, id: 'scan'|'card'}} props */
export function Reader(props) {
  const { act } = props.world;
  const card = props.id === 'card';
  return html`<main class="page page--reader">
    <div class="reader__picture"><${Icon} name=${card ? 'id-card' : 'qr-code'} class="icon--thin reader__icon" /></div>
    <h1 class="reader__title" tabindex="-1">${t(card ? 'kiosk.cardTitle' : 'kiosk.scanTitle')}</h1><p class="reader__second">${t2(card ? 'kiosk.cardTitle' : 'kiosk.scanTitle')}</p>
    <p class="reader__text">${t(card ? 'kiosk.cardText' : 'kiosk.scanText')}</p><div class="page__rest"></div>
    ${card && html`<button class="key key--kiosk key--action reader__key" onClick=${() => act({ type: 'home' })}>${t('kiosk.cardManual')}</button>`}
  </main>`;
}
