/**
 * The six figures at the head of the live page. Each leads to its tickets.
 * @module
 */
import { html } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { minutes } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { classes } from '../../../assets/js/parts.js';
import { below, percentOf } from './model.js';
import { linkTo, ticketsLink } from './place.js';

/** @typedef {import('./types.js').Live} Live */
/** @typedef {{label: string, value: string, unit?: string, note: string, bad?: boolean, link: string}} Figure */

/**
 * @param {{view: Live|null, now: number, wall?: boolean}} props
 */
export function Figures(props) {
  const list = props.view ? figures(props.view, props.now, !!props.wall) : blanks();
  return html`<section class="card figures-strip" aria-label=${t('supervisor.nav.live')}><ul>
    ${list.map(f => html`<li key=${f.label}>${props.wall ? html`<span class="figure">${inside(f)}</span>` : html`<a class="figure" href=${f.link}>${inside(f)}</a>`}</li>`)}
  </ul></section>`;
}

/** @param {Figure} f */
function inside(f) {
  return html`<span class="figure__label">${f.label}</span>
    <span class=${classes('figure__value figures', f.bad && 'bad')}>${f.value}${f.unit && html`<span class="unit">${f.unit}</span>`}</span>
    <span class=${classes('figure__note', f.bad && 'bad')}>${f.bad && html`<${Icon} name="triangle-alert" />`}${f.note}</span>`;
}

/** The frame of the figures before the first view. @returns {Figure[]} */
function blanks() {
  const labels = [t('supervisor.figure.waiting'), t('supervisor.figure.longest'), t('supervisor.figure.within'), t('supervisor.figure.finished'),
    t('supervisor.figure.windows'), t('supervisor.figure.satisfied')];
  return labels.map(label => ({ label, value: '–', note: '', link: '#/live' }));
}

/**
 * @param {Live} view
 * @param {number} now ms
 * @param {boolean} wall without ratings
 * @returns {Figure[]}
 */
export function figures(view, now, wall) {
  const d = view.today, date = view.hall.date, finished = { issued: d.issued, passed: d.passed, abandoned: d.abandoned };
  return [
    { label: t('supervisor.figure.waiting'), value: String(d.waiting), unit: t('unit.people'),
      note: t('supervisor.figure.waitingNote', { called: d.called, serving: d.serving }), link: ticketsLink({ state: 'waiting', order: 'oldest' }) },
    longest(view, now, wall),
    within(view, wall),
    { label: t('supervisor.figure.finished'), value: String(d.finished), unit: t('unit.cases'),
      note: wall ? t('supervisor.figure.finishedWall', finished) : t('supervisor.figure.finishedNote', finished), link: ticketsLink({ state: 'finished', date }) },
    { label: t('supervisor.figure.windows'), value: String(d.windows.open), unit: '/ ' + view.windows.length,
      note: t('supervisor.figure.windowsNote', { paused: d.windows.paused, closed: d.windows.closed }), link: ticketsLink({ state: 'called,serving' }) },
    wall ? unserved(view) : satisfied(view),
  ];
}

/** @param {Live} view @param {number} now @param {boolean} wall with less room for the note @returns {Figure} */
function longest(view, now, wall) {
  const l = view.today.longest, label = t('supervisor.figure.longest');
  if (!l) return { label, value: '–', note: t('wait.nobody'), link: ticketsLink({ state: 'waiting' }) };
  const s = view.services.find(one => one.id === l.service);
  const seconds = (now - Date.parse(l.since)) / 1000, promise = s && s.promisedMinutes;
  const values = { service: name(s && s.name), number: l.number, n: promise || 0 };
  return { label, value: minutes(seconds), unit: t('unit.minutesShort'), bad: !!promise && seconds > promise * 60,
    note: longestNote(values, !!promise, wall), link: ticketsLink({ q: l.number }) };
}

/** @param {Object<string, any>} values @param {boolean} promised @param {boolean} wall @returns {string} */
function longestNote(values, promised, wall) {
  if (wall) return promised ? t('supervisor.figure.longestWall', values) : values.number;
  return promised ? t('supervisor.figure.longestPromise', values) : t('supervisor.figure.longestNote', values);
}

/** @param {Live} view @param {boolean} wall @returns {Figure} */
function within(view, wall) {
  const percent = percentOf(view.today.within), values = { target: view.targetPercent, n: view.today.within.of };
  return { label: t('supervisor.figure.within'), value: percent === undefined ? '–' : String(percent), unit: percent === undefined ? '' : '%',
    bad: below(view.today.within, view.targetPercent), note: wall ? t('supervisor.figure.withinWall', values) : t('supervisor.figure.withinNote', values),
    link: ticketsLink({ mark: 'late', date: view.hall.date }) };
}

/** @param {Live} view @returns {Figure} */
function satisfied(view) {
  const d = view.today, label = t('supervisor.figure.satisfied'), link = ticketsLink({ mark: 'rated', date: view.hall.date });
  if (d.satisfied.of === 0) return { label, value: '–', note: t('supervisor.figure.satisfiedNone'), link };
  const percent = (1000 * d.satisfied.count / d.satisfied.of / 10).toFixed(1);
  const note = t('supervisor.figure.satisfiedNote', { percent: percentOf(d.rated) + '%', bad: d.satisfied.of - d.satisfied.count });
  return { label, value: percent, unit: '%', note, link };
}

/** @param {Live} view @returns {Figure} */
function unserved(view) {
  return { label: t('supervisor.figure.unserved'), value: String(view.today.unserved), unit: t('unit.people'),
    note: t('supervisor.figure.unservedNote', { issued: view.today.issued }), link: linkTo('tickets', { state: 'unserved' }) };
}

