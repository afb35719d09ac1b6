import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { useTexts } from '../assets/js/i18n.js';
import * as flow from './page/flow.js';
import * as tiles from './page/tiles.js';
import { ageOf, createWedge, readScan } from './page/scan.js';
import { createReader } from './page/speech.js';
import { pathOf } from './page/code.js';
import { wave } from './page/stop.js';
import { seenText } from './page/ticket.js';

const read = lang => JSON.parse(readFileSync(new URL('../assets/messages/' + lang + '.json', import.meta.url), 'utf8'));
useTexts({ zh: read('zh'), en: read('en') }, 'zh');

const service = (id, more) => Object.assign({ id, name: { zh: id, en: id }, department: 'd1', open: true, waiting: 2, windowsOpen: 1, expectedWait: { seconds: 600, lowSeconds: 480, highSeconds: 720 } }, more);
const run = (state, ...actions) => actions.reduce((s, a) => flow.reduce(s, a, a.at || 0), state);

test('a visit goes to a service and back the way it came', () => {
  let s = run(flow.initial(0), { type: 'department', id: 'd1' }, { type: 'service', id: 'a' }, { type: 'cls', id: 'elderly' });
  assert.deepEqual([s.page, s.service, s.cls], ['service', 'a', 'elderly']);
  s = run(s, { type: 'back' });
  assert.deepEqual([s.page, s.department], ['department', 'd1']);
  s = run(s, { type: 'back' });
  assert.deepEqual([s.page, s.department], ['home', '']);
  assert.equal(run(flow.initial(0), { type: 'service', id: 'a' }, { type: 'back' }).page, 'home');
});

test('the class of one service is not carried to the next', () => {
  const s = run(flow.initial(0), { type: 'service', id: 'a' }, { type: 'cls', id: 'elderly' }, { type: 'service', id: 'b' });
  assert.equal(s.cls, 'ordinary');
});

test('an unknown act is a mistake of the page', () => {
  assert.throws(() => flow.reduce(flow.initial(0), { type: 'nonsense' }, 0), /no step nonsense/);
});

test('the same wish keeps its key until it is answered', () => {
  let n = 0;
  const key = () => 'k' + ++n;
  let s = flow.initial(0);
  const first = flow.request(s, { service: 'a' }, 0, key);
  s = run(s, { type: 'taking', pending: first }, { type: 'unanswered' });
  assert.equal(flow.request(s, { service: 'a' }, 9, key).key, first.key);
  assert.notEqual(flow.request(s, { service: 'b' }, 9, key).key, first.key);
  s = run(s, { type: 'taken', ticket: { number: 'A001' }, how: 'new' });
  assert.equal(s.pending, null);
  assert.notEqual(flow.request(s, { service: 'a' }, 9, key).key, first.key);
});

test('a refusal is an answer', () => {
  const pending = { key: 'k', body: {}, at: 0 };
  const s = run(flow.initial(0), { type: 'taking', pending }, { type: 'refused', sheet: { title: 't', text: 'x' } });
  assert.deepEqual([s.busy, s.pending, s.sheet.title, s.page], [false, null, 't', 'home']);
  const already = run(flow.initial(0), { type: 'taking', pending }, { type: 'refused', already: 'A003' });
  assert.deepEqual([already.page, already.already, already.sheet], ['already', 'A003', null]);
});

test('an unanswered request is asked again only while its visitor may be there', () => {
  const s = run(flow.initial(0), { type: 'taking', pending: { key: 'k', body: {}, at: 0 } });
  assert.equal(flow.mayAskAgain(s, 100), false, 'it is under way');
  const lost = run(s, { type: 'unanswered' });
  assert.equal(flow.mayAskAgain(lost, flow.PENDING_MS - 1), true);
  assert.equal(flow.mayAskAgain(lost, flow.PENDING_MS), false);
});

