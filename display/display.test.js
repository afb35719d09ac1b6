import test from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { useTexts } from '../assets/js/i18n.js';
import { LEAST_MS, YELLOW_MS, direct, isYellow, opening, pending } from './page/director.js';
import { FULL_MS, MARK_MS, linkOf } from './page/link.js';
import { ASK_MS, createSound } from './page/sound.js';
import { blocks, cellState, dense, lines, pageOf, recent, stretch, widthOf, zonePage } from './page/view.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const json = (...names) => JSON.parse(fs.readFileSync(path.join(here, ...names), 'utf8'));
const frame = name => json('testdata', 'frames', name + '.json');
useTexts({ zh: json('..', 'assets', 'messages', 'zh.json'), en: json('..', 'assets', 'messages', 'en.json') }, 'zh');

/** A board with these calls, newest first: "A017*" is called, "B018" is being served; the id follows a colon when it is not the number. */
function board(said, ...calls) {
  return {
    calls: calls.map(text => {
      const [, number, id, called] = /^(\w+?)(?::(\w+))?(\*?)$/.exec(text);
      return { id: id || number, number, window: '1', at: new Date(0).toISOString(), times: 1, state: called ? 'called' : 'serving' };
    }),
    say: said ? { id: said, clips: [], text: '' } : undefined, windows: [], queues: [], notices: [],
  };
}

const T = 1000000;
const begin = (b, now = T) => direct(opening(b), b, now);

test('the call that is said stands large and yellow', () => {
  const b = board('A017', 'A017*', 'B018');
  const s = begin(b);
  assert.deepEqual(s.hero, { id: 'A017', since: T, voiced: true });
  assert.equal(isYellow(s.hero, b, T + 60000), true, 'as long as it is said');
});

test('in silence the newest stands there, settled if it was long ago', () => {
  const b = board('', 'A017*', 'B018');
  const s = begin(b);
  assert.equal(s.hero.id, 'A017');
  assert.equal(isYellow(s.hero, b, T), false);
});

test('after the voice it stays yellow to twelve seconds, then settles', () => {
  const s = begin(board('A017', 'A017*'));
  const silent = board('', 'A017*');
  const later = direct(s, silent, T + 7000);
  assert.equal(later.hero.id, 'A017');
  assert.equal(isYellow(later.hero, silent, T + YELLOW_MS - 1), true);
  assert.equal(isYellow(later.hero, silent, T + YELLOW_MS), false);
});

test('who has come settles at the end of the voice, not after twelve seconds', () => {
  const s = begin(board('A017', 'A017*'));
  assert.equal(isYellow(s.hero, board('A017', 'A017'), T + 3000), true, 'voice and picture end together');
  assert.equal(isYellow(s.hero, board('', 'A017'), T + 8000), false);
});

test('calls take turns in the order of the voice, each six seconds', () => {
  let s = begin(board('A017', 'A017*'));
  s = direct(s, board('A017', 'C001*', 'B018*', 'A017*'), T + 1000);
  assert.equal(s.hero.id, 'A017', 'a newer call does not push in');
  s = direct(s, board('B018', 'C001*', 'B018*', 'A017*'), T + LEAST_MS - 1);
  assert.equal(s.hero.id, 'A017');
  s = direct(s, board('B018', 'C001*', 'B018*', 'A017*'), T + LEAST_MS);
  assert.deepEqual(s.hero, { id: 'B018', since: T + LEAST_MS, voiced: true });
  s = direct(s, board('C001', 'C001*', 'B018*', 'A017*'), T + 2 * LEAST_MS);
  assert.equal(s.hero.id, 'C001');
});

test('the last one said stays, though a recall has made another one newer', () => {
  let s = begin(board('A', 'A*', 'B'));
  s = direct(s, board('B2', 'A*', 'B:B2*'), T + 20000);
  assert.equal(s.hero.id, 'B2');
  s = direct(s, board('', 'A*', 'B:B2*'), T + 40000);
  assert.equal(s.hero.id, 'B2');
});

test('a recall is a new call: it stands there at once and pulses again', () => {
  let s = begin(board('A', 'A*'));
  s = direct(s, board('A2', 'A:A2*'), T + 2000);
  assert.deepEqual(s.hero, { id: 'A2', since: T + 2000, voiced: true });
});

test('a number that leaves the board is not held up there', () => {
  let s = begin(board('A017', 'A017*', 'B018'));
  s = direct(s, board('A017', 'B018'), T + 1000);
  assert.equal(s.hero.id, 'B018');
  assert.equal(isYellow(s.hero, board('A017', 'B018'), T + 1000), false);
  s = direct(s, board(''), T + 2000);
  assert.equal(s.hero, null);
});

test('a call that the voice left out stands there in silence', () => {
  let s = begin(board('', 'A'));
  s = direct(s, board('', 'B', 'A'), T);
  assert.equal(s.hero.id, 'B');
  assert.equal(s.hero.voiced, false);
});

