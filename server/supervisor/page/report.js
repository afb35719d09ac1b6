/**
 * The honest table: figures of ended visits by group, in order of name and never of result.
 * @module
 */
import { html, useEffect, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { get } from '../../../assets/js/http.js';
import { number } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { Plate } from '../../../assets/js/parts.js';
import { linkTo, searchOf, ticketsLink } from './place.js';
import { groupName, inPlanOrder, tenths } from './reportmodel.js';
import { Refusal } from './sheet.js';

/** @typedef {import('./types.js').Live} Live */
/** @typedef {import('./reportmodel.js').StatsRow} StatsRow */

const GROUPS = ['window', 'service', 'department', 'staff', 'class', 'hour', 'date'];

/** @param {{view: Live|null, query: Object<string, string>, staff: Object<string, string>, limited: boolean}} props limited: only the own figures */
export function Report(props) {
  const { query } = props;
  const by = query.by || 'window';
  const answer = useStats({ from: query.from, to: query.to, by });
  const total = useStats({ from: query.from, to: query.to });
  return html`<div class="report"><div class="report__head"><div><h1>${t('supervisor.report.title')}</h1><p class="second">${t('supervisor.report.lead')}</p></div>
      <${Choice} query=${query} by=${by} answer=${answer.data} /></div>
    <section class="card" aria-label=${t('supervisor.report.by.' + by)}><${Refusal} problem=${answer.problem} />
      ${answer.data && (answer.data.rows.length === 0 ? empty() : table(answer.data, by, props, total.data && total.data.rows[0]))}</section>
    <section class="card report__read"><h2>${t('supervisor.report.read')}</h2><ul>
      <li><${Icon} name="scale" />${t('supervisor.report.read1')}</li><li><${Icon} name="info" />${t('supervisor.report.read2')}</li>
      <li><${Icon} name="hourglass" />${t('supervisor.report.read3')}</li></ul></section></div>`;
}

/** @param {Object<string, string|undefined>} query @returns {{data: any, problem: unknown}} */
function useStats(query) {
  const [answer, setAnswer] = useState(/** @type {{data: any, problem: unknown}} */ ({ data: null, problem: null }));
  const search = searchOf(query);
  useEffect(() => {
    let wanted = true;
    get('/api/v1/stats?' + search).then(data => wanted && setAnswer({ data, problem: null }), problem => wanted && setAnswer({ data: null, problem }));
    return () => { wanted = false; };
  }, [search]);
  return answer;
}

function empty() { return html`<p class="report__none">${t('supervisor.report.none')} <span class="second">${t('supervisor.report.smaller')}</span></p>`; }

/** @param {{query: Object<string, string>, by: string, answer: any}} props */
function Choice(props) {
  const { query, answer } = props;
  const pick = (/** @type {string} */ key) => (/** @type {any} */ e) => { location.hash = linkTo('report', Object.assign({}, query, { [key]: e.target.value })); };
  return html`<form class="report__choice" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <label class="field"><span class="field__label">${t('supervisor.report.from')}</span><input class="field__input" type="date" value=${query.from || answer && answer.from || ''} onChange=${pick('from')} /></label>
    <label class="field"><span class="field__label">${t('supervisor.report.to')}</span><input class="field__input" type="date" value=${query.to || answer && answer.to || ''} onChange=${pick('to')} /></label>
    <label class="field"><span class="field__label">${t('supervisor.report.by')}</span><select value=${props.by} onChange=${pick('by')}>
      ${GROUPS.map(g => html`<option key=${g} value=${g}>${t('supervisor.report.by.' + g)}</option>`)}</select></label>
    <a class="key" download href=${'/api/v1/stats.csv?' + searchOf({ from: query.from, to: query.to, by: props.by, lang: document.documentElement.lang.slice(0, 2) })}>${t('supervisor.report.csv')}</a></form>`;
}

/** @param {any} data @param {string} by @param {any} props @param {StatsRow|undefined} total */
function table(data, by, props, total) {
  /** @type {StatsRow[]} */
  const rows = inPlanOrder(/** @type {StatsRow[]} */ (data.rows), by, props.view);
  const quantiles = () => [t('supervisor.report.mean'), t('supervisor.report.p50'), t('supervisor.report.p90')].map(w => html`<th key=${w} scope="col">${w}</th>`);
  return html`<div class="report__scroll" tabindex="0" role="group" aria-label=${t('supervisor.report.title')}><table class="figures">
    <thead><tr><th rowspan="2" scope="col">${t('supervisor.report.by.' + by)}</th><th colspan="9" scope="colgroup">${t('supervisor.report.people')}</th>
      <th colspan="4" scope="colgroup">${t('supervisor.report.waits')}</th><th colspan="3" scope="colgroup">${t('supervisor.report.handlings')}</th></tr>
    <tr>${counts().map(([, w]) => html`<th key=${w} scope="col">${w}</th>`)}${quantiles()}<th scope="col">${t('supervisor.report.promise')}</th>${quantiles()}</tr></thead>
    <tbody>${rows.map(r => line(r, head(r, by, data, props), by + r.by[by]))}</tbody>
    ${total && html`<tfoot>${line(total, html`<b>${t('supervisor.report.total')}</b>`, 'total')}</tfoot>`}</table></div>`;
}

/** @returns {Array<[string, string]>} */
function counts() {
  return [['issued', t('supervisor.report.issued')], ['called', t('supervisor.report.called')], ['finished', t('supervisor.report.finished')], ['cases', t('supervisor.report.cases')],
    ['passed', t('supervisor.report.passed')], ['abandoned', t('supervisor.report.gone')], ['left', t('supervisor.report.left')],
    ['unserved', t('supervisor.report.unserved')], ['doubtful', t('supervisor.report.doubtful')]];
}

/** @param {StatsRow} r @param {any} title @param {string} key */
function line(r, title, key) {
  const quiet = r.few ? 'second' : '';
  const figures = (/** @type {any} */ d) => [d.meanSeconds, d.p50Seconds, d.p90Seconds].map((s, i) => html`<td key=${i} class=${quiet}>${d.count ? tenths(s) : '–'}</td>`);
  return html`<tr key=${key}><th scope="row">${title}${r.few && html` <span class="report__few" role="img" aria-label=${t('supervisor.report.few')} title=${t('supervisor.report.few')}></span>`}</th>
    ${counts().map(([k]) => html`<td key=${k}>${number(/** @type {any} */ (r)[k])}</td>`)}${figures(r.wait)}
    <td class=${quiet}>${r.promise ? Math.round(100 * r.promise.kept / r.promise.of) + '%' : '–'}</td>${figures(r.handling)}</tr>`;
}

/** @param {StatsRow} r @param {string} by @param {any} data @param {any} props */
function head(r, by, data, props) {
  const id = r.by[by];
  const text = by === 'window' && id ? html`<${Plate} label=${id} size="xs" />` : groupName(by, id, props.view, props.staff, name) || t('supervisor.report.unassigned');
  const linked = data.from === data.to && id && ['window', 'service', 'staff'].indexOf(by) >= 0 && !props.limited;
  return linked ? html`<a href=${ticketsLink({ date: data.from, [by]: id })}>${text}</a>` : text;
}