test('an idle visit is asked, then ended; the start page is neither', () => {
  const s = run(flow.initial(0), { type: 'service', id: 'a' });
  assert.equal(flow.asksToStay(s, flow.IDLE_MS - flow.WARN_MS - 1), false);
  assert.equal(flow.asksToStay(s, flow.IDLE_MS - flow.WARN_MS), true);
  assert.equal(flow.isOver(s, flow.IDLE_MS), true);
  assert.equal(flow.asksToStay(flow.initial(0), flow.IDLE_MS), false);
  assert.equal(flow.asksToStay(flow.initial(0), flow.IDLE_MS, true), true, 'another language is a visit');
  assert.equal(flow.sleeps(flow.initial(0), flow.SAVER_MS), true);
  assert.equal(flow.sleeps(s, flow.SAVER_MS), false);
});

test('idle bounds are those of the look', () => {
  assert.ok(flow.IDLE_MS >= 30000 && flow.IDLE_MS <= 45000);
  assert.equal(flow.WARN_MS, 10000);
  assert.equal(flow.SAVER_MS, 180000);
  assert.equal(flow.OFFLINE_MS, 5000);
});

test('a visit is not over while a ticket is asked for', () => {
  const s = run(flow.initial(0), { type: 'service', id: 'a' }, { type: 'taking', pending: { key: 'k', body: {}, at: 0 } });
  assert.equal(flow.isOver(s, 1e9), false);
});

test('modes and the card belong to one visitor', () => {
  const s = run(flow.initial(0), { type: 'mode', name: 'large' }, { type: 'mode', name: 'low' }, { type: 'person', person: { kind: 'idcard', value: 'x' } });
  assert.equal(s.modes.large && s.modes.low, true);
  assert.equal(flow.fresh(s), false);
  assert.equal(flow.fresh(flow.initial(0)), true);
});

test('the kiosk says why it gives nothing', () => {
  const view = { services: [service('a')] };
  const world = more => Object.assign({ view, live: 'live', since: 0, trouble: '' }, more);
  assert.equal(flow.stopReason(world(), 1e6), '');
  assert.equal(flow.stopReason(world({ live: 'offline' }), flow.OFFLINE_MS), '');
  assert.equal(flow.stopReason(world({ live: 'offline' }), flow.OFFLINE_MS + 1), 'offline');
  assert.equal(flow.stopReason(world({ trouble: 'journal_full' }), 0), 'full');
  assert.equal(flow.stopReason(world({ view: { services: [], blocked: 'journal_full' } }), 0), 'full', 'before anybody was refused');
  assert.equal(flow.stopReason(world({ view: { services: [], blocked: 'clock_unconfirmed' } }), 0), 'clock');
  assert.equal(flow.stopReason(world({ view: null }), 0), 'starting');
  const shut = reason => ({ services: [service('a', { open: false, closedReason: reason }), service('b', { open: false, closedReason: 'paused' })] });
  assert.equal(flow.stopReason(world({ view: shut('day_not_open') }), 0), 'day');
  assert.equal(flow.stopReason(world({ view: shut('cutoff') }), 0), '', 'after the cut-off a missed call can still be reported');
});

const many = n => ({ departments: [{ id: 'd1', name: { zh: '一', en: '1' } }, { id: 'd2', name: { zh: '二', en: '2' } }, { id: 'd3', name: { zh: '三', en: '3' } }],
  services: Array.from({ length: n }, (_, i) => service('s' + i, { department: i === 0 ? 'd2' : 'd1' })).concat([service('u', { unsure: true, department: 'd3' })]) });

test('ten services stand by themselves, eleven are grouped', () => {
  const ten = tiles.homeTiles(many(10));
  assert.deepEqual([ten.grouped, ten.tiles.length, ten.wide.id], [false, 10, 'u']);
  const eleven = tiles.homeTiles(many(11));
  assert.deepEqual([eleven.grouped, eleven.tiles.map(x => x.kind + ':' + x.id)], [true, ['department:d1', 'service:s0']]);
  assert.equal(eleven.tiles[0].waiting, 20);
});

test('pages hold what the look says', () => {
  assert.deepEqual(tiles.capacity(10, { large: false, low: false }, true), { columns: 2, size: 10 });
  assert.deepEqual(tiles.capacity(11, { large: false, low: false }, true), { columns: 2, size: 8 });
  assert.deepEqual(tiles.capacity(4, { large: true, low: true }, true), { columns: 1, size: 4 });
  const page = tiles.pageOf([1, 2, 3, 4, 5], 2, 9);
  assert.deepEqual([page.tiles, page.pageNo, page.pages], [[5], 2, 3]);
  assert.deepEqual(tiles.pageOf([], 8, 0).pages, 1);
});

