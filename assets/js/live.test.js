import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { connect, createSieve, wait, STALE_MS, OPEN_MS, SETTLED_MS } from './live.js';

const GOLDEN = new URL('../../server/live/testdata/', import.meta.url);
const golden = name => readFileSync(new URL(name, GOLDEN), 'utf8');
const rules = name => JSON.parse(golden('rules/' + name)).cases;

/** Timers that run only when told; errors thrown in them are kept. */
class FakeTimers {
  constructor() {
    this.time = 1000000;
    this.list = [];
    this.errors = [];
  }
  now() { return this.time; }
  setTimeout(tell, ms) {
    const timer = { tell, at: this.time + ms };
    this.list.push(timer);
    return timer;
  }
  clearTimeout(timer) { this.list = this.list.filter(t => t !== timer); }
  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const next = this.list.filter(t => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.clearTimeout(next);
      this.time = next.at;
      try { next.tell(); } catch (e) { this.errors.push(e); }
    }
    this.time = end;
  }
}

/** A page with a fake server: `sockets` are all that were ever made, `log` is all it was told. */
function page(options) {
  const timers = new FakeTimers();
  const sockets = [];
  class FakeSocket {
    constructor(url) {
      this.url = url;
      this.closes = [];
      sockets.push(this);
    }
    close(code) { this.closes.push(code); }
    accept() { this.onopen(); return this; }
    say(seq, more) {
      this.onmessage({ data: JSON.stringify(Object.assign({ seq, epoch: 'e1', build: 'b1', view: 'display', at: '2026-11-23T09:00:00.000+08:00', data: seq }, more)) });
    }
    bye(code) { this.onclose({ code }); }
  }
  const log = [];
  const events = new EventTarget();
  const link = connect(Object.assign({
    path: 'ws://hall/api/v1/live', view: 'display', timers, events, random: () => 0, WebSocketClass: FakeSocket,
    onFrame: f => log.push(f.data),
    onState: s => log.push(s.state),
    onBuild: b => log.push('build ' + b),
    onSignedOut: () => log.push('signed out'),
    onStop: r => log.push('stop ' + r),
  }, options));
  const last = () => sockets[sockets.length - 1];
  return { timers, sockets, log, link, events, last };
}

test('the golden frames are frames', () => {
  const names = readdirSync(new URL('frames/', GOLDEN)).filter(n => n.endsWith('.json'));
  assert.ok(names.length >= 5);
  for (const name of names) {
    const got = [];
    const p = page({ onFrame: f => got.push(f) });
    const text = golden('frames/' + name).trim();
    p.last().accept().onmessage({ data: text });
    assert.deepEqual(got, [JSON.parse(text)], name);
    assert.deepEqual(Object.keys(got[0]), ['seq', 'epoch', 'build', 'view', 'at', 'data'], name);
    assert.match(got[0].at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-]\d\d:\d\d|Z)$/, name);
    assert.ok(Number.isSafeInteger(got[0].seq), name);
  }
});

for (const c of rules('order.json')) {
  test('order: ' + c.name, () => {
    const sieve = createSieve();
    c.steps.forEach((step, i) => {
      if (step.connect) return sieve.connected();
      const taken = sieve.passes({ epoch: step.frame[0], seq: step.frame[1] });
      assert.equal(taken, step.taken, 'step ' + i);
    });
  });
}

test('waits grow to a bound and are longer when there is no room', () => {
  for (const c of rules('waits.json')) {
    assert.equal(wait(c.failures, c.code, c.jitter), c.ms, JSON.stringify(c));
  }
});

for (const c of rules('codes.json')) {
  test('close code ' + c.code + ': ' + c.then, () => {
    const p = page();
    p.last().accept().say(1);
    p.log.length = 0;
    p.last().bye(c.code);
    p.timers.pass(60000);
    const said = { retry: undefined, signedOut: 'signed out', stopped: 'stop ' + c.reason }[c.then];
    assert.deepEqual(p.log.filter(x => /^s(igned|top)/.test(x)), said ? [said] : []);
    assert.equal(p.log[0], 'offline');
    assert.equal(p.sockets.length > 1, c.then === 'retry');
  });
}

test('the address carries view and parameters, without undefined ones', () => {
  const p = page({ view: 'ticket', params: { id: 'a b', zone: undefined, n: 3 } });
  assert.equal(p.last().url, 'ws://hall/api/v1/live?view=ticket&id=a+b&n=3');
});

