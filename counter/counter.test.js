import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { onMissing, useTexts } from '../assets/js/i18n.js';
import * as model from './page/model.js';
import { createCommands, path } from './page/commands.js';
import { createActs } from './page/acts.js';

const read = name => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const texts = { zh: read('../assets/messages/zh.json'), en: read('../assets/messages/en.json') };
onMissing((key, lang) => { throw new Error('no text for ' + key + ' in ' + lang); });
const SCENES = ['closed', 'empty', 'free', 'called', 'serving', 'claimed', 'pausing', 'paused', 'noted'];
const frame = (scene, lang = 'zh') => { useTexts(texts, lang); return read('testdata/frames/' + scene + '.json'); };
const at = view => Date.parse(view.hall.now);
const keys = view => model.KEYS.map(k => model.keyState(view, k.action, at(view)));

test('at most one key is the usual next step, and it may be pressed', () => {
  for (const scene of SCENES) {
    const view = frame(scene), main = keys(view).filter(k => k.main);
    assert.ok(main.length <= 1, scene);
    assert.ok(main.every(k => k.allowed), scene);
  }
  const mainOf = scene => model.KEYS.filter((k, i) => keys(frame(scene))[i].main).map(k => k.action);
  assert.deepEqual(mainOf('called'), ['start']);
  assert.deepEqual(mainOf('serving'), ['finish']);
  assert.deepEqual(mainOf('free'), []);
});

test('every sunken key of an open window says why, in both languages', () => {
  for (const lang of ['zh', 'en']) for (const scene of SCENES.filter(s => s !== 'closed')) {
    const view = frame(scene, lang);
    for (const k of model.KEYS) {
      const s = model.keyState(view, k.action, at(view));
      if (!s.allowed) assert.ok(s.reason && !/[{}]|undefined/.test(s.reason), scene + ' ' + k.action + ': ' + s.reason);
    }
    const next = model.nextState(view, at(view));
    assert.ok(!/[{}]|undefined/.test(next.title + next.detail) && next.detail, scene);
  }
});

test('the sentences name the rule', () => {
  const called = frame('called'), serving = frame('serving');
  assert.equal(model.refusalText(called, 'pass', at(called)), '再叫 1 次、满 60 秒后可以过号');
  assert.equal(model.refusalText(called, 'recall', at(called)), '再过 6 秒可以重呼。');
  assert.equal(model.refusalText(serving, 'pass', at(serving)), '已经开始办理，不能再过号。');
  assert.equal(model.refusalText(serving, 'finish', at(serving)), '');
});

test('with a full disk every press says so, and nothing is sent', () => {
  for (const scene of SCENES.filter(s => s !== 'closed')) {
    const view = frame(scene), refused = [];
    view.alerts.unshift({ kind: 'journal_full', since: view.hall.now });
    const sent = [], page = { view, sheet: null };
    const acts = createActs({ page, now: () => at(view), off: () => false, draw: () => {}, refuse: text => refused.push(text), send: a => { sent.push(a); return null; } });
    for (const action of ['next', 'recall', 'finish', 'pause', 'unpark', 'callPassed', 'reopen', 'close']) acts.press(action, 'A001');
    acts.pause('rest');
    assert.deepEqual(refused, Array(9).fill(model.fullText(view)), scene);
    assert.deepEqual([sent, page.sheet], [[], null], scene);
    assert.equal(model.nextState(view, at(view)).allowed, false, scene);
    assert.match(model.fullSince(view), /\d:\d\d 起存储空间已满/);
  }
  assert.equal(model.fullText(frame('free')), '');
});

test('a refusal of time alone is counted down and passes by itself', () => {
  const view = frame('called');
  assert.equal(model.keyState(view, 'recall', at(view)).seconds, 6);
  assert.equal(model.keyState(view, 'recall', at(view) + 5500).seconds, 1);
  assert.equal(model.keyState(view, 'recall', at(view) + 6000).allowed, true);
  assert.equal(model.keyState(view, 'pass', at(view)).seconds, 0, 'more calls are missing, so no seconds are promised');
  assert.equal(model.keyState(view, 'pass', at(view) + 60000).allowed, false);
});

