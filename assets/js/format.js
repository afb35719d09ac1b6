/**
 * How figures are said: waits, times, durations. The same everywhere, so that two screens beside each other agree.
 * @module
 */
import { lang, t } from './i18n.js';

/** @typedef {{seconds: number, lowSeconds: number, highSeconds: number, basis?: string}} ExpectedWait */
/**
 * @typedef {Object} WaitText
 * @property {'none'|'point'|'range'|'unknown'} kind
 * @property {string} value figure of the point, '' unless kind is point
 * @property {string} range '35–55', '' for none and unknown
 * @property {string} unit 分钟 or 小时, '' for none and unknown
 * @property {string} text the whole as one line without the range beside a point
 * @property {string} full the whole as one line, range included
 */

const HOURS_FROM = 120 * 60;
const STALE_SECONDS = 120;

/**
 * The wait as it may be said: about a point with its range, only the range when the point would claim too much, or that nothing can be said.
 * @param {number|undefined} ahead people ahead; 0 means no wait
 * @param {ExpectedWait|undefined} expected
 * @param {number} [ageSeconds] how long ago it was computed
 * @returns {WaitText}
 */
export function waitText(ahead, expected, ageSeconds) {
  if (ahead === 0) return plain('none', t('wait.none'));
  if (!expected || !(expected.highSeconds > 0)) return plain('unknown', t('wait.unknown'));
  const hours = expected.seconds > HOURS_FROM;
  const unit = t(hours ? 'unit.hours' : 'unit.minutes');
  const range = rangeText(expected.lowSeconds, expected.highSeconds, hours);
  if (tooVague(expected) || (ageSeconds || 0) > STALE_SECONDS) return rangeOnly(range, unit);
  const value = figure(expected.seconds, hours, Math.round);
  return { kind: 'point', value, range, unit, text: t('wait.about', { value, unit }), full: t('wait.aboutWithRange', { value, unit, range }) };
}

/** @param {'none'|'unknown'} kind @param {string} text @returns {WaitText} */
function plain(kind, text) { return { kind, value: '', range: '', unit: '', text, full: text }; }

/** @param {string} range @param {string} unit @returns {WaitText} */
function rangeOnly(range, unit) {
  const text = t('wait.range', { range, unit });
  return { kind: 'range', value: '', range, unit, text, full: text };
}

/** @param {ExpectedWait} w @returns {boolean} wider than ±60 % */
function tooVague(w) { return w.highSeconds - w.lowSeconds > 1.2 * w.seconds; }

/** @param {number} low @param {number} high @param {boolean} hours @returns {string} */
function rangeText(low, high, hours) {
  const a = figure(low, hours, Math.floor), b = figure(high, hours, Math.ceil);
  return a === b ? a : a + '–' + b;
}

/** @param {number} seconds @param {boolean} hours @param {(n: number) => number} round @returns {string} whole minutes from 1, or half hours */
function figure(seconds, hours, round) {
  if (hours) return String(Math.max(0.5, round(seconds / 1800) / 2));
  return String(Math.max(1, round(seconds / 60)));
}

/**
 * Whole minutes of a time waited, for staff tables: rounded down, 0 allowed.
 * @param {number} seconds
 * @returns {string}
 */
export function minutes(seconds) { return String(Math.max(0, Math.floor(seconds / 60))); }

/**
 * A running time: 06:42, or 1:06:42 from an hour on.
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const h = Math.floor(s / 3600), rest = two(Math.floor(s / 60) % 60) + ':' + two(s % 60);
  return h ? h + ':' + rest : rest;
}

/** @param {number} n @returns {string} */
function two(n) { return (n < 10 ? '0' : '') + n; }

/**
 * The time of day in an RFC 3339 string, as the hall writes it: 9:42. Read from the string, so the terminal's zone does not matter.
 * @param {string|undefined} at
 * @returns {string} '–' if there is none
 */
export function clockTime(at) {
  const m = /T(\d\d):(\d\d)/.exec(at || '');
  return m ? Number(m[1]) + ':' + m[2] : '–';
}

/**
 * A date with its weekday: 11月23日 星期一.
 * @param {string} date 2026-11-23
 * @returns {string}
 */
export function dateText(date) {
  const [year, month, day] = date.split('-').map(Number);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const short = t('time.date', { day, monthName: t('time.month.' + month) });
  return t('time.dateWithDay', { date: short, weekday: t('time.weekday.' + weekday) });
}

/**
 * How long ago: 刚刚 under a minute, then minutes, from two hours on hours.
 * @param {number} seconds
 * @returns {string}
 */
export function ago(seconds) {
  if (seconds < 60) return t('time.ago.just');
  if (seconds < 7200) return t('time.ago.minutes', { n: Math.floor(seconds / 60) });
  return t('time.ago.hours', { n: Math.floor(seconds / 3600) });
}

/**
 * A number with thousands marks; '–' for none.
 * @param {number|undefined|null} n
 * @returns {string}
 */
export function number(n) {
  if (n === undefined || n === null) return '–';
  return n.toLocaleString(lang() === 'zh' ? 'zh-CN' : 'en');
}

/**
 * A share as whole percent: 0.823 is 82%. '–' for none.
 * @param {number|undefined|null} share
 * @returns {string}
 */
export function percent(share) { return share === undefined || share === null ? '–' : Math.round(share * 100) + '%'; }