test('the address is that of the page', t => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'location');
  t.after(() => (before ? Object.defineProperty(globalThis, 'location', before) : delete globalThis.location));
  for (const [protocol, url] of [['http:', 'ws://h:8080/api/v1/live?view=kiosk'], ['https:', 'wss://h:8080/api/v1/live?view=kiosk']]) {
    Object.defineProperty(globalThis, 'location', { value: { protocol, host: 'h:8080' }, configurable: true });
    assert.equal(page({ path: undefined, view: 'kiosk' }).last().url, url);
  }
});

test('connecting, then live with the first frame', () => {
  const p = page();
  assert.deepEqual(p.log, ['connecting']);
  p.last().accept();
  assert.deepEqual(p.log, ['connecting']);
  p.last().say(7);
  p.last().say(8);
  assert.deepEqual(p.log, ['connecting', 'live', 7, 8]);
});

test('since is when it ceased to be live, however often it tries', () => {
  const states = [];
  const p = page({ onState: s => states.push(s) });
  p.timers.pass(100);
  p.last().accept().say(1);
  p.timers.pass(5000);
  p.last().bye(1006);
  const lost = p.timers.now();
  p.timers.pass(3000);
  for (let i = 0; i < 3; i++) {
    p.last().bye(1006);
    p.timers.pass(8000);
  }
  p.last().accept().say(2);
  assert.deepEqual(states[0], { state: 'connecting', since: 1000000 });
  assert.deepEqual(states[1], { state: 'live', since: 1000100 });
  const middle = states.slice(2, -1);
  assert.ok(middle.length >= 8);
  middle.forEach((s, i) => assert.deepEqual(s, { state: i % 2 ? 'connecting' : 'offline', since: lost }));
  assert.deepEqual(states[states.length - 1], { state: 'live', since: p.timers.now() });
});

test('failures in a row wait longer each time', () => {
  const p = page();
  const gaps = [];
  for (let i = 0; i < 8; i++) {
    p.last().bye(1006);
    const n = p.sockets.length, from = p.timers.now();
    while (p.sockets.length === n) p.timers.pass(1);
    gaps.push(p.timers.now() - from);
  }
  assert.deepEqual(gaps, [125, 250, 500, 1000, 2000, 4000, 4000, 4000]);
});

test('a server that greets and hangs up is not taken for a working one', () => {
  const p = page();
  for (let i = 0; i < 5; i++) {
    p.last().accept().say(i);
    p.last().bye(1011);
    p.timers.pass(8000);
  }
  p.last().bye(1011);
  const n = p.sockets.length;
  p.timers.pass(3999);
  assert.equal(p.sockets.length, n);
});

test('after a connection that has lived the first wait is short again', () => {
  const p = page();
  for (let i = 0; i < 6; i++) {
    p.last().bye(1006);
    p.timers.pass(8000);
  }
  p.last().accept().say(1);
  p.timers.pass(SETTLED_MS);
  p.last().bye(1006);
  const n = p.sockets.length;
  p.timers.pass(125);
  assert.equal(p.sockets.length, n + 1);
});

test('a minute without a frame is stale, and replaced at once', () => {
  const p = page();
  p.last().accept().say(1);
  const first = p.last();
  p.timers.pass(STALE_MS - 1);
  assert.equal(p.log.includes('stale'), false);
  p.timers.pass(1);
  assert.deepEqual(p.log, ['connecting', 'live', 1, 'stale', 'connecting']);
  assert.deepEqual(first.closes, [1000]);
  assert.equal(p.sockets.length, 2);
  p.last().accept().say(2);
  assert.deepEqual(p.log.slice(5), ['live', 2]);
});

test('a repeated frame keeps it live', () => {
  const p = page();
  p.last().accept();
  for (let i = 0; i < 10; i++) {
    p.last().say(1);
    p.timers.pass(STALE_MS / 2);
  }
  assert.deepEqual(new Set(p.log), new Set(['connecting', 'live', 1]));
});

test('an opened connection without any frame is stale after a minute too', () => {
  const p = page();
  p.last().accept();
  p.timers.pass(STALE_MS);
  assert.deepEqual(p.log, ['connecting', 'stale', 'connecting']);
});

