/**
 * Sheets that ask for another place: transfer, further service, hand-over, close.
 * @module
 */
import { html, useEffect, useState } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../assets/js/i18n.js';
import { get } from '../../assets/js/http.js';
import { Plate } from '../../assets/js/parts.js';
import { problemText } from '../../assets/js/problem.js';
import { Options, Sheet, Words } from './sheet.js';
import { refusalOf } from './finish.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./types.js').Page} Page */
/** @typedef {import('./acts.js').Acts} Acts */
/** @typedef {{services: any[], windows: any[], staff: any[]}} Places */

/** @type {Places} */
const NOWHERE = { services: [], windows: [], staff: [] };

/** @param {string} window @returns {[Places|null, string]} null while they load, and why they could not */
function usePlaces(window) {
  const [places, setPlaces] = useState(/** @type {Places|null} */ (null)), [failure, setFailure] = useState('');
  useEffect(() => {
    get('/api/v1/windows/' + encodeURIComponent(window) + '/places').then(setPlaces, e => { setFailure(problemText(e).detail); setPlaces(NOWHERE); });
  }, [window]);
  return [places, failure];
}

/**
 * 转办: to a service, a window or a member of staff.
 * @param {{page: Page, view: View, acts: Acts, number?: string}} props
 */
export function TransferSheet(props) {
  const { view, acts } = props, [places, failure] = usePlaces(view.window);
  const [kind, setKind] = useState('service'), [to, setTo] = useState(''), [place, setPlace] = useState('keep'), [note, setNote] = useState('');
  const [find, setFind] = useState('');
  const number = props.number || (view.current ? view.current.number : '');
  const body = () => Object.assign({ [kind]: to, place }, props.number ? { ticket: props.number } : {}, note ? { note } : {});
  return html`<${Sheet} wide=${true} title=${t('counter.transfer.title', { number })} submit=${t('act.transfer')} ready=${to !== ''}
      refusal=${failure || refusalOf(props.page)} onClose=${acts.close} onSubmit=${() => acts.sheetSend('transfer', body())}>
    <${Options} name="kind" label=${t('counter.transfer.to')} value=${kind} first=${true} onChange=${(/** @type {string} */ k) => { setKind(k); setTo(''); }}
      options=${[{ id: 'service', text: t('word.service') }, { id: 'window', text: t('word.window') }, { id: 'staff', text: t('word.staff') }]} />
    ${kind === 'service' && html`<label class="field"><span class="field__label">${t('action.search')}</span><input class="field__input" type="search" value=${find}
      onInput=${(/** @type {any} */ e) => setFind(e.target.value)} /></label>`}
    ${places ? html`<${Options} name="to" list=${true} label=${t('counter.transfer.where')} value=${to} onChange=${setTo} options=${optionsOf(places, kind, find)} />` : html`<p>–</p>`}
    ${places && optionsOf(places, kind, find).length === 0 && html`<p class="second">${t('counter.transfer.none')}</p>`}
    <${Options} name="place" label=${t('counter.transfer.place')} value=${place} onChange=${setPlace}
      options=${[{ id: 'keep', text: t('counter.transfer.keep') }, { id: 'end', text: t('counter.transfer.end') }]} />
    <${Words} label=${t('counter.transfer.note')} value=${note} max=${view.rules.maxText} onInput=${setNote} />
  </${Sheet}>`;
}

/**
 * What can be chosen of a kind, services by a part of their name.
 * @param {Places} places @param {string} kind @param {string} find
 * @returns {Array<{id: string, text: any}>}
 */
export function optionsOf(places, kind, find) {
  const part = find.trim().toLowerCase();
  if (kind === 'window') return places.windows.map(w => ({ id: w.id, text: html`<${Plate} label=${w.id} size="s" outlined=${w.state !== 'open'} /> <span>${name(w.label)}<span class="second"> ${t('count.waiting', { n: w.waiting })} · ${w.staffName}</span></span>` }));
  if (kind === 'staff') return places.staff.filter(s => s.window).map(s => ({ id: s.staff, text: html`<${Plate} label=${s.window} size="s" /> <span>${s.name}<span class="second"> ${s.staff}</span></span>` }));
  const fits = (/** @type {any} */ s) => (s.name.zh + ' ' + s.name.en).toLowerCase().indexOf(part) >= 0;
  return places.services.filter(fits).map(s => ({ id: s.id, text: html`<span>${name(s.name)}<span class="second"> ${serviceLine(s)}</span></span>` }));
}

