/**
 * What the counter's frame means for its keys and sentences. Pure: no document, no network, no clock of its own.
 * @module
 */
import { hasText, name, t } from '../../assets/js/i18n.js';
import { clockTime, minutes } from '../../assets/js/format.js';
import { problemText } from '../../assets/js/problem.js';
import { Problem } from '../../assets/js/http.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./types.js').Ticket} Ticket */
/** @typedef {import('./types.js').Refusal} Refusal */

/** The six keys in their fixed places: action, key of the number pad, icon. */
export const KEYS = Object.freeze([
  { action: 'recall', hint: '1', icon: 'bell' }, { action: 'start', hint: '2', icon: 'play' }, { action: 'finish', hint: '3', icon: 'circle-check' },
  { action: 'pass', hint: '4', icon: 'user-x' }, { action: 'park', hint: '5', icon: 'pause' }, { action: 'transfer', hint: '6', icon: 'arrow-left-right' },
]);

/** @type {Object<string, string>} the usual next step after each state */
const MAIN = { called: 'start', serving: 'finish' };

/**
 * Whole seconds until a refusal passes by itself; 0 when it has passed or never does.
 * @param {Refusal|undefined} refusal @param {number} now ms
 * @returns {number}
 */
export function secondsLeft(refusal, now) {
  return refusal && refusal.until ? Math.max(0, Math.ceil((Date.parse(refusal.until) - now) / 1000)) : 0;
}

/**
 * Whether an action may be pressed now. A refusal of time alone has passed when its time has, before the next frame says so.
 * @param {View} view @param {string} action @param {number} now ms
 * @returns {boolean}
 */
export function allowed(view, action, now) {
  if (view.actions.indexOf(action) >= 0) return true;
  const refusal = view.refusals[action];
  return !!refusal && refusal.code === 'too_soon' && secondsLeft(refusal, now) === 0;
}

/**
 * One of the six keys as it stands now.
 * @param {View} view @param {string} action @param {number} now ms
 * @returns {import('./types.js').KeyState}
 */
export function keyState(view, action, now) {
  const may = allowed(view, action, now);
  const main = may && !!view.current && MAIN[view.current.state] === action;
  return { allowed: may, main, seconds: may ? 0 : countdown(view.refusals[action], now), reason: may ? '' : refusalText(view, action, now) };
}

/** Only a refusal of time alone is counted down on its key: more calls are missing otherwise. @param {Refusal|undefined} refusal @param {number} now @returns {number} */
function countdown(refusal, now) { return refusal && refusal.code === 'too_soon' ? secondsLeft(refusal, now) : 0; }

/**
 * Why an action is not allowed, naming the rule.
 * @param {View} view @param {string} action @param {number} now ms
 * @returns {string} '' when nothing is known against it
 */
export function refusalText(view, action, now) {
  const refusal = view.refusals[action];
  if (!refusal) return '';
  const seconds = secondsLeft(refusal, now) || refusal.params.seconds || 0;
  const params = Object.assign({ act: actName(action) }, refusal.params, { seconds, min: view.rules.passMinSeconds });
  const keys = ['counter.no.' + action + '.' + refusal.params.state, 'counter.no.' + action + '.' + refusal.code, 'counter.no.' + refusal.code];
  const found = keys.filter(hasText)[0];
  return found ? t(found, params) : problemText(new Problem({ status: 409, code: refusal.code, params })).detail;
}

/**
 * Why nothing at all can be done: the server can record nothing.
 * @param {View} view
 * @returns {string} '' when it can
 */
export function fullText(view) {
  return view.alerts.some(a => a.kind === 'journal_full') ? problemText(new Problem({ status: 503, code: 'journal_full' })).detail : '';
}

/** Since when, in a few words; '' while there is space. @param {View} view @returns {string} */
export function fullSince(view) {
  const full = view.alerts.filter(a => a.kind === 'journal_full')[0];
  return full ? t('counter.full', { time: clockTime(full.since || '') }) : '';
}

/** The word of an action. @param {string} action @returns {string} */
export function actName(action) {
  const key = action === 'next' ? 'act.nextTicket' : 'act.' + action;
  return hasText(key) ? t(key) : t('counter.act.' + action);
}

/**
 * Seconds that the current handling has taken.
 * @param {Ticket} ticket @param {number} now ms
 * @returns {number}
 */
export function runningSeconds(ticket, now) {
  const stage = Math.max(0, Math.floor((now - Date.parse(ticket.since)) / 1000));
  return ticket.state === 'serving' ? ticket.handlingSeconds + stage : stage;
}

/**
 * Whether finishing now should ask if the time is right.
 * @param {View} view @param {number} now ms
 * @returns {boolean}
 */
export function doubtful(view, now) {
  const c = view.current;
  return !!c && c.state === 'serving' && runningSeconds(c, now) > view.rules.doubtfulMinutes * 60;
}

/**
 * The key 下一位: whether it moves the queue, what its second line says, and what it sends.
 * @param {View} view @param {number} now ms
 * @returns {import('./types.js').NextState}
 */
