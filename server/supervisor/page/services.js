/**
 * The table of services: who waits, how long, and how the promise is kept. One line a department; it opens to its services.
 * @module
 */
import { html, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { minutes } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { classes, Plate } from '../../../assets/js/parts.js';
import { below, departmentRows, percentOf, PLATES } from './model.js';
import { ticketsLink } from './place.js';

/** @typedef {import('./model.js').Row} Row */
/** @typedef {import('./types.js').Live} Live */

/** @param {{view: Live, now: number, wall?: boolean}} props */
export function Services(props) {
  const { view, now, wall } = props;
  /** @type {[Object<string, boolean>, (next: Object<string, boolean>) => void]} */
  const [open, setOpen] = useState(/** @type {Object<string, boolean>} */ ({}));
  const rows = departmentRows(view, now);
  const most = Math.max(1, ...rows.map(r => r.waiting));
  const context = { view, now, wall: !!wall, most };
  const toggle = (/** @type {string} */ id) => setOpen(Object.assign({}, open, { [id]: !open[id] }));
  return html`<section class="card services" aria-labelledby="services-title">
    <div class="card__head"><h2 id="services-title">${t('supervisor.services.title')}</h2><span class="second">${t('supervisor.services.note', { n: view.targetPercent })}</span></div>
    <div class="services__scroll" tabindex="0" role="group" aria-labelledby="services-title"><table>
      <thead>${head()}</thead>
      <tbody>${rows.map(r => [line(r, context, { group: r.children.length > 1, open: !!open[r.id], toggle }),
        open[r.id] && r.children.map(c => line(c, context, { child: true }))])}</tbody>
    </table></div></section>`;
}

function head() {
  return html`<tr><th scope="col">${t('supervisor.services.name')}</th><th scope="col">${t('supervisor.services.waiting')}</th>
    <th scope="col">${t('supervisor.services.longest')}</th><th scope="col">${t('supervisor.services.expected')}</th>
    <th scope="col">${t('supervisor.services.within')}</th><th scope="col" class="services__windows">${t('supervisor.services.windows')}</th></tr>`;
}

/**
 * @param {Row} r
 * @param {{view: Live, now: number, wall: boolean, most: number}} c
 * @param {{group?: boolean, open?: boolean, child?: boolean, toggle?: (id: string) => void}} o
 */
function line(r, c, o) {
  const title = html`<th scope="row" class=${classes('services__name', o.child && 'services__name--child')}>${heading(r, c, o)}</th>`;
  if (r.closedReason && r.waiting === 0) {
    return html`<tr key=${r.id}>${title}<td colspan="5" class="second">${t('closed.' + r.closedReason)}</td></tr>`;
  }
  return html`<tr key=${r.id}>${title}
    <td>${waiting(r, c)}</td>
    <td class="figures">${r.longestSince ? html`<span class=${r.late ? 'services__late' : ''}>${minutes((c.now - Date.parse(r.longestSince)) / 1000)}</span>` : '–'}</td>
    <td class="figures">${r.expectedSeconds ? minutes(r.expectedSeconds + 30) : '–'}</td>
    <td>${within(r, c)}</td>
    <td class="services__windows">${plates(r)}</td></tr>`;
}

/** @param {Row} r @param {any} c @param {any} o */
function heading(r, c, o) {
  if (!o.group || c.wall) return html`<span title=${name(r.name)}><span class="services__cut">${name(r.name)}</span></span>`;
  return html`<button class="services__open" aria-expanded=${o.open ? 'true' : 'false'} onClick=${() => o.toggle(r.id)}>
    <${Icon} name=${o.open ? 'arrow-down' : 'chevron-right'} /><span class="services__cut">${name(r.name)}</span></button>`;
}

/** @param {Row} r @param {any} c */
function waiting(r, c) {
  const bar = html`<span class="services__bar" aria-hidden="true" style=${{ width: Math.round(46 * r.waiting / c.most) + 'px' }}></span>`;
  const figure = html`<span class="services__count figures">${r.waiting}</span>${r.waiting > 0 && bar}`;
  if (c.wall) return html`<span class="services__waiting">${figure}</span>`;
  return html`<a class="services__waiting" href=${ticketsLink({ state: 'waiting', service: r.services.join(','), order: 'oldest' })}>${figure}</a>`;
}

/** @param {Row} r @param {any} c */
function within(r, c) {
  const percent = percentOf(r.within);
  if (percent === undefined) return '–';
  const bad = below(r.within, c.view.targetPercent);
  const bar = html`<span class=${classes('target', bad && 'target--bad')} aria-hidden="true">
    <span class="target__fill" style=${{ width: percent + '%' }}></span><span class="target__line" style=${{ left: c.view.targetPercent + '%' }}></span></span>
    <span class="target__mark">${bad && html`<span aria-hidden="true">▼</span><span class="visually-hidden">${t('supervisor.services.below')}</span>`}</span>
    <b class="figures">${percent}%</b>`;
  if (c.wall) return html`<span class=${classes('within', bad && 'bad')}>${bar}</span>`;
  return html`<a class=${classes('within', bad && 'bad')} href=${ticketsLink({ mark: 'late', service: r.services.join(','), date: c.view.hall.date })}>${bar}</a>`;
}

/** @param {Row} r */
function plates(r) {
  if (r.noWindow && r.windows.length === 0) return html`<span class="bad with-icon nowrap"><${Icon} name="triangle-alert" />${t('supervisor.services.noWindow')}</span>`;
  const shown = r.windows.length > PLATES ? r.windows.slice(0, PLATES - 1) : r.windows;
  return html`<span class="services__plates">${shown.map(w => html`<${Plate} key=${w} label=${w} size="xs" />`)}
    ${r.windows.length > shown.length && html`<span class="second" title=${r.windows.join('、')}>${t('supervisor.services.more', { n: r.windows.length - shown.length })}</span>`}</span>`;
}
