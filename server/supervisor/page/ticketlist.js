/**
 * The list of tickets: filters that stand in the address, pages, and the chosen ticket beside it.
 * @module
 */
import { html, useEffect, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { get } from '../../../assets/js/http.js';
import { clockTime, minutes } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { Num, Plate, StateTag } from '../../../assets/js/parts.js';
import { linkTo, searchOf } from './place.js';
import { nameOf } from './model.js';
import { Refusal } from './sheet.js';
import { Ticket } from './ticket.js';

/** @typedef {import('./types.js').Live} Live */
/** @typedef {Object<string, string>} Query */

/** States in the order of a visit. */
const STATES = ['open', 'waiting', 'called', 'serving', 'parked', 'passed', 'finished', 'left', 'cancelled', 'abandoned', 'unserved', 'voided'];
const MARKS = ['late', 'doubtful', 'unprinted', 'rated', 'bad'];

/** @param {{view: Live, query: Query, seq: number}} props seq: the newest state; the list follows it */
export function Tickets(props) {
  const { view, query } = props;
  const answer = useTickets(query, props.seq);
  const list = answer.list;
  const chosen = list && list.items.find((/** @type {any} */ i) => i.number === query.ticket);
  return html`<div class="tickets">
    <section class="card tickets__list" aria-labelledby="tickets-title">
      <div class="card__head"><h1 id="tickets-title">${t('supervisor.tickets.title')}</h1><span class="second" aria-live="polite">${list ? t('supervisor.tickets.total', { n: list.total }) : ''}</span></div>
      <${Filters} view=${view} query=${query} />
      <${Refusal} problem=${answer.problem} />
      ${list && table(list.items, view, query)}
      ${list && pages(list, query)}</section>
    <section class="card tickets__one" aria-label=${t('supervisor.tickets.one')}>${chosen
      ? html`<${Ticket} key=${chosen.ref} ticket=${chosen} view=${view} changed=${answer.again} />` : html`<p class="second">${t('supervisor.tickets.select')}</p>`}</section></div>`;
}

/**
 * Reads the list anew whenever the address or the state of the hall changes, the latter at most every two seconds.
 * @param {Query} query
 * @param {number} seq
 * @returns {{list: any, problem: unknown, again: () => void}}
 */
function useTickets(query, seq) {
  const [answer, setAnswer] = useState(/** @type {{list: any, problem: unknown}} */ ({ list: null, problem: null }));
  const [turn, setTurn] = useState(0);
  const asked = without(query, ['ticket', 'past']);
  const search = searchOf(asked);
  useEffect(() => {
    let wanted = true;
    get('/api/v1/tickets' + (search ? '?' + search : '')).then(list => wanted && setAnswer({ list, problem: null }),
      problem => wanted && setAnswer({ list: null, problem }));
    return () => { wanted = false; };
  }, [search, turn]);
  useEffect(() => {
    const timer = setTimeout(() => setTurn(turn + 1), 2000);
    return () => clearTimeout(timer);
  }, [seq]);
  return Object.assign({}, answer, { again: () => setTurn(turn + 1) });
}

/** @param {Query} query @param {string[]} names @returns {Query} */
function without(query, names) {
  const rest = Object.assign({}, query);
  names.forEach(n => { delete rest[n]; });
  return rest;
}

/** @param {Query} query @param {Query} change leaves page and chosen ticket behind */
function go(query, change) {
  location.hash = linkTo('tickets', Object.assign(without(query, ['cursor', 'past', 'ticket']), change));
}

/** @param {{view: Live, query: Query}} props */
function Filters(props) {
  const { query, view } = props;
  const pick = (/** @type {string} */ key) => (/** @type {any} */ e) => go(query, { [key]: e.target.value });
  return html`<form class="filters" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <label class="field"><span class="field__label">${t('supervisor.tickets.search')}</span>
      <input class="field__input" type="search" value=${query.q || ''} maxlength="8" autocapitalize="characters" onChange=${pick('q')} /></label>
    <label class="field"><span class="field__label">${t('supervisor.tickets.state')}</span>
      <select value=${query.state || ''} onChange=${pick('state')}>${option('', t('supervisor.tickets.any'))}${several(query.state, s => t('state.' + s))}
        ${STATES.map(s => option(s, s === 'open' ? t('supervisor.tickets.open') : t('state.' + s)))}</select></label>
    <label class="field"><span class="field__label">${t('supervisor.tickets.service')}</span>
      <select value=${query.service || ''} onChange=${pick('service')}>${option('', t('supervisor.tickets.any'))}
        ${several(query.service, id => name((view.services.find(s => s.id === id) || { name: undefined }).name))}
        ${view.services.map(s => option(s.id, name(s.name)))}</select></label>
    <label class="field"><span class="field__label">${t('supervisor.tickets.mark')}</span>
      <select value=${query.mark || ''} onChange=${pick('mark')}>${option('', t('supervisor.tickets.any'))}${MARKS.map(m => option(m, t('supervisor.tickets.' + m)))}</select></label>
    <label class="field"><span class="field__label">${t('supervisor.tickets.date')}</span>
      <input class="field__input" type="date" value=${query.date || view.hall.date || ''} onChange=${pick('date')} /></label>
    <label class="field"><span class="field__label">${t('supervisor.tickets.order')}</span>
      <select value=${query.order || 'newest'} onChange=${pick('order')}>${option('newest', t('supervisor.tickets.newest'))}${option('oldest', t('supervisor.tickets.oldest'))}</select></label>
    <div class="filters__more">${['window', 'staff'].filter(k => query[k]).map(k => html`<span key=${k} class="tag tag--serving">${k === 'window' ? t('supervisor.tickets.window') : t('supervisor.tickets.staff')} ${query[k]}</span>`)}
      <a class="key" href=${linkTo('tickets')}>${t('supervisor.tickets.clear')}</a></div></form>`;
}

/** @param {string} value @param {string} text */
function option(value, text) { return html`<option key=${value} value=${value}>${text}</option>`; }

/** A choice of several that a figure led to, as one entry. @param {string|undefined} value @param {(one: string) => string} say */
function several(value, say) { return value && value.indexOf(',') > 0 ? option(value, value.split(',').map(say).join('、')) : null; }

/** @param {any[]} items @param {Live} view @param {Query} query */
function table(items, view, query) {
  if (items.length === 0) return html`<p class="tickets__none second">${t('supervisor.tickets.none')}</p>`;
  return html`<div class="tickets__scroll" tabindex="0" role="group" aria-labelledby="tickets-title"><table>
    <thead><tr>${[t('supervisor.tickets.number'), t('supervisor.tickets.service'), t('word.class'), t('supervisor.tickets.state'), t('supervisor.tickets.issued'),
      t('supervisor.tickets.wait'), t('supervisor.tickets.window'), t('supervisor.tickets.calls')].map(text => html`<th key=${text} scope="col">${text}</th>`)}</tr></thead>
    <tbody>${items.map(i => row(i, view, query))}</tbody></table></div>`;
}

/** @param {any} i @param {Live} view @param {Query} query */
function row(i, view, query) {
  const on = i.number === query.ticket;
  return html`<tr key=${i.ref} class=${on ? 'tickets__chosen' : ''} onClick=${() => { location.hash = linkTo('tickets', Object.assign({}, query, { ticket: i.number })); }}>
    <th scope="row"><a href=${linkTo('tickets', Object.assign({}, query, { ticket: i.number }))} aria-current=${on ? 'true' : undefined}><${Num} number=${i.number} list /></a></th>
    <td>${name((view.services.find(s => s.id === i.service) || { name: undefined }).name)}</td>
    <td>${i.class === 'ordinary' ? html`<span class="second">${name(nameOf(view.classes, i.class))}</span>` : name(nameOf(view.classes, i.class))}</td>
    <td><${StateTag} state=${i.state} /></td><td class="figures">${clockTime(i.issuedAt)}</td><td class="figures">${minutes(i.waitSeconds)}</td>
    <td>${i.window && html`<${Plate} label=${i.window} size="xs" />`}</td><td class="figures">${i.calls || ''}</td></tr>`;
}

/** Cursors of the pages before are kept in the address, so that one can go back. @param {any} list @param {Query} query */
function pages(list, query) {
  const past = query.past ? query.past.split('.') : [];
  const back = past.length > 0 ? linkTo('tickets', Object.assign({}, query, { cursor: past[past.length - 1] === '0' ? '' : past[past.length - 1], past: past.slice(0, -1).join('.'), ticket: '' })) : '';
  const next = list.next ? linkTo('tickets', Object.assign({}, query, { cursor: list.next, past: past.concat(query.cursor || '0').join('.'), ticket: '' })) : '';
  if (!back && !next) return null;
  return html`<nav class="keys" aria-label=${t('supervisor.tickets.title')}>${back && html`<a class="key" href=${back}><${Icon} name="chevron-left" />${t('action.previous')}</a>`}
    ${next && html`<a class="key" href=${next}>${t('action.next')}<${Icon} name="chevron-right" /></a>`}</nav>`;
}
