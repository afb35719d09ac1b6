/**
 * The other columns: why next, the line, parked and passed tickets, pause, today.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../assets/js/i18n.js';
import { Icon } from '../../assets/js/icon.js';
import { KeyHint, Num, StateTag, WhyBar, classes } from '../../assets/js/parts.js';
import { minutes } from '../../assets/js/format.js';
import { fullSince, fullText, partsText, scaleOf, unparkRefusal, whyRows } from './model.js';
import { pressed } from './panel.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./acts.js').Acts} Acts */

/**
 * Why the next is the next: the rule's own sentence, and the line on one scale.
 * @param {{view: View, acts: Acts, off: boolean}} props
 */
export function Why(props) {
  const view = props.view, rows = whyRows(view), next = view.next;
  return html`<section class="why" aria-labelledby="why-title">
    <div class="title"><h2 id="why-title">${next ? t('counter.why.title', { number: next.number }) : t('counter.queue')}</h2>
      <span class="second">${t('counter.why.eligible', { n: view.waiting })}</span></div>
    ${next ? html`<p class=${classes('why__sentence', rows.length > 0 && 'why__sentence--on')}><${Icon} name="scale" /><span>${name(next.why.text)}</span></p>`
      : html`<p class="why__sentence"><${Icon} name="info" /><span>${t('counter.empty')}</span></p>`}
    ${rows.length > 0 && html`<ol class="line">${rows.map((/** @type {any} */ r) => html`<${Row} key=${r.number} row=${r} scale=${scaleOf(rows)} />`)}</ol>`}
    ${rows.length === 0 && view.waiting > 0 && html`<${Services} view=${view} />`}
    <p class="legend">${rows.length > 0 && html`<span class="with-icon"><span class="why-legend legend__waited"></span>${t('counter.why.legendWaited')}</span>
      <span class="with-icon"><span class="why-legend legend__credit"></span>${t('counter.why.legendCredit')}</span>`}
      ${view.rules.choosing && html`<button type="button" class="key key--quiet legend__choose" aria-disabled=${mayChoose(props) ? undefined : 'true'}
        onClick=${pressed(() => props.acts.press('call'))}>${t('counter.choose')}</button>`}</p>
  </section>`;
}

/** @param {{view: View, off: boolean}} props @returns {boolean} */
function mayChoose(props) { return !props.off && props.view.actions.indexOf('call') >= 0; }

/** @param {{row: import('./types.js').Candidate, scale: number}} props */
function Row(props) {
  const r = props.row;
  return html`<li class=${classes('row', r.held && 'row--held')}><${Num} number=${r.number} list=${true} class="row__number" />
    <div class="row__why"><p class="row__words"><${ClassTag} row=${r} /> <span class="second">${r.held ? t('counter.why.held') + ' · ' : ''}${partsText(r)}</span></p>
      <${WhyBar} waitedSeconds=${r.waitedSeconds} creditSeconds=${r.creditSeconds + r.preferSeconds} scaleSeconds=${props.scale} /></div>
    <p class="row__sum figures"><b>${minutes(r.scoreSeconds)}</b> <span class="row__unit">${t('unit.minutesShort')}</span></p></li>`;
}

/** @param {{row: import('./types.js').Candidate}} props */
function ClassTag(props) {
  const r = props.row;
  if (r.back) return html`<${StateTag} state="returned" />`;
  const kind = r.class === 'ordinary' ? 'tag--ordinary' : r.class === 'booked' ? 'tag--booked' : 'tag--priority';
  return html`<span class=${'tag ' + kind}>${name(r.className)}</span>`;
}

/** The counts of each service, where the plan shows no list. @param {{view: View}} props */
function Services(props) {
  return html`<ul class="line">${props.view.byService.map(q => html`<li class="row row--service" key=${q.service}><span>${name(q.name)}</span>
    <span class="second">${q.waiting > 0 ? t('counter.longest', { n: minutes(q.longestSeconds) }) : ''}</span>
    <b class="figures">${t('count.waiting', { n: q.waiting })}</b></li>`)}</ul>`;
}

/**
 * The tickets that wait at this window for their citizens.
 * @param {{view: View, now: number, acts: Acts, off: boolean}} props
 */
export function Parked(props) {
  const list = props.view.parked;
  return html`<section class="parked" aria-labelledby="parked-title">
    <div class="title"><h2 id="parked-title">${t('act.park')} ${list.length || ''}</h2><span class="second">${t('counter.parkedHint')}</span></div>
    ${list.length === 0 && html`<p class="second nothing">${t('counter.noneParked')}</p>`}
    <ul>${list.map((p, i) => html`<li class="card slip" key=${p.number}><${Slip} ticket=${p} now=${props.now} />
      <button type="button" class="key key--park"
        aria-disabled=${props.off || unparkRefusal(props.view, p.number) ? 'true' : undefined}
        onClick=${pressed(() => props.acts.press('unpark', p.number))}>${t('act.unpark')}<span class="visually-hidden"> ${p.number}</span>${i < 3 && html`<${KeyHint} name=${String(7 + i)} />`}</button>
      <button type="button" class="slip__more" aria-label=${t('counter.moreFor', { number: p.number })} onClick=${pressed(() => props.acts.open({ kind: 'ticket', number: p.number }))}>
        <${Icon} name="list" /></button></li>`)}</ul>
  </section>`;
}

