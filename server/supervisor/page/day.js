/**
 * Opening and closing the day, and the clock.
 * @module
 */
import { html, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../../assets/js/i18n.js';
import { post } from '../../../assets/js/http.js';
import { announce } from '../../../assets/js/dom.js';
import { clockTime, dateText } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { Refusal, useCommand } from './sheet.js';

/** @param {{view: import('./types.js').Live}} props */
export function Day(props) {
  const { view } = props;
  const [asking, ask] = useState(false);
  const command = useCommand();
  const send = (/** @type {string} */ path, /** @type {any} */ body, /** @type {string} */ said) => command.run(async () => {
    await post(path, body);
    ask(false);
    announce(said);
  });
  const close = () => send('/api/v1/day/close', { confirm: true }, t('supervisor.day.ended'));
  return html`<div class="day"><h1>${t('supervisor.day.title')}</h1>
    <section class="card"><dl class="facts"><div><dt>${t('supervisor.day.date')}</dt><dd>${dateText(view.hall.date || view.businessDate)}</dd></div>
      <div><dt>${t('word.state')}</dt><dd>${view.dayOpen ? t('supervisor.day.open') : t('supervisor.day.closed')}</dd></div>
      <div><dt>${t('supervisor.figure.waiting')}</dt><dd>${t('count.waiting', { n: view.today.waiting })}</dd></div></dl>
      <p class="second">${t('supervisor.day.note')}</p>
      <${Refusal} problem=${command.problem} />
      ${asking && html`<div class="notice notice--warn"><${Icon} name="triangle-alert" /><span><b>${t('supervisor.day.people', { n: view.today.waiting })}</b><br />${t('supervisor.day.closeAsk')}</span></div>`}
      <div class="keys">${!view.dayOpen && html`<button class="key key--action" onClick=${() => send('/api/v1/day/open', undefined, t('supervisor.day.opened'))}>${t('supervisor.day.openKey')}</button>`}
      ${view.dayOpen && (asking
        ? html`<button class="key key--danger" onClick=${close}>${t('supervisor.day.confirmClose')}</button><button class="key" onClick=${() => ask(false)}>${t('action.cancel')}</button>`
        : html`<button class="key" onClick=${() => ask(true)}>${t('supervisor.day.closeKey')}</button>`)}</div></section>
    <${ClosingReport} date=${view.businessDate || view.hall.date || ''} open=${view.dayOpen} />
    <section class="card"><h2>${t('supervisor.day.clock')}</h2>
      ${view.clockDoubt ? html`<p class="notice notice--bad"><${Icon} name="triangle-alert" /><span>${t('supervisor.day.clockDoubt', { wall: view.clockDoubt.slice(0, 10) + ' ' + clockTime(view.clockDoubt) })}</span></p>
        <div class="keys"><button class="key key--action" onClick=${() => send('/api/v1/clock/confirm', undefined, t('supervisor.day.clockDone'))}>${t('supervisor.day.clockKey')}</button></div>`
        : html`<p class="good with-icon"><${Icon} name="circle-check" />${t('supervisor.day.clockFine')}</p>`}</section></div>`;
}

/** The paper of a closed day, as a PDF in a tab of its own. @param {{date: string, open: boolean}} props */
function ClosingReport(props) {
  const [chosen, choose] = useState('');
  const date = chosen || props.date;
  const inside = html`<${Icon} name="file-text" />${t('supervisor.day.reportKey')}`;
  return html`<section class="card"><h2>${t('supervisor.day.report')}</h2><p class="second">${t('supervisor.day.reportNote')}</p>
    <div class="keys keys--low"><label class="field"><span class="field__label">${t('supervisor.day.reportDate')}</span>
      <input class="field__input" type="date" value=${date} max=${props.date} onChange=${(/** @type {any} */ e) => choose(e.target.value)} /></label>
      ${props.open && date === props.date ? html`<button class="key" disabled>${inside}</button>`
        : html`<a class="key" target="_blank" rel="noopener" href=${'/api/v1/day/' + date + '/closing.pdf?lang=' + document.documentElement.lang.slice(0, 2)}>${inside}</a>`}</div></section>`;
}
