// The console's logic without a page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { useTexts } from '../../assets/js/i18n.js';
import { alertText } from './page/alerttext.js';
import { minuteOfDay, pathOf, points, scale, span, ticks, timeText } from './page/chart.js';
import { figures } from './page/figures.js';
import { below, byNumber, cellOf, departmentRows, isPast, percentOf, windowsInOrder } from './page/model.js';
import { linkTo, readPlace, searchOf } from './page/place.js';
import { groupName, inPlanOrder, tenths } from './page/reportmodel.js';

const read = lang => JSON.parse(readFileSync(new URL('../../assets/messages/' + lang + '.json', import.meta.url), 'utf8'));
const texts = { zh: read('zh'), en: read('en') };
const view = JSON.parse(readFileSync(new URL('testdata/live.json', import.meta.url), 'utf8'));
const now = Date.parse(view.hall.now);
useTexts(texts, 'zh');

test('a place goes into the address and comes back', () => {
  const link = linkTo('tickets', { state: 'waiting', service: 'a,b', q: '', window: undefined });
  assert.equal(link, '#/tickets?state=waiting&service=a,b');
  assert.deepEqual(readPlace(link), { page: 'tickets', query: { state: 'waiting', service: 'a,b' } });
});

test('an address that is none of ours is the live page', () => {
  for (const hash of ['', '#', '#/', '#/secret', '#main']) assert.equal(readPlace(hash).page, 'live');
  assert.equal(searchOf({}), '');
});

test('services are gathered by department, in plan order', () => {
  const rows = departmentRows(view, now);
  assert.deepEqual(rows.map(r => r.id), ['hukou', 'estate', 'tax']);
  const estate = rows[1];
  assert.equal(estate.waiting, 1);
  assert.equal(estate.late, true);
  assert.equal(estate.noWindow, true);
  assert.deepEqual(rows[0].windows, ['1']);
});

test('a department of several services adds people and shares, and tells the slowest', () => {
  const one = { ...view.services[0], id: 'x', waiting: 2, within: { count: 1, of: 4 }, expectedWait: { seconds: 60 }, longest: { number: 'C009', since: '2026-11-23T08:00:00.000+08:00' } };
  const two = { ...one, id: 'y', waiting: 3, within: { count: 3, of: 4 }, expectedWait: { seconds: 600 }, longest: { number: 'C001', since: '2026-11-23T07:00:00.000+08:00' } };
  const [row] = departmentRows({ ...view, services: [one, two] }, now);
  assert.equal(row.waiting, 5);
  assert.deepEqual(row.within, { count: 4, of: 8 });
  assert.equal(row.expectedSeconds, 600);
  assert.equal(row.longestSince, two.longest.since);
  assert.equal(row.children.length, 2);
});

test('a department is closed only when all of its services are', () => {
  const shut = { ...view.services[0], id: 'x', open: false, closedReason: 'lunch', waiting: 0 };
  assert.equal(departmentRows({ ...view, services: [shut, { ...shut, id: 'y' }] }, now)[0].closedReason, 'lunch');
  assert.equal(departmentRows({ ...view, services: [shut, view.services[0]] }, now)[0].closedReason, undefined);
});

test('windows stand in the order people count', () => {
  assert.deepEqual(windowsInOrder([{ id: '10' }, { id: '2' }, { id: '1' }]).map(w => w.id), ['1', '2', '10']);
  assert.deepEqual(['B', 'A', '3'].sort(byNumber), ['3', 'A', 'B']);
});

test('shares are judged by their exact value, not by the rounded one', () => {
  assert.equal(percentOf({ count: 846, of: 1000 }), 85);
  assert.equal(below({ count: 846, of: 1000 }, 85), true);
  assert.equal(below({ count: 85, of: 100 }, 85), false);
  assert.equal(percentOf({ count: 0, of: 0 }), undefined);
  assert.equal(below(undefined, 85), false);
});

test('a window that takes too long is overdue whatever it does', () => {
  assert.deepEqual(cellOf({ status: 'serving', overdue: true }), { cell: 'overdue', word: 'overdue' });
  assert.deepEqual(cellOf({ status: 'free' }), { cell: 'free', word: 'free' });
});

test('before opening the figures are of another day', () => {
  assert.equal(isPast(view), false);
  assert.equal(isPast({ ...view, businessDate: '2026-11-24' }), true);
});