test('what waits for the voice has a yellow plate, until it is its turn', () => {
  const b = board('A', 'C*', 'B*', 'A*', 'Z');
  let s = direct(begin(board('A', 'A*', 'Z')), b, T);
  assert.deepEqual(Object.keys(pending(s, b)).sort(), ['B', 'C']);
  const next = board('B', 'C*', 'B*', 'A*', 'Z');
  s = direct(s, next, T + LEAST_MS);
  assert.deepEqual(Object.keys(pending(s, next)), ['C']);
  assert.deepEqual(pending(s, board('', 'C*')), {});
});

test('the stage remembers no more than the board shows', () => {
  let s = begin(board('', 'A'));
  for (let i = 0; i < 500; i++) s = direct(s, board('', 'N' + i, 'M' + i), T + i);
  assert.ok(Object.keys(s.shown).length <= 2);
});

test('the real frame of a call: large, five beside it, its cell called', () => {
  const b = frame('main-calling');
  const s = begin(b, Date.parse(b.hall.now));
  assert.equal(b.calls.find(c => c.id === s.hero.id).number, 'A017');
  assert.equal(isYellow(s.hero, b, Date.parse(b.hall.now)), true);
  assert.deepEqual(recent(b, s.hero.id).map(c => c.number), ['B018', 'F023', 'C063', 'J015', 'Z041']);
  assert.deepEqual(b.windows.map(cellState).join(' '), 'serving serving paused serving serving serving serving called serving free '
    + 'paused serving closed serving closed serving serving serving serving free');
});

test('the real frame a minute later is settled', () => {
  const b = frame('main-settled');
  const now = Date.parse(b.hall.now);
  const s = direct(begin(frame('main-calling'), now - 60000), Object.assign({}, b, { say: undefined }), now);
  assert.equal(isYellow(s.hero, b, now), b.say !== undefined && b.say.id === s.hero.id);
});

test('no real frame holds what a board must not know', () => {
  const members = new Set();
  const walk = v => { if (v && typeof v === 'object') Object.keys(v).forEach(k => { if (!Array.isArray(v)) members.add(k); walk(v[k]); }); };
  fs.readdirSync(path.join(here, 'testdata', 'frames')).forEach(f => walk(json('testdata', 'frames', f)));
  ['class', 'why', 'person', 'claimed', 'ref', 'channel', 'score', 'rating', 'level', 'passed'].forEach(m => assert.equal(members.has(m), false, m));
  assert.ok(members.has('calls') && members.has('next'));
});

test('a zone has a block for each service and a row for each window', () => {
  const found = blocks(frame('zone-calling'));
  assert.deepEqual(found.map(b => b.queue.service + ' ' + b.windows.map(w => w.window).join(',')), ['estate 5,6,7', 'social 8,9', 'medical 10', 'fund 11']);
});

test('a service without a window of its own shows who takes it, while somebody waits', () => {
  const w = (window, ...services) => ({ window, services, state: 'open' });
  const q = (service, waiting) => ({ service, name: { zh: service, en: '' }, waiting, next: [] });
  const made = waiting => blocks({ windows: [w('1', 'a'), w('2', 'a', 'b'), Object.assign(w('3', 'a', 'b'), { state: 'paused' })], queues: [q('a', 1), q('b', waiting)] });
  assert.deepEqual(made(2).map(b => b.plates), [[], ['2']]);
  assert.equal(made(0).length, 1);
});

const zoneBlock = (service, n, called) => ({
  queue: { service }, plates: [], windows: Array.from({ length: n }, (x, i) => ({ window: service + i, number: called && i === 0 ? 'A001' : undefined, numberState: 'called', state: 'open', services: [service] })),
});
const names = list => list.map(b => b.queue.service).join('');

test('eight rows fit on a zone board; more take turns with the calling block on top', () => {
  assert.equal(names(zonePage([zoneBlock('a', 4), zoneBlock('b', 4)], 5)), 'ab');
  const many = [zoneBlock('a', 3), zoneBlock('b', 3), zoneBlock('c', 3, true), zoneBlock('d', 2)];
  assert.deepEqual([0, 1, 2].map(turn => names(zonePage(many, turn))), ['cad', 'cb', 'cad']);
});

test('every row of a zone comes round and no page is too long', () => {
  for (let seed = 1; seed < 300; seed++) {
    const all = Array.from({ length: 1 + seed % 7 }, (x, i) => zoneBlock('abcdefg'[i], 1 + (seed * (i + 3)) % 12, (seed + i) % 9 === 0));
    const seen = new Set();
    for (let turn = 0; turn < 60; turn++) {
      const page = zonePage(all, turn);
      const rows = page.reduce((n, b) => n + b.windows.length, 0);
      assert.ok(rows <= 8 && rows > 0, 'seed ' + seed + ' shows ' + rows);
      page.forEach(b => b.windows.forEach(w => seen.add(w.window)));
    }
    const calling = all.filter(b => b.windows[0].number).reduce((n, b) => n + b.windows.length, 0);
    if (calling < 7) all.forEach(b => b.windows.forEach(w => assert.ok(seen.has(w.window), 'seed ' + seed + ' never shows ' + w.window)));
  }
});

