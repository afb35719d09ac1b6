/**
 * What needs somebody: the three most urgent with their evidence, all of them behind a key.
 * @module
 */
import { html, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../../assets/js/i18n.js';
import { Icon } from '../../../assets/js/icon.js';
import { alertText } from './alerttext.js';

const SHOWN = 3;

/** @param {{view: import('./types.js').Live, now: number, live: boolean, wall?: boolean}} props */
export function Alerts(props) {
  const [all, setAll] = useState(false);
  const { view, wall } = props;
  const n = view.alerts.length, list = all ? view.alerts : view.alerts.slice(0, wall ? 2 : SHOWN);
  return html`<section class="card alerts" aria-labelledby="alerts-title">
    <div class="card__head"><h2 id="alerts-title">${t('supervisor.alerts.title')}</h2>
      ${props.live && n > list.length && html`<span class="second">${t('supervisor.alerts.count', { n, shown: list.length })}</span>`}
      ${props.live && !wall && n > SHOWN && html`<button class="key key--small" aria-expanded=${all ? 'true' : 'false'} onClick=${() => setAll(!all)}>
        ${all ? t('supervisor.alerts.fewer') : t('supervisor.alerts.all', { n })}</button>`}</div>
    ${body(props, list)}</section>`;
}

/** @param {{view: import('./types.js').Live, now: number, live: boolean, wall?: boolean}} props @param {import('./types.js').Alert[]} list */
function body(props, list) {
  if (!props.live) return html`<p class="second">${t('supervisor.alerts.hidden')}</p>`;
  if (list.length === 0) return html`<p class="good with-icon"><${Icon} name="circle-check" />${t('supervisor.alerts.none')}</p>`;
  return html`<ul class="alerts__list">${list.map(a => one(a, props))}</ul>`;
}

/** @param {import('./types.js').Alert} a @param {{view: import('./types.js').Live, now: number, wall?: boolean}} props */
function one(a, props) {
  const text = alertText(a, props.view, props.now);
  return html`<li key=${a.id} class="alert"><${Icon} name=${text.icon} class=${text.icon === 'hourglass' ? 'warn' : 'bad'} />
    <span class="alert__text"><b>${text.title}</b><span class="second">${text.detail}</span></span>
    ${text.link && !props.wall && html`<a class="key key--action" href=${text.link} aria-label=${text.key + ' · ' + text.title}>${text.key}</a>`}</li>`;
}