test('a tile says the true thing', () => {
  const say = more => tiles.tileFigures(tiles.serviceTile(service('a', more)), '2026-11-23');
  assert.equal(say({}).line, '约 10 分钟');
  assert.deepEqual([say({ waiting: 0 }).line, say({ waiting: 0 }).good], ['无需等候', true]);
  assert.deepEqual([say({ waiting: 0, windowsOpen: 0 }).line, say({ waiting: 0, windowsOpen: 0 }).good], ['暂无窗口', false]);
  const quota = say({ open: false, closedReason: 'quota', opensAt: '2026-11-24T08:30:00.000+08:00' });
  assert.deepEqual([quota.waiting, quota.head, quota.line], [null, '今日已取完', '明日 8:30 起']);
  const lunch = say({ open: false, closedReason: 'lunch', opensAt: '2026-11-23T13:30:00.000+08:00' });
  assert.deepEqual([lunch.head, lunch.line], ['13:30 开始', '暂不取号']);
  assert.equal(tiles.opens('2026-11-25T08:30:00.000+08:00', '2026-11-23'), '11月25日 星期三 8:30 起');
});

test('a department says the least to the most of its services', () => {
  const wait = (lowSeconds, highSeconds) => ({ seconds: (lowSeconds + highSeconds) / 2, lowSeconds, highSeconds });
  const t = tiles.departmentTile({ id: 'd', name: {} }, [service('a', { expectedWait: wait(60, 120) }), service('b', { expectedWait: wait(1200, 2400) }), service('c', { open: false, expectedWait: wait(1, 9e9) })]);
  assert.deepEqual([t.expected.lowSeconds, t.expected.highSeconds, t.open], [60, 2400, true]);
});

test('only codes are read, never a typed number', () => {
  assert.deepEqual(readScan('JH1:abcdefgh12'), { kind: 'ticket', id: 'abcdefgh12' });
  assert.deepEqual(readScan('https://hall.cn:8443/t/abcdefgh12?lang=en '), { kind: 'ticket', id: 'abcdefgh12' });
  assert.deepEqual(readScan('11010519491231002x'), { kind: 'idcard', value: '11010519491231002X' });
  for (const text of ['A012', 'JH1:A012', 'https://hall.cn/x/abcdefgh12', '1234', '']) assert.equal(readScan(text), null, text);
});

test('a scanner is told from a hand by its speed', () => {
  const heard = [];
  const wedge = createWedge(text => heard.push(text));
  const type = (text, gap) => { let at = 1000; for (const key of [...text, 'Enter']) wedge(key, at += gap); };
  type('JH1:abcdefgh12', 10);
  type('JH1:abcdefgh12', 200);
  type('A012', 10);
  assert.deepEqual(heard, ['JH1:abcdefgh12']);
  wedge('x', 0); wedge('Shift', 5); wedge('y', 10);
  assert.equal(wedge('Enter', 15), false);
});

test('age counts whole years', () => {
  assert.equal(ageOf('110105196611230012', '2026-11-23'), 60);
  assert.equal(ageOf('110105196611240012', '2026-11-23'), 59);
});

test('reading aloud: first read, then act, and each key for itself', () => {
  const r = createReader(), a = {}, b = {};
  assert.deepEqual([r.touch(a), r.touch(b), r.touch(b), r.touch(b)], ['read', 'read', 'act', 'read']);
});

test('a code is drawn from its rows', () => {
  assert.equal(pathOf(['8', 'c', '0']), 'M0 0h1v1h-1zM0 1h2v1h-2z');
});

test('a scanned ticket says what to do, and nothing false', () => {
  assert.match(seenText({ state: 'waiting' }), /请用原来的号/);
  assert.equal(seenText({ state: 'called', window: '8' }), '请到 8 号窗口');
  assert.equal(seenText({ state: 'finished' }), '');
});

test('the screen-saver stays on the screen', () => {
  for (let way = 0; way < 5000; way += 7) assert.ok(wave(way, 240) >= 0 && wave(way, 240) <= 240);
  assert.equal(wave(0, 240), 0);
});