test('windows beyond thirty take turns', () => {
  const list = Array.from({ length: 64 }, (x, i) => i);
  assert.deepEqual([pageOf(list, 30, 0)[0], pageOf(list, 30, 1)[0], pageOf(list, 30, 2).length, pageOf(list, 30, 3)[0]], [0, 30, 4, 0]);
  assert.deepEqual(pageOf([], 30, 7), []);
});

test('a stretch of windows is said only when it is one', () => {
  const w = (...n) => n.map(x => ({ window: String(x) }));
  assert.deepEqual(stretch(w(5, 6, 7)), { from: '5', to: '7' });
  assert.equal(stretch(w(5, 7)), null);
  assert.equal(stretch(w(5)), null);
  assert.equal(stretch(w('A1', 'A2')), null);
});

test('a notice that does not fit is split at a stop, never cut and never shrunk', () => {
  assert.deepEqual(lines('短', 10), ['短']);
  assert.deepEqual(lines('今日人数较多，请耐心等候。', 16), ['今日人数较多，', '请耐心等候。']);
  const long = '不动产登记人数较多，约等 42 分钟，可先到 19、20 号综合窗口咨询。'.repeat(4);
  const split = lines(long, 40);
  assert.equal(split.join('').replace(/\s/g, ''), long.replace(/\s/g, ''));
  split.forEach(l => assert.ok(widthOf(l) <= 40, l));
  assert.deepEqual(lines('无'.repeat(25), 20).map(l => l.length), [10, 10, 5]);
});

test('the line says nothing for ten seconds, then a mark, after five minutes all', () => {
  const lost = { since: 0, time: '9:42' };
  assert.deepEqual(linkOf(null, 99999999), { phase: 'live', time: '' });
  assert.deepEqual(linkOf(lost, MARK_MS - 1), { phase: 'live', time: '' });
  assert.deepEqual(linkOf(lost, MARK_MS), { phase: 'mark', time: '9:42' });
  assert.equal(linkOf(lost, FULL_MS - 1).phase, 'mark');
  assert.equal(linkOf(lost, FULL_MS).phase, 'full');
});

function speaker(allowed) {
  const box = { allowed, volumes: [], changes: 0, timers: [], volume: 1, currentTime: 5, pause: () => {} };
  box.play = () => { box.volumes.push(box.volume); return box.allowed ? Promise.resolve() : Promise.reject(new Error('NotAllowedError')); };
  box.make = mute => createSound({ player: box, mute, changed: () => { box.changes++; }, after: (tell, ms) => { box.timers.push([tell, ms]); } });
  return box;
}

test('the chime sounds once for each announcement', async () => {
  const box = speaker(true), sound = box.make();
  await sound.begin();
  assert.deepEqual(box.volumes, [0], 'the trial is silent');
  await sound.chime('c1');
  await sound.chime('c1');
  await sound.chime('c2');
  assert.deepEqual(box.volumes, [0, 1, 1]);
  assert.equal(sound.state(), 'on');
});

test('sound that is not allowed asks for a touch, then leaves a mark', async () => {
  const box = speaker(false), sound = box.make();
  await sound.begin();
  assert.equal(sound.state(), 'ask');
  assert.equal(box.timers[0][1], ASK_MS);
  box.timers[0][0]();
  assert.equal(sound.state(), 'off');
  await sound.chime('c1');
  assert.equal(sound.state(), 'off', 'the tile does not come back at each call');
  box.allowed = true;
  await sound.chime('c2');
  assert.equal(sound.state(), 'on');
});

test('a touch allows it', async () => {
  const box = speaker(false), sound = box.make();
  await sound.begin();
  box.allowed = true;
  await sound.allow();
  assert.equal(sound.state(), 'on');
  box.timers[0][0]();
  assert.equal(sound.state(), 'on', 'the old timer changes nothing');
});

test('a silent board makes no sound and does not ask', async () => {
  const box = speaker(false), sound = box.make(true);
  await sound.begin();
  await sound.allow();
  await sound.chime('c1');
  assert.deepEqual([sound.state(), box.volumes.length, box.changes], ['mute', 0, 0]);
});

test('every word that the pages ask for is there, and every one there is asked for', () => {
  const folder = path.join(here, 'page');
  const source = fs.readdirSync(folder).filter(f => f.endsWith('.js')).map(f => fs.readFileSync(path.join(folder, f), 'utf8')).join('\n')
    + fs.readFileSync(path.join(here, 'plain.go'), 'utf8');
  const used = new Set(source.match(/display\.[a-z][A-Za-z]+(?=['"])/g));
  const own = Object.keys(json('..', 'assets', 'messages', 'zh.json')).filter(key => key.startsWith('display.'));
  used.forEach(key => assert.ok(own.includes(key), key));
  own.forEach(key => assert.ok(used.has(key), key + ' is used nowhere'));
});

test('a zone board takes its lower rows only when the high ones do not fit', () => {
  assert.equal(dense(blocks(frame('zone-calling'))), false);
  assert.equal(dense([zoneBlock('a', 8)]), false);
  assert.equal(dense('abcdefgh'.split('').map(s => zoneBlock(s, 1))), true);
});