test('next says exactly what it will do', () => {
  const serving = frame('serving'), free = frame('free'), called = frame('called'), empty = frame('empty');
  const s = model.nextState(serving, at(serving));
  assert.equal(s.allowed, true);
  assert.deepEqual(s.body, { current: { finish: { outcome: 'completed' } } });
  assert.ok(s.detail.includes(serving.next.number) && s.detail.includes('办结'));
  assert.deepEqual(model.nextState(free, at(free)).body, {});
  assert.equal(model.nextState(called, at(called)).allowed, false);
  assert.equal(model.nextState(called, at(called)).detail, '再叫 1 次、满 60 秒后可以过号');
  assert.equal(model.nextState(empty, at(empty)).allowed, false);
  for (const scene of ['paused', 'pausing']) assert.equal(model.nextState(frame(scene), at(frame(scene))).allowed, false, scene);
});

test('a long handling asks before it is finished', () => {
  const view = frame('serving');
  assert.equal(model.doubtful(view, at(view)), false);
  assert.equal(model.doubtful(view, at(view) + view.rules.doubtfulMinutes * 60000), true);
  assert.equal(model.nextState(view, at(view) + view.rules.doubtfulMinutes * 60000).doubtful, true);
});

test('handling goes on where it was interrupted', () => {
  const view = frame('serving');
  assert.equal(model.runningSeconds(view.current, at(view)), 402);
  view.current.handlingSeconds = 100;
  assert.equal(model.runningSeconds(view.current, at(view)), 502);
  view.current.state = 'called';
  assert.equal(model.runningSeconds(view.current, at(view)), 402, 'the way has its own time');
});

test('the number pad has its fixed meanings', () => {
  const view = frame('serving'), meant = key => model.keyPressed(view, key);
  assert.deepEqual(['1', '2', '3', '4', '5', '6'].map(k => meant(k).action), ['recall', 'start', 'finish', 'pass', 'park', 'transfer']);
  assert.deepEqual(meant('7'), { action: 'unpark', number: view.parked[0].number });
  assert.deepEqual(meant('9'), { action: 'unpark', number: undefined });
  assert.deepEqual([meant('Enter').action, meant('0').action, meant('a')], ['next', 'pause', null]);
  assert.equal(model.keyPressed(frame('paused'), '0').action, 'resume');
});

test('a place without a parked ticket, and a busy window, are explained', () => {
  const view = frame('serving');
  assert.equal(model.unparkRefusal(view, undefined), '没有这一位挂起的号。');
  assert.equal(model.unparkRefusal(view, view.parked[0].number), '请先办结当前号，再叫回这一位。');
  view.parked[0].actions.push('unpark');
  assert.equal(model.unparkRefusal(view, view.parked[0].number), '');
});

test('only joining an empty open queue ticks', () => {
  const empty = frame('empty'), free = frame('free');
  assert.equal(model.joinedEmpty(empty, free), true);
  assert.equal(model.joinedEmpty(null, free), false);
  assert.equal(model.joinedEmpty(free, free), false);
  assert.equal(model.joinedEmpty(Object.assign({}, empty, { window: '9' }), free), false);
  assert.equal(model.joinedEmpty(empty, frame('paused')), false);
});

test('finishing takes the short form whenever it says everything', () => {
  const one = { service: 'join', outcome: 'advised', cases: 2, caseNo: '' };
  assert.deepEqual(model.finishBody([one], 'join'), { outcome: 'advised', cases: 2 });
  assert.deepEqual(model.finishBody([one], 'join', true), { outcome: 'advised', cases: 2, confirm: true });
  assert.deepEqual(model.finishBody([one], 'pension'), { items: [{ service: 'join', outcome: 'advised', cases: 2 }] });
  const two = model.finishBody([one, Object.assign({}, one, { caseNo: 'X1' })], 'join');
  assert.deepEqual(two.items.map(i => i.caseNo), [undefined, 'X1']);
  assert.deepEqual(model.firstItem(frame('serving')), { service: 'join', outcome: 'completed', cases: 1, caseNo: '' });
});

test('the bars share one scale and their words are the parts of the sum', () => {
  const view = frame('free'), rows = model.whyRows(view);
  assert.equal(model.scaleOf(rows), Math.max(...view.line.map(r => r.scoreSeconds)));
  assert.match(model.partsText({ waitedSeconds: 720, creditSeconds: 900, preferSeconds: 60 }), /^等 12 分 \+ 优先 15 \+ 本窗口优先 1$/);
  assert.deepEqual(model.whyRows(Object.assign({}, view, { line: undefined })), []);
  assert.equal(model.scaleOf([]), 0);
});

test('commands have their addresses', () => {
  assert.equal(path('8', 'next'), '/api/v1/windows/8/next');
  assert.equal(path('8', 'void', 'A001'), '/api/v1/tickets/by-number/A001/void');
  assert.equal(path('a/b', 'open'), '/api/v1/windows/a%2Fb/open');
});