/** @param {any} s @returns {string} */
function serviceLine(s) { return t('count.waiting', { n: s.waiting }) + ' · ' + (s.windowsOpen > 0 ? t('counter.transfer.windows', { n: s.windowsOpen }) : t('closed.no_window')); }

/**
 * A further service for the same citizen, which starts at once.
 * @param {{page: Page, view: View, acts: Acts}} props
 */
export function LegSheet(props) {
  const [service, setService] = useState(''), { view, acts } = props;
  const outcome = t('outcome.' + view.rules.outcome);
  return html`<${Sheet} title=${t('counter.leg.title')} submit=${t('counter.leg.send')} ready=${service !== ''} refusal=${refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('leg', { service })}>
    <p class="second">${t('counter.leg.hint', { outcome })}</p>
    <${Options} name="service" list=${true} first=${true} label=${t('word.service')} value=${service} onChange=${setService}
      options=${view.byService.map(q => ({ id: q.service, text: name(q.name) }))} /></${Sheet}>`;
}

/**
 * 交班: somebody else sits down, everything in hand stays.
 * @param {{page: Page, view: View, acts: Acts}} props
 */
export function HandOverSheet(props) {
  const [staff, setStaff] = useState(''), { view, acts } = props, [places, failure] = usePlaces(view.window);
  const who = places ? places.staff.filter(s => s.mayTake) : [];
  return html`<${Sheet} title=${t('counter.handover.title', { label: view.post.id })} submit=${t('counter.act.handover')} ready=${staff !== ''}
      refusal=${failure || refusalOf(props.page)} onClose=${acts.close} onSubmit=${() => acts.sheetSend('handover', { staff })}>
    <p class="second">${t('counter.handover.hint')}</p>
    <${Options} name="staff" list=${true} first=${true} label=${t('word.staff')} value=${staff} onChange=${setStaff}
      options=${who.map(s => ({ id: s.staff, text: html`<span>${s.name}<span class="second"> ${s.staff}${s.window ? ' · ' + t('window.label', { label: s.window }) : ''}</span></span>` }))} /></${Sheet}>`;
}

/**
 * Leaving with parked tickets, or as the last window of a service: who takes them, and that it is meant.
 * @param {{page: Page, view: View, acts: Acts, last: {service: string, waiting: number}|null}} props
 */
export function CloseSheet(props) {
  const [handTo, setHandTo] = useState(''), { view, acts, last } = props, [places, failure] = usePlaces(view.window);
  const body = () => Object.assign({}, handTo ? { handTo } : {}, last ? { confirm: true } : {});
  /** @type {Array<{id: string, text: any}>} */
  const anywhere = [{ id: '', text: t('counter.close.anyWindow') }];
  const windows = (places ? places.windows : []).map(w => ({ id: w.id, text: html`<${Plate} label=${w.id} size="s" /> <span>${name(w.label)}</span>` }));
  return html`<${Sheet} title=${t('counter.close.title', { label: view.post.id })} submit=${t('act.closeWindow')} danger=${!!last} refusal=${failure || refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('close', body())}>
    ${last && html`<p class="notice notice--warn">${t('counter.close.last', { name: serviceName(view, last.service), n: last.waiting })}</p>`}
    ${view.parked.length > 0 && html`<p>${t('counter.close.parked', { n: view.parked.length, numbers: view.parked.map(p => p.number).join(' ') })}</p>
      <${Options} name="handTo" list=${true} first=${true} label=${t('counter.close.handTo')} value=${handTo} onChange=${setHandTo}
        options=${anywhere.concat(windows)} />`}</${Sheet}>`;
}

/** @param {View} view @param {string} id @returns {string} */
function serviceName(view, id) {
  const q = view.byService.filter(s => s.service === id)[0];
  return q ? name(q.name) : id;
}
