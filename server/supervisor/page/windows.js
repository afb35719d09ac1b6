/**
 * The map of windows in number order, and what is known of one of them.
 * @module
 */
import { html, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { duration } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { announce } from '../../../assets/js/dom.js';
import { post } from '../../../assets/js/http.js';
import { Num, Plate } from '../../../assets/js/parts.js';
import { cellOf, nameOf, windowsInOrder } from './model.js';
import { linkTo, ticketsLink } from './place.js';
import { Refusal, Sheet, useCommand } from './sheet.js';

/** @typedef {import('./types.js').Window} Window */
/** @typedef {import('./types.js').Live} Live */

/** @param {{view: Live, now: number, wall?: boolean}} props */
export function WindowMap(props) {
  const { view, now, wall } = props;
  return html`<section class="card windows" aria-labelledby="windows-title">
    <div class="card__head"><h2 id="windows-title">${t('supervisor.windows.title')}</h2><span class="second">${zones(view)}</span></div>
    <ul class="windows__map">${windowsInOrder(view.windows).map(w => html`<li key=${w.id}>${wall ? html`<span class=${cellClass(w)}>${cell(w, view, now)}</span>`
      : html`<a class=${cellClass(w)} href=${linkTo('live', { window: w.id })}>${cell(w, view, now)}</a>`}</li>`)}</ul></section>`;
}

/** Which numbers lie in which zone. @param {Live} view @returns {string} */
function zones(view) {
  return view.zones.map(z => {
    const ids = windowsInOrder(view.windows.filter(w => w.zone === z.id)).map(w => w.id);
    return ids.length ? name(z.name) + ' ' + (ids.length > 1 ? ids[0] + '–' + ids[ids.length - 1] : ids[0]) : '';
  }).filter(Boolean).join(' · ');
}

/** @param {Window} w @returns {string} */
function cellClass(w) { return 'cell window cell--' + cellOf(w).cell; }

/** @type {Object<string, string>} */
const ICONS = { called: 'bell', serving: 'user', overdue: 'triangle-alert', free: 'circle-check', paused: 'pause' };

/** @param {Window} w @param {Live} view @param {number} now */
function cell(w, view, now) {
  const { word } = cellOf(w);
  const out = w.state !== 'open';
  const time = w.since ? duration(Math.max(0, now - Date.parse(w.since)) / 1000).replace(/^0(\d:)/, '$1') : '';
  return html`<${Plate} label=${w.id} size="s" outlined=${out} warn=${w.status === 'paused'} call=${w.status === 'called' && !w.overdue} />
    <span class="window__text"><span class=${w.number ? 'window__main' : 'window__main window__main--text'}>${main(w, view)}</span>
    ${w.status !== 'closed' && html`<span class="window__state figures"><span class="with-icon"><${Icon} name=${ICONS[word]} />${t('supervisor.windows.' + word)}</span><span class="window__time">${time}</span></span>`}</span>`;
}

/** @param {Window} w @param {Live} view */
function main(w, view) {
  if (w.number) return html`<${Num} number=${w.number} />`;
  if (w.status === 'closed') return html`<span class="window__closed">${t('supervisor.windows.closed')}</span>`;
  return w.status === 'paused' ? name(nameOf(view.pauseReasons, w.reason)) || t('supervisor.windows.paused') : t('supervisor.windows.free');
}

/**
 * The sheet of one window, with the key that frees it.
 * @param {{view: Live, id: string, staff: Object<string, string>}} props staff: names by number
 */
export function WindowSheet(props) {
  const w = props.view.windows.find(one => one.id === props.id);
  const [asking, ask] = useState(false);
  const command = useCommand();
  if (!w) return null;
  const label = w.id;
  const release = () => command.run(async () => {
    await post('/api/v1/windows/' + encodeURIComponent(w.id) + '/release');
    announce(t('supervisor.windows.released', { label }));
    ask(false);
  });
  return html`<${Sheet} title=${t('window.label', { label })} close=${linkTo('live')}>
    <dl class="facts">${facts(w, props.view, props.staff).map(([term, value]) => html`<div key=${term}><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
    <${Refusal} problem=${command.problem} />
    ${asking && html`<p class="notice notice--warn"><${Icon} name="triangle-alert" /><span>${t('supervisor.windows.releaseAsk')}</span></p>`}
    <div class="keys"><a class="key" href=${ticketsLink({ window: w.id })}>${t('supervisor.windows.tickets')}</a>
    ${w.state !== 'closed' && (asking
      ? html`<button class="key key--danger" aria-disabled=${command.busy ? 'true' : undefined} onClick=${release}>${t('action.confirm')}</button><button class="key" onClick=${() => ask(false)}>${t('action.cancel')}</button>`
      : html`<button class="key" onClick=${() => ask(true)}>${t('supervisor.windows.release')}</button>`)}</div></${Sheet}>`;
}

/** @param {Window} w @param {Live} view @param {Object<string, string>} staff @returns {Array<[string, any]>} */
function facts(w, view, staff) {
  const services = w.services.map(id => name((view.services.find(s => s.id === id) || { name: undefined }).name)).join('、');
  /** @type {Array<[string, any]>} */
  const list = [[t('word.state'), t('supervisor.windows.' + cellOf(w).word)]];
  if (w.staff) list.push([t('supervisor.windows.staff'), w.staff + ' ' + (staff[w.staff] || '')]);
  if (w.number) list.push([t('word.number'), html`<a href=${ticketsLink({ q: w.number })}>${w.number}</a>`]);
  list.push([t('supervisor.windows.services'), services], [t('supervisor.windows.waiting'), String(w.waiting)],
    [t('supervisor.windows.today'), String(w.finished)], [t('supervisor.windows.handsName'), t('supervisor.windows.hands', { parked: w.parked, passed: w.passed })]);
  return list;
}