test('one press is one request with one key; a second press under way is nothing', async () => {
  const sent = [], busy = [];
  let answer;
  const commands = createCommands({ onBusy: a => busy.push(a), newKey: () => 'k' + sent.length, post: (p, body, o) => { sent.push([p, body, o.key]); return new Promise(r => { answer = r; }); } });
  const first = commands.send('8', 'next', {});
  assert.equal(await commands.send('8', 'next', {}), undefined);
  answer({ number: 'A001' });
  assert.deepEqual(await first, { number: 'A001' });
  assert.deepEqual(sent, [['/api/v1/windows/8/next', {}, 'k0']]);
  const second = commands.send('8', 'recall');
  answer(null);
  assert.equal(await second, null);
  assert.deepEqual(sent[1], ['/api/v1/windows/8/recall', undefined, 'k1']);
  assert.deepEqual(busy, ['next', '', 'recall', '']);
});

test('a refused command frees the keys again', async () => {
  const commands = createCommands({ onBusy() {}, newKey: () => 'k', post: () => Promise.reject(new Error('no')) });
  await assert.rejects(commands.send('8', 'next'));
  assert.equal(commands.busy(), false);
});

/** A page without a document: what was sent, told and opened. */
function hands(scene, off = false, accepts = true) {
  const view = frame(scene), done = { sent: [], told: [], page: { view, sheet: null, refusal: null } };
  done.acts = createActs({ page: done.page, draw() {}, now: () => at(view), off: () => off, refuse: t => done.told.push(t),
    send: (...a) => { done.sent.push(a.filter(x => x !== undefined)); return Promise.resolve(accepts ? {} : null); } });
  return done;
}

test('keys send, open their sheet, or say why not', () => {
  for (const [scene, action, sent, sheet] of [
    ['called', 'start', [['start']], null], ['serving', 'finish', [], 'finish'], ['serving', 'transfer', [], 'transfer'], ['serving', 'park', [], 'park'],
    ['free', 'next', [['next', {}]], null], ['serving', 'next', [['next', { current: { finish: { outcome: 'completed' } } }]], null],
    ['free', 'call', [], 'choose'], ['free', 'pause', [], 'pause'], ['paused', 'resume', [['resume']], null], ['empty', 'close', [['close']], null],
    ['free', 'close', [], 'close'],
  ]) {
    const h = hands(scene);
    h.acts.press(action);
    assert.deepEqual(h.sent, sent, scene + ' ' + action);
    assert.equal(h.page.sheet && h.page.sheet.kind, sheet, scene + ' ' + action);
    assert.deepEqual(h.told, [], scene + ' ' + action);
  }
  for (const [scene, action] of [['serving', 'pass'], ['called', 'recall'], ['called', 'next'], ['empty', 'next'], ['serving', 'close'], ['serving', 'unpark'], ['serving', 'callPassed'], ['empty', 'reopen']]) {
    const h = hands(scene);
    h.acts.press(action, scene === 'serving' ? 'A002' : undefined);
    assert.deepEqual(h.sent, [], scene + ' ' + action);
    assert.equal(h.told.length, 1, scene + ' ' + action);
  }
});

test('closing the last window of a service tells how many wait', () => {
  const h = hands('free');
  h.acts.press('close');
  assert.deepEqual(h.page.sheet.last, { service: 'join', waiting: h.page.view.byService[0].waiting });
});

test('nothing is sent or queued while the line is dead', async () => {
  const h = hands('serving', true);
  for (const k of model.KEYS) h.acts.press(k.action);
  h.acts.press('next');
  await h.acts.sheetSend('finish', {});
  assert.deepEqual(h.sent, []);
  assert.equal(h.told.length, 8);
});

test('a sheet closes when its command was accepted, and stays when not', async () => {
  for (const accepts of [true, false]) {
    const h = hands('serving', false, accepts);
    h.acts.press('finish');
    await h.acts.sheetSend('finish', { outcome: 'advised' });
    assert.equal(h.page.sheet === null, accepts);
    assert.deepEqual(h.sent, [['finish', { outcome: 'advised' }]]);
  }
});

test('a pause says its reason and, if known, its length', () => {
  const h = hands('free');
  h.acts.pause('meal', 30);
  h.acts.pause('break');
  assert.deepEqual(h.sent, [['pause', { reason: 'meal', minutes: 30 }], ['pause', { reason: 'break' }]]);
});
