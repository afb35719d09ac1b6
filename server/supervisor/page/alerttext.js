/**
 * What an alert says: its sentence, its evidence with what could be done, and where its key leads.
 * @module
 */
import { name, t } from '../../../assets/js/i18n.js';
import { clockTime, minutes } from '../../../assets/js/format.js';
import { linkTo, ticketsLink } from './place.js';
import { nameOf } from './model.js';

/** @typedef {import('./types.js').Alert} Alert */
/** @typedef {import('./types.js').Live} Live */

/** Kinds about a service, a window, and kinds that are handled on the day page. */
const OF_SERVICE = ['no_window', 'wait'];
const OF_WINDOW = ['called_long', 'serving_long', 'idle', 'pause', 'passed'];
const OF_DAY = ['clock', 'day_not_open'];

/** What needs looking at soon, but harms nobody now. */
const CALM = ['plan', 'plan_next', 'outage', 'passed', 'unprinted', 'open_yesterday', 'plain_http', 'certificate', 'limited'];

/**
 * @param {Alert} alert
 * @param {Live} view
 * @param {number} now ms
 * @returns {{title: string, detail: string, icon: string, link?: string, key?: string}}
 */
export function alertText(alert, view, now) {
  const values = valuesOf(alert, view, now);
  const detail = [t('supervisor.alert.' + alert.kind + '.detail', values)].concat(advice(alert), lasts(alert)).join(' · ');
  return Object.assign({ title: t('supervisor.alert.' + alert.kind, values), detail, icon: CALM.indexOf(alert.kind) < 0 ? 'triangle-alert' : 'hourglass' },
    keyOf(alert));
}

/** @param {Alert} alert @param {Live} view @param {number} now @returns {Object<string, string|number>} */
function valuesOf(alert, view, now) {
  const p = alert.params, since = Math.max(0, now - Date.parse(alert.since)) / 1000;
  const waited = p.waitedSeconds === undefined ? since : p.waitedSeconds;
  return Object.assign({}, p, {
    subject: alert.subject, minutes: minutes(p.seconds === undefined ? waited : p.seconds), window: alert.subject,
    service: OF_SERVICE.indexOf(alert.kind) < 0 ? '' : name(serviceName(view, alert.subject)), promised: p.promisedMinutes,
    usual: p.usualMinutes, reason: name(nameOf(view.pauseReasons, p.reason)), wall: dateTime(p.wall), from: clockTime(alert.since),
    to: clockTime(p.to), date: alert.subject, limit: p.limit ? t('supervisor.limit.' + p.limit) : '',
  });
}

/** @param {Live} view @param {string} id @returns {import('./types.js').Name|undefined} */
function serviceName(view, id) {
  const found = view.services.find(s => s.id === id);
  return found && found.name;
}

/** @param {string|undefined} at @returns {string} */
function dateTime(at) { return at ? at.slice(0, 10) + ' ' + clockTime(at) : ''; }

/** @param {Alert} alert @returns {string[]} which windows could help */
function advice(alert) {
  const spare = alert.params.spare;
  if (!spare) return [];
  return [spare.length ? t('supervisor.alert.spare', { windows: spare.join('、') }) : t('supervisor.alert.noSpare')];
}

/** How long the disk may last, where that can be told. @param {Alert} alert @returns {string[]} */
function lasts(alert) { return alert.params.days === undefined ? [] : [t('supervisor.alert.disk_low.days', { n: alert.params.days })]; }

/** @param {Alert} alert @returns {{link?: string, key?: string}} */
function keyOf(alert) {
  const date = alert.subject;
  if (OF_DAY.indexOf(alert.kind) >= 0) return { link: linkTo('day'), key: t('supervisor.alerts.day') };
  if (OF_SERVICE.indexOf(alert.kind) >= 0) {
    return { link: ticketsLink({ state: 'waiting', service: alert.subject, order: 'oldest' }), key: t('supervisor.alerts.evidence') };
  }
  if (OF_WINDOW.indexOf(alert.kind) >= 0) return { link: linkTo('live', { window: alert.subject }), key: t('supervisor.alerts.look') };
  if (alert.kind === 'unprinted') return { link: ticketsLink({ mark: 'unprinted', date }), key: t('supervisor.alerts.evidence') };
  if (alert.kind === 'open_yesterday') return { link: ticketsLink({ state: 'open', date }), key: t('supervisor.alerts.evidence') };
  if (alert.kind === 'terminal_twice') return { link: linkTo('terminals'), key: t('supervisor.alerts.terminals') };
  return {};
}