test('every figure has a value, a label and tickets behind it, in both languages', () => {
  for (const lang of ['zh', 'en']) {
    useTexts(texts, lang);
    for (const wall of [false, true]) {
      const list = figures(view, now, wall);
      assert.equal(list.length, 6);
      list.forEach(f => { assert.match(f.link, /^#\/tickets/); assert.ok(f.label && f.value !== '' && !/\{|undefined|NaN/.test(f.note + f.value), JSON.stringify(f)); });
    }
  }
  useTexts(texts, 'zh');
});

test('satisfaction is never told without its participation, and not on the wall', () => {
  const rated = { ...view, today: { ...view.today, rated: { count: 61, of: 100 }, satisfied: { count: 60, of: 61 } } };
  assert.equal(figures(rated, now, false)[5].value, '98.4');
  assert.match(figures(rated, now, false)[5].note, /61%/);
  assert.equal(figures(rated, now, true)[5].label, texts.zh['supervisor.figure.unserved']);
});

test('the longest wait goes on with the clock and is bad beyond its promise', () => {
  assert.equal(figures(view, now, false)[1].bad, true);
  const later = Number(figures(view, now + 600000, false)[1].value) - Number(figures(view, now, false)[1].value);
  assert.equal(later, 10);
});

test('every kind of alert has words in both languages and no gap left open', () => {
  const params = { waiting: 3, number: 'A001', waitedSeconds: 600, spare: ['5'], promisedMinutes: 20, calls: 2, usualMinutes: 8, n: 4, reason: 'meeting', seconds: 120,
    to: view.hall.now, wall: view.hall.now, days: 8, limit: 'tickets' };
  const kinds = { clock: '', day_not_open: '2026-11-23', journal: 'full', plan: 'x', plan_next: '2026-11-24', outage: '', no_window: 'idcard', wait: 'idcard', called_long: '1',
    serving_long: '1', idle: '1', pause: '1', passed: '1', unprinted: '2026-11-23', open_yesterday: '2026-11-22',
    plain_http: ':8080', certificate: '2026-12-01', limited: 'kiosk-1', part_failed: 'auth.db' };
  for (const lang of ['zh', 'en']) {
    useTexts(texts, lang);
    for (const [kind, subject] of Object.entries(kinds)) {
      const text = alertText({ id: kind, kind, subject, since: view.hall.now, harm: 1, params }, view, now);
      assert.ok(!/\{|undefined|NaN|supervisor\./.test(text.title + text.detail), kind + ': ' + text.title + ' ' + text.detail);
    }
  }
  useTexts(texts, 'zh');
});

test('an alert leads to its evidence', () => {
  const link = (kind, subject) => alertText({ id: '', kind, subject, since: view.hall.now, harm: 1, params: { spare: [] } }, view, now).link;
  assert.equal(link('wait', 'idcard'), '#/tickets?state=waiting&service=idcard&order=oldest');
  assert.equal(link('serving_long', '5'), '#/live?window=5');
  assert.equal(link('unprinted', '2026-11-23'), '#/tickets?mark=unprinted&date=2026-11-23');
  assert.equal(link('clock', ''), '#/day');
  assert.equal(link('plan_next', '2026-11-24'), undefined);
});

test('the axis spans the opening hours and what lies beyond them', () => {
  const flow = [{ at: '2026-11-23T08:00:00.000+08:00' }, { at: '' }];
  assert.deepEqual(span(flow, ['08:30-12:00', '13:30-17:30']), { from: 480, to: 1050 });
  assert.deepEqual(span([{ at: 'T17:00' }, {}, {}], ['08:30-17:30']), { from: 510, to: 1110 });
});

test('a hall that never closes has the axis of its data, over midnight too', () => {
  const flow = Array.from({ length: 20 }, () => ({ at: '2026-11-23T20:00:00.000+08:00' }));
  assert.deepEqual(span(flow, ['00:00-24:00']), { from: 1200, to: 1800 });
  assert.equal(timeText(1500), '1:00');
});

test('scales have round steps', () => {
  assert.deepEqual(scale(0), { top: 4, step: 1 });
  assert.deepEqual(scale(61), { top: 80, step: 20 });
  for (const n of [1, 7, 33, 99, 100, 640, 12345]) {
    const { top, step } = scale(n);
    assert.ok(top >= n && top / step >= 2 && top / step <= 5, n + ' ' + top + ' ' + step);
  }
});

test('points lie in the middle of their half hour, the running one at the present minute', () => {
  const box = { width: 120, height: 100, left: 0, right: 0, top: 0, bottom: 0 };
  const flow = [{ at: 'T08:00', n: 0 }, { n: 5 }, { n: undefined }, { n: 10 }];
  const list = points(flow, b => b.n, { from: 480, to: 600 }, 10, box, 575);
  assert.deepEqual(list.map(p => [p.x, p.y, p.running]), [[15, 100, false], [45, 50, false], [95, 0, true]]);
  assert.equal(pathOf(list), 'M15 100L45 50L95 0');
});

test('times of the axis never stand too close', () => {
  assert.deepEqual(ticks({ from: 480, to: 660 }), [480, 540, 600, 660]);
  assert.equal(ticks({ from: 0, to: 1440 }).length, 9);
  assert.equal(minuteOfDay('2026-11-23T09:42:00.000+08:00'), 582);
});

test('rows of the report stand in plan order, never by result', () => {
  const rows = ids => ids.map((id, i) => ({ by: { service: id, window: id, hour: id }, finished: 100 - i }));
  assert.deepEqual(inPlanOrder(rows(['', 'invoice', 'idcard', 'gone', 'transfer']), 'service', view).map(r => r.by.service), ['idcard', 'transfer', 'invoice', 'gone', '']);
  assert.deepEqual(inPlanOrder(rows(['10', '2', '']), 'window', view).map(r => r.by.window), ['2', '10', '']);
  assert.deepEqual(inPlanOrder(rows(['10', '08']), 'hour', null).map(r => r.by.hour), ['08', '10']);
});

test('groups are called by their names', () => {
  const say = n => n.zh;
  assert.equal(groupName('service', 'idcard', view, {}, say), '身份证');
  assert.equal(groupName('staff', '1001', view, { 1001: '周敏' }, say), '1001 周敏');
  assert.equal(groupName('staff', '1002', view, {}, say), '1002');
  assert.equal(groupName('hour', '08', view, {}, say), '8:00');
  assert.equal(groupName('service', 'old', view, {}, say), 'old');
  assert.equal(tenths(100), '1.7');
});