test('a connection that does not come about is given up', () => {
  const p = page();
  const first = p.last();
  p.timers.pass(OPEN_MS);
  assert.deepEqual(p.log, ['connecting', 'offline']);
  assert.equal(first.closes.length, 1);
  assert.equal(first.onclose, null);
  p.timers.pass(125);
  assert.equal(p.sockets.length, 2);
});

test('what is no frame ends the connection, not the page', () => {
  for (const text of ['', 'null', '17', '{"seq":"1","view":"x"}', '{"seq":1}', '{"se']) {
    const p = page();
    p.last().accept().onmessage({ data: text });
    assert.deepEqual(p.log, ['connecting', 'offline'], text);
    p.timers.pass(125);
    assert.equal(p.sockets.length, 2, text);
  }
});

test('older frames of one connection are dropped, the first of the next is not', () => {
  const p = page();
  p.last().accept();
  [5, 4, 6].forEach(n => p.last().say(n));
  p.last().bye(1012);
  p.timers.pass(125);
  p.last().accept().say(2);
  assert.deepEqual(p.log.filter(x => typeof x === 'number'), [5, 6, 2]);
});

test('a new build is told once', () => {
  const p = page();
  p.last().accept().say(1);
  p.last().say(2, { build: 'b2' });
  p.last().say(3, { build: 'b2' });
  assert.deepEqual(p.log, ['connecting', 'live', 1, 2, 'build b2', 3]);
});

test('a build other than the page\'s own is told with the first frame', () => {
  const p = page({ build: 'b0' });
  p.last().accept().say(1);
  assert.deepEqual(p.log, ['connecting', 'live', 1, 'build b1']);
});

test('a mistake of the page in a frame is thrown, and the connection lives', () => {
  const p = page({ onFrame: f => { if (f.data === 1) throw new Error('mistake'); p.log.push(f.data); } });
  p.last().accept().say(1);
  p.last().say(2);
  p.timers.pass(0);
  assert.deepEqual(p.log, ['connecting', 'live', 2]);
  assert.deepEqual(p.timers.errors.map(e => e.message), ['mistake']);
});

test('close ends everything', () => {
  const p = page();
  p.last().accept().say(1);
  const socket = p.last();
  p.link.close();
  assert.deepEqual(socket.closes, [1000]);
  assert.equal(socket.onmessage, null);
  p.events.dispatchEvent(new Event('online'));
  p.timers.pass(10 * STALE_MS);
  assert.deepEqual(p.log, ['connecting', 'live', 1]);
  assert.equal(p.sockets.length, 1);
  assert.equal(p.timers.list.length, 0);
});

test('close in the middle of a frame ends everything', () => {
  const p = page({ onFrame: () => p.link.close() });
  p.last().accept().say(1, { build: 'b2' });
  p.timers.pass(10 * STALE_MS);
  assert.deepEqual(p.log, ['connecting', 'live']);
  assert.equal(p.timers.list.length, 0);
});

test('close while it waits ends everything', () => {
  const p = page({ onState: s => { p.log.push(s.state); if (s.state === 'offline') p.link.close(); } });
  p.last().bye(1006);
  p.timers.pass(10 * STALE_MS);
  assert.deepEqual(p.log.slice(-1), ['offline']);
  assert.equal(p.sockets.length, 1);
});

test('when the net comes back it does not wait', () => {
  const p = page();
  for (let i = 0; i < 6; i++) {
    p.last().bye(1006);
    p.timers.pass(8000);
  }
  p.last().bye(1006);
  const n = p.sockets.length;
  p.events.dispatchEvent(new Event('online'));
  p.timers.pass(0);
  assert.equal(p.sockets.length, n + 1);
});

test('a page looked at again after its timers slept notices that it is stale', () => {
  const p = page();
  p.last().accept().say(1);
  p.timers.time += STALE_MS;
  p.events.dispatchEvent(new Event('visibilitychange'));
  p.timers.pass(0);
  assert.deepEqual(p.log, ['connecting', 'live', 1, 'stale', 'connecting']);
});

test('a live page looked at again stays live', () => {
  const p = page();
  p.last().accept().say(1);
  p.timers.pass(1000);
  p.events.dispatchEvent(new Event('visibilitychange'));
  p.timers.pass(1000);
  assert.deepEqual(p.log, ['connecting', 'live', 1]);
});
