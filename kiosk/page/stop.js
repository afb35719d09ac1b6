/**
 * The page of a kiosk that gives no numbers: what, why, what to do instead. And the screen-saver.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, t, t2 } from '../../assets/js/i18n.js';
import { clockTime } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { waitingInHall } from './frame.js';
import { opens } from './tiles.js';

/** @typedef {import('./frame.js').World} World */

/** @type {Object<string, string>} */
const ICONS = { offline: 'unplug', full: 'triangle-alert', clock: 'clock', starting: 'hourglass', day: 'clock' };

/** @param {{world: World, since: string}} props since: RFC 3339, when it began */
export function Stop(props) {
  const { world } = props;
  const { stop, view } = world, desk = view && (view.desk.zh || view.desk.en);
  return html`<main class="page page--stop" role="alert">
    <div class="page__rest"></div><div class="stop__icon"><${Icon} name=${ICONS[stop]} class="icon--thin" /></div>
    <h1 class="stop__title">${t('kiosk.stop.' + stop)}</h1><p class="stop__second">${t2('kiosk.stop.' + stop)}</p>
    <p class="stop__why">${t('kiosk.stop.' + stop + 'Why')}${' '}${hoursLine(world)}</p><p class="stop__why">${t('kiosk.stop.can')}</p>
    ${desk && html`<${Way} icon="users" id="kiosk.stop.desk" params=${{ desk: name(view.desk) }} second=${{ desk: view.desk.en === name(view.desk) ? view.desk.zh : view.desk.en }} />`}
    <${Way} icon="hourglass" id="kiosk.stop.wait" />
    <p class="stop__valid"><${Icon} name="circle-check" /><span><b>${t('kiosk.stop.valid')}</b><span class="second">${t2('kiosk.stop.valid')}</span></span></p>
    <div class="page__rest"></div>
    <footer class="stop__foot"><span>${stop === 'day' ? '' : t('kiosk.stop.since', { time: clockTime(props.since) })}</span>${view && view.hotline && html`<b>${t('kiosk.stop.hotline', { phone: view.hotline })}</b>`}</footer>
  </main>`;
}

/** @param {World} world @returns {string} */
function hoursLine(world) {
  const { view, stop, clock } = world;
  if (stop !== 'day' || !view) return '';
  const when = view.opensAt ? t('kiosk.nextOpen', { when: opens(view.opensAt, clock.date()) }) : '';
  return (view.hours.length ? t('kiosk.hours', { hours: view.hours.join('  ').replace(/-/g, '–') }) + ' ' : '') + when;
}

/** @param {{icon: string, id: string, params?: any, second?: any}} props */
function Way(props) {
  return html`<div class="card stop__way"><${Icon} name=${props.icon} /><span><b>${t(props.id, props.params)}</b><span class="second">${t2(props.id, props.second || props.params)}</span></span></div>`;
}

/** Hours and people waiting, drifting 40 px a minute so that nothing burns in. @param {{world: World}} props */
export function Saver(props) {
  const { view, clock, now, act } = props.world;
  const minutes = now / 60000, shift = 'translate(' + wave(minutes * 40, 240) + 'px,' + wave(minutes * 40 + 300, 700) + 'px)';
  return html`<button class="saver on-brand" onClick=${() => act({ type: 'touch' })}><span class="saver__drift" style=${{ transform: shift }}>
    <b class="saver__name">${view ? name(view.hall.name) : ''}</b><span class="saver__clock clock">${clock.text()}</span>
    <span>${view && view.hours.length > 0 ? t('kiosk.hours', { hours: view.hours.join('  ').replace(/-/g, '–') }) : ''}</span>
    <span>${t('kiosk.hallWaiting', { n: waitingInHall(view) })}</span><b class="saver__touch">${t('kiosk.saver')}</b></span></button>`;
}

/** Goes to and fro between 0 and room. @param {number} way @param {number} room @returns {number} */
export function wave(way, room) { return room - Math.abs(way % (2 * room) - room); }