export function nextState(view, now) {
  const full = fullText(view);
  if (full) return { allowed: false, title: t('counter.next.full'), detail: full };
  if (view.post.state !== 'open') return { allowed: false, title: t('counter.next.paused'), detail: t('counter.next.resumeFirst') };
  const c = view.current;
  if (c && c.state === 'called') return { allowed: false, title: t('counter.next.startFirst'), detail: passLine(view, now) };
  if (c && view.post.planned) return { allowed: false, title: t('counter.next.pausing'), detail: t('counter.next.finishFirst') };
  if (!view.next) return { allowed: false, title: t('act.nextTicket'), detail: c ? t('counter.next.nobodyAfter') : t('counter.next.nobody') };
  const who = view.next.number + classSuffix(view.next);
  if (!c) return { allowed: allowed(view, 'next', now), title: t('act.nextTicket'), detail: t('counter.next.call', { who }), body: {} };
  const outcome = t('outcome.' + view.rules.outcome);
  return { allowed: view.nextFinish, title: t('act.nextTicket'), detail: t('counter.next.finishAndCall', { who, outcome }),
    body: { current: { finish: { outcome: view.rules.outcome } } }, doubtful: doubtful(view, now) };
}

/** @param {import('./types.js').Next} next @returns {string} */
function classSuffix(next) { return next.class === 'ordinary' ? '' : ' · ' + name(next.className); }

/** @param {View} view @param {number} now @returns {string} */
function passLine(view, now) { return allowed(view, 'pass', now) ? t('counter.next.mayPass') : refusalText(view, 'pass', now); }

/**
 * The rows under "why next": the line where the plan shows it, else the next and the runner-up.
 * @param {View} view
 * @returns {import('./types.js').Candidate[]}
 */
export function whyRows(view) { return view.line || []; }

/** The longest bar of the rows, in seconds. @param {import('./types.js').Candidate[]} rows @returns {number} */
export function scaleOf(rows) { return rows.reduce((most, r) => Math.max(most, r.scoreSeconds), 0); }

/**
 * The parts of a row's score in words.
 * @param {import('./types.js').Candidate} row
 * @returns {string}
 */
export function partsText(row) {
  const parts = [t('counter.why.waited', { n: minutes(row.waitedSeconds) })];
  if (row.creditSeconds > 0) parts.push(t('counter.why.credit', { n: minutes(row.creditSeconds) }));
  if (row.preferSeconds > 0) parts.push(t('counter.why.prefer', { n: minutes(row.preferSeconds) }));
  return parts.join(' + ');
}

/**
 * The sheet or action behind a key of the number pad; null for a key that means nothing here.
 * @param {View} view @param {string} key
 * @returns {{action: string, number?: string}|null}
 */
export function keyPressed(view, key) {
  if (key === 'Enter') return { action: 'next' };
  if (key === '0') return { action: view.post.state === 'paused' || view.post.planned ? 'resume' : 'pause' };
  const fixed = KEYS.filter(k => k.hint === key)[0];
  if (fixed) return { action: fixed.action };
  const place = ['7', '8', '9'].indexOf(key);
  return place < 0 ? null : { action: 'unpark', number: view.parked[place] ? view.parked[place].number : undefined };
}

/**
 * Whether somebody has joined an empty queue between two frames.
 * @param {View|null} before @param {View} after
 * @returns {boolean}
 */
export function joinedEmpty(before, after) {
  return !!before && before.window === after.window && before.waiting === 0 && after.waiting > 0 && after.post.state === 'open';
}

/**
 * The sentence of an unparking that is not possible, or ''.
 * @param {View} view @param {string|undefined} number
 * @returns {string}
 */
export function unparkRefusal(view, number) {
  const ticket = view.parked.filter(p => p.number === number)[0];
  if (!ticket) return t('counter.no.unpark.none');
  if (ticket.actions.indexOf('unpark') >= 0) return '';
  if (fullText(view)) return fullText(view);
  return view.post.state === 'open' ? t('counter.no.unpark.window_busy') : t('counter.no.window_not_open');
}

/**
 * What an empty finish sheet starts with.
 * @param {View} view
 * @returns {{service: string, outcome: string, cases: number, caseNo: string}}
 */
export function firstItem(view) {
  return { service: view.current ? view.current.service : '', outcome: view.rules.outcome, cases: 1, caseNo: '' };
}

/**
 * The body of a finish: the short form when it says everything.
 * @param {Array<{service: string, outcome: string, cases: number, caseNo: string}>} items @param {string} own the ticket's service
 * @param {boolean} [confirm]
 * @returns {any}
 */
export function finishBody(items, own, confirm) {
  const sure = confirm ? { confirm: true } : {};
  const one = items[0];
  if (items.length === 1 && one.service === own && !one.caseNo) return Object.assign({ outcome: one.outcome, cases: one.cases }, sure);
  const said = items.map(i => Object.assign({ service: i.service, outcome: i.outcome, cases: i.cases }, i.caseNo ? { caseNo: i.caseNo } : {}));
  return Object.assign({ items: said }, sure);
}

/**
 * The name of a pause reason by the plan, or its id.
 * @param {View} view @param {string|undefined} id
 * @returns {string}
 */
export function pauseName(view, id) {
  const found = view.rules.pauseReasons.filter(r => r.id === id)[0];
  return found ? name(found.name) : id || '';
}
