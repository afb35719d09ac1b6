/**
 * One ticket: its course, why it was called when it was, and what a supervisor may change with a reason.
 * @module
 */
import { html, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { post } from '../../../assets/js/http.js';
import { announce } from '../../../assets/js/dom.js';
import { clockTime, duration, minutes } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { Num, Plate, StateTag } from '../../../assets/js/parts.js';
import { nameOf } from './model.js';
import { Refusal, useCommand } from './sheet.js';

/** @typedef {import('./types.js').Live} Live */

/** @param {{ticket: any, view: Live, changed: () => void}} props */
export function Ticket(props) {
  const { ticket: i, view } = props;
  return html`<div class="ticket"><div class="ticket__head"><h2><${Num} number=${i.number} class="ticket__number" /></h2><${StateTag} state=${i.state} /></div>
    <dl class="facts">${facts(i, view).map(([term, value]) => html`<div key=${term}><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
    ${i.why && html`<div class="notice"><${Icon} name="scale" /><span><b>${t('supervisor.tickets.why')}</b><br />${i.why.text}</span></div>`}
    <h3>${t('supervisor.tickets.legs')}</h3>
    <ol class="legs">${i.legs.map((/** @type {any} */ l) => leg(l, view))}</ol>
    <${Change} ticket=${i} view=${view} changed=${props.changed} /></div>`;
}

/** @param {any} i @param {Live} view @returns {Array<[string, any]>} */
function facts(i, view) {
  const service = view.services.find(s => s.id === i.service);
  const kind = name(nameOf(view.classes, i.class)) + (i.claimed ? ' · ' + t('supervisor.tickets.claimed', { name: name(nameOf(view.classes, i.claimed)) }) : '');
  const people = i.people > 1 ? ' · ' + t('supervisor.tickets.people', { n: i.people }) : '';
  return [[t('word.service'), name(service && service.name)], [t('word.department'), name(nameOf(view.departments, i.department))], [t('word.class'), kind + people],
    [t('supervisor.tickets.channel'), t('channel.' + i.channel) + ' ' + clockTime(i.issuedAt)],
    [t('supervisor.tickets.waited'), t('count.minutes', { n: minutes(i.waitSeconds) })]];
}

/** @param {any} l @param {Live} view */
function leg(l, view) {
  const service = view.services.find(s => s.id === l.service);
  /** @type {Array<[string, string|undefined, string|undefined]>} */
  const steps = [[t('supervisor.tickets.joined'), l.joinedAt, undefined], [t('supervisor.tickets.called'), l.calledAt, l.joinedAt],
    [t('supervisor.tickets.started'), l.startedAt, l.calledAt], [t('supervisor.tickets.ended'), l.endedAt, l.startedAt || l.calledAt || l.joinedAt]];
  return html`<li key=${l.leg} class="leg"><div class="leg__head"><b>${t('supervisor.tickets.leg', { n: l.leg })} · ${name(service && service.name)}</b>
    ${l.window && html`<${Plate} label=${l.window} size="xs" />`}<${StateTag} state=${l.state || l.end} />${l.outcome && html`<span class="second">${t('outcome.' + l.outcome)}</span>`}</div>
    <ul class="leg__steps">${steps.filter(s => s[1]).map(([word, at, since]) => html`<li key=${word}><span class="figures">${clockTime(at)}</span> ${word}
      ${since && html` <span class="second figures">+${duration((Date.parse(String(at)) - Date.parse(since)) / 1000)}</span>`}</li>`)}</ul></li>`;
}

/** What may be changed, with a reason. @param {{ticket: any, view: Live, changed: () => void}} props */
function Change(props) {
  const { ticket: i, view } = props;
  const [act, setAct] = useState('');
  const command = useCommand();
  const ended = ['waiting', 'called', 'serving', 'parked', 'passed'].indexOf(i.state) < 0;
  if (i.date !== view.hall.date && ended) return html`<p class="second">${t('supervisor.tickets.pastDay')}</p>`;
  const send = (/** @type {SubmitEvent} */ e) => {
    e.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (e.target));
    return command.run(async () => {
      await post('/api/v1/tickets/by-number/' + encodeURIComponent(i.number) + '/' + act, bodyOf(form));
      announce(t(act === 'void' ? 'supervisor.tickets.voided' : 'supervisor.tickets.reclassified', { number: i.number }));
      setAct('');
      props.changed();
    });
  };
  return html`<div class="change"><div class="keys">
      ${i.state !== 'voided' && html`<button class="key key--danger" aria-pressed=${act === 'void' ? 'true' : 'false'} onClick=${() => setAct(act === 'void' ? '' : 'void')}>${t('supervisor.tickets.void')}</button>`}
      ${!ended && html`<button class="key" aria-pressed=${act === 'reclassify' ? 'true' : 'false'} onClick=${() => setAct(act === 'reclassify' ? '' : 'reclassify')}>${t('supervisor.tickets.reclassify')}</button>`}</div>
    ${act && html`<form class="change__form" onSubmit=${send}>
      ${act === 'void' ? html`<p class="notice notice--warn"><${Icon} name="triangle-alert" /><span>${t('supervisor.tickets.voidAsk')}</span></p>`
        : html`<label class="field"><span class="field__label">${t('supervisor.tickets.newClass')}</span><select name="class" value=${i.claimed || i.class}>
          ${view.classes.map(c => html`<option key=${c.id} value=${c.id}>${name(c.name)}</option>`)}</select></label>`}
      <label class="field"><span class="field__label">${t('supervisor.tickets.reason')}</span><textarea name="reason" rows="2" maxlength="500" required></textarea></label>
      <${Refusal} problem=${command.problem} />
      <div class="keys"><button class="key key--action" aria-disabled=${command.busy ? 'true' : undefined}>${t('action.confirm')}</button>
        <button type="button" class="key" onClick=${() => setAct('')}>${t('action.cancel')}</button></div></form>`}</div>`;
}

/** @param {FormData} form @returns {Object<string, string>} the fields as a body */
export function bodyOf(form) {
  /** @type {Object<string, string>} */
  const body = {};
  form.forEach((value, key) => { body[key] = String(value).trim(); });
  return body;
}