/** @param {{ticket: import('./types.js').Ticket, now: number}} props */
function Slip(props) {
  const p = props.ticket, n = Math.max(0, Math.floor((props.now - Date.parse(p.since)) / 60000));
  return html`<p class="slip__words"><${Num} number=${p.number} class="slip__number" /> <span class="second figures">${t('counter.minutesShort', { n })}</span>
    <span class="slip__reason">${p.state === 'parked' && p.note || name(p.serviceName)}</span></p>`;
}

/**
 * Who was called and not there.
 * @param {{view: View, now: number, acts: Acts, off: boolean}} props
 */
export function Passed(props) {
  const list = props.view.passed;
  if (list.length === 0) return null;
  return html`<section class="passed" aria-labelledby="passed-title">
    <div class="title"><h2 id="passed-title">${t('act.pass')} ${list.length}</h2><span class="second">${t('counter.passedHint')}</span></div>
    <ul>${list.slice().reverse().map(p => html`<li class="card slip" key=${p.number}><${Slip} ticket=${p} now=${props.now} />
      <button type="button" class="key" aria-disabled=${props.off || p.actions.indexOf('call') < 0 ? 'true' : undefined}
        onClick=${pressed(() => props.acts.press('callPassed', p.number))}>${t('counter.callAgain')}<span class="visually-hidden"> ${p.number}</span></button>
      <button type="button" class="slip__more" aria-label=${t('counter.moreFor', { number: p.number })} onClick=${pressed(() => props.acts.open({ kind: 'ticket', number: p.number }))}>
        <${Icon} name="list" /></button></li>`)}</ul>
  </section>`;
}

/**
 * The reasons of a pause as plain keys, and leaving.
 * @param {{view: View, acts: Acts, off: boolean, minutes?: number}} props
 */
export function PauseKeys(props) {
  const off = props.off || fullText(props.view) ? 'true' : undefined;
  return html`<div class="pauses">${props.view.rules.pauseReasons.map(r => html`<button type="button" key=${r.id} class="key pauses__key"
      aria-pressed=${props.view.post.reason === r.id || props.view.post.planned === r.id ? 'true' : 'false'} aria-disabled=${off}
      onClick=${pressed(() => props.acts.pause(r.id, props.minutes))}><${Icon} name=${r.icon || 'pause'} />${name(r.name)}</button>`)}
    <button type="button" class="key pauses__key" aria-disabled=${off} onClick=${pressed(() => props.acts.press('close'))}><${Icon} name="log-out" />${t('act.signOut')}</button></div>`;
}

/**
 * The third column's pause block.
 * @param {{view: View, acts: Acts, off: boolean}} props
 */
export function PauseBlock(props) {
  return html`<section class="pause-block" aria-labelledby="pause-title"><div class="title"><h2 id="pause-title">${t('counter.pauseTitle')}</h2><${KeyHint} name="0" /></div>
    <${PauseKeys} ...${props} /></section>`;
}

/**
 * The window's day in three figures.
 * @param {{view: View}} props
 */
export function Today(props) {
  const d = props.view.today;
  return html`<dl class="today"><div><dt>${t('counter.today.finished')}</dt><dd class="figures">${d.finished}</dd></div>
    <div><dt>${t('counter.today.median')}</dt><dd class="figures">${d.medianOf ? html`${minutes(d.medianSeconds || 0)}<span class="unit">${t('unit.minutesShort')}</span>` : '–'}</dd></div>
    <div><dt>${t('counter.today.passed')}</dt><dd class="figures">${d.passed}</dd></div></dl>`;
}

/**
 * What the staff should know beyond the queue.
 * @param {{view: View}} props
 */
export function Alerts(props) {
  return html`${props.view.alerts.map(a => a.kind === 'journal_full' ? html`<${Full} key=${a.kind} view=${props.view} />`
    : html`<p class="notice notice--warn" key=${a.kind} role="note"><${Icon} name="triangle-alert" /><span>${t('counter.alert.' + a.kind, { date: a.date || '' })}</span></p>`)}`;
}

/** Nothing can be recorded, so no key does anything. @param {{view: View}} props */
function Full(props) {
  return html`<p class="notice notice--bad full" role="alert"><${Icon} name="triangle-alert" /><span><b>${fullSince(props.view)}</b> ${fullText(props.view)}</span></p>`;
}
