/**
 * The day as a chart: who came and was called, or how long they waited. The same figures stand in a table behind a key.
 * @module
 */
import { html, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../../assets/js/i18n.js';
import { minutes } from '../../../assets/js/format.js';
import { minuteOfDay, pathOf, points, scale, span, ticks, timeText, xOf, yOf } from './chart.js';

/** @typedef {import('./types.js').Bucket} Bucket */
/** @typedef {import('./chart.js').Box} Box */
/** @typedef {{name: string, kind: 'one'|'two', value: (b: Bucket) => number|undefined}} Series */

const BOX = { width: 740, height: 226, left: 34, right: 14, top: 30, bottom: 26 };
const WALL = { width: 956, height: 240, left: 44, right: 16, top: 32, bottom: 30 };

/** @param {{view: import('./types.js').Live, wall?: boolean}} props */
export function Flow(props) {
  const [waits, setWaits] = useState(false);
  const [table, setTable] = useState(false);
  const { view } = props;
  const title = waits ? t('supervisor.flow.waits') : t('supervisor.flow.title');
  const series = waits ? waitSeries() : peopleSeries();
  return html`<section class="card flow" aria-labelledby="flow-title">
    <div class="card__head"><h2 id="flow-title">${title}</h2>
      <span class="flow__legend second">${waits ? t('supervisor.flow.waitsNote') : t('supervisor.flow.note')}
        ${series.map(s => html`<span key=${s.kind} class=${'flow__key flow__key--' + s.kind}>${s.name}</span>`)}</span>
      ${!props.wall && html`<span class="flow__keys">
        <button class="key key--small" aria-pressed=${waits ? 'true' : 'false'} onClick=${() => setWaits(!waits)}>${t('figure.wait')}</button>
        <button class="key key--small" aria-pressed=${table ? 'true' : 'false'} onClick=${() => setTable(!table)}>${t('supervisor.flow.table')}</button></span>`}</div>
    ${view.flow.length === 0 ? html`<p class="flow__empty second">${t('supervisor.flow.empty')}</p>`
      : table ? html`<${Table} flow=${view.flow} />` : html`<${Chart} view=${view} series=${series} title=${title} box=${props.wall ? WALL : BOX} />`}</section>`;
}

/** @returns {Series[]} */
function peopleSeries() {
  return [{ name: t('supervisor.flow.issued'), kind: 'one', value: b => b.issued }, { name: t('supervisor.flow.called'), kind: 'two', value: b => b.called }];
}

/** @returns {Series[]} */
function waitSeries() {
  return [{ name: t('supervisor.flow.p50'), kind: 'one', value: b => inMinutes(b.waitP50Seconds) },
    { name: t('supervisor.flow.p90'), kind: 'two', value: b => inMinutes(b.waitP90Seconds) }];
}

/** @param {number|undefined} seconds @returns {number|undefined} */
function inMinutes(seconds) { return seconds === undefined ? undefined : seconds / 60; }

/** @param {{view: import('./types.js').Live, series: Series[], title: string, box: Box}} props */
function Chart(props) {
  const { view, series, box } = props;
  const axis = span(view.flow, view.hours);
  const most = Math.max(...series.map(s => Math.max(0, ...view.flow.map(b => s.value(b) || 0))));
  const { top, step } = scale(most);
  const now = view.hall.date === view.businessDate ? minuteFrom(axis.from, view.hall.now) : -1;
  const sum = (/** @type {(b: Bucket) => number} */ f) => view.flow.reduce((n, b) => n + f(b), 0);
  const words = t('supervisor.flow.describe', { title: props.title, issued: sum(b => b.issued), called: sum(b => b.called) });
  return html`<svg class="flow__chart" viewBox=${'0 0 ' + box.width + ' ' + box.height} role="img" aria-label=${words}>
    ${grid(top, step, box)}${hoursLine(axis, box)}
    ${series.map(s => line(s, points(view.flow, s.value, axis, top, box, now)))}
    ${now >= 0 && present(now, axis, box)}</svg>`;
}

/** @param {number} from @param {string} at @returns {number} minute of the day, counted on over midnight */
function minuteFrom(from, at) {
  const minute = minuteOfDay(at);
  return minute < from ? minute + 1440 : minute;
}

/** @param {number} top @param {number} step @param {Box} box */
function grid(top, step, box) {
  const marks = [];
  for (let v = 0; v <= top + step / 2; v += step) marks.push(Math.round(v * 10) / 10);
  return marks.map(v => html`<g key=${v}><line class="flow__grid" x1=${box.left} x2=${box.width - box.right} y1=${yOf(v, top, box)} y2=${yOf(v, top, box)} />
    <text class="flow__text" x=${box.left - 8} y=${yOf(v, top, box) + 5} text-anchor="end">${v}</text></g>`);
}

/** @param {{from: number, to: number}} axis @param {Box} box */
function hoursLine(axis, box) {
  return ticks(axis).map(m => html`<text key=${'t' + m} class="flow__text" x=${xOf(m, axis, box)} y=${box.height - 5} text-anchor="middle">${timeText(m)}</text>`);
}

/** @param {Series} s @param {import('./chart.js').Point[]} list */
function line(s, list) {
  const whole = list.filter(p => !p.running), tail = list.slice(-2);
  return html`<g key=${s.kind}><path class=${'flow__line flow__line--' + s.kind} d=${pathOf(whole)} />
    ${tail.length === 2 && tail[1].running && html`<path class=${'flow__line flow__line--running flow__line--' + s.kind} d=${pathOf(tail)} />`}
    ${list.map(p => dot(s, p))}</g>`;
}

/** @param {Series} s @param {import('./chart.js').Point} p */
function dot(s, p) {
  const name = 'flow__dot flow__dot--' + s.kind + (p.running ? ' flow__dot--running' : '');
  return s.kind === 'one' ? html`<circle key=${p.x} class=${name} cx=${p.x} cy=${p.y} r="3.5" />`
    : html`<rect key=${p.x} class=${name} x=${p.x - 3.5} y=${p.y - 3.5} width="7" height="7" />`;
}

/** @param {number} minute @param {{from: number, to: number}} axis @param {Box} box */
function present(minute, axis, box) {
  const x = xOf(minute, axis, box);
  if (x > box.width - box.right) return null;
  const middle = Math.min(Math.max(x, box.left + 34), box.width - box.right - 34);
  return html`<g><line class="flow__now" x1=${x} x2=${x} y1="20" y2=${box.height - box.bottom} />
    <rect class="flow__tag" x=${middle - 40} y="0" width="80" height="22" rx="6" />
    <text class="flow__tag-text" x=${middle} y="16" text-anchor="middle">${t('supervisor.flow.now', { time: timeText(minute) })}</text></g>`;
}

/** @param {{flow: Bucket[]}} props */
function Table(props) {
  const waits = (/** @type {number|undefined} */ s) => s === undefined ? '–' : minutes(s);
  return html`<div class="flow__table" tabindex="0" role="group" aria-labelledby="flow-title"><table class="figures">
    <thead><tr><th scope="col">${t('supervisor.flow.time')}</th><th scope="col">${t('supervisor.flow.issued')}</th><th scope="col">${t('supervisor.flow.called')}</th>
      <th scope="col">${t('supervisor.flow.finished')}</th><th scope="col">${t('supervisor.flow.p50')}</th><th scope="col">${t('supervisor.flow.p90')}</th></tr></thead>
    <tbody>${props.flow.map(b => html`<tr key=${b.at}><th scope="row">${timeText(minuteOfDay(b.at))}</th><td>${b.issued}</td><td>${b.called}</td><td>${b.finished}</td>
      <td>${waits(b.waitP50Seconds)}</td><td>${waits(b.waitP90Seconds)}</td></tr>`)}</tbody></table></div>`;
}
