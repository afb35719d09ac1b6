import test from 'node:test';
import assert from 'node:assert/strict';
import { announce, guard, mount, setModes, TAP_MS } from './dom.js';

/** The little of a document that these functions touch. */
function fakeDocument() {
  const make = () => {
    const attributes = {}, set = new Set();
    return {
      attributes, textContent: '', className: '', isConnected: true, children: [],
      setAttribute: (k, v) => { attributes[k] = v; },
      classList: { toggle: (n, on) => (on ? set.add(n) : set.delete(n)), contains: n => set.has(n) },
      appendChild(c) { this.children.push(c); },
    };
  };
  return { createElement: make, body: make(), documentElement: make(), getElementById: () => null };
}

test('a second tap within 800 ms is the same tap', async () => {
  let ms = 0, acts = 0;
  const tap = guard(() => ++acts, { now: () => ms });
  assert.equal(await tap(), 1);
  ms = TAP_MS - 1;
  assert.equal(await tap(), undefined);
  ms = TAP_MS;
  assert.equal(await tap(), 2);
});

test('a tap while the first is at work is ignored however late it comes', async () => {
  let ms = 0, release;
  const tap = guard(() => new Promise(resolve => { release = resolve; }), { now: () => ms });
  const first = tap();
  ms = 60000;
  assert.equal(await tap(), undefined);
  release('done');
  assert.equal(await first, 'done');
  ms = 120000;
  const again = tap();
  release('again');
  assert.equal(await again, 'again');
});

test('a failed act is told and does not leave the key dead', async () => {
  let ms = 0;
  const tap = guard(() => { throw new Error('no paper'); }, { now: () => ms });
  await assert.rejects(tap(), /no paper/);
  ms = TAP_MS;
  await assert.rejects(tap(), /no paper/);
});

test('arguments go through', async () => {
  assert.equal(await guard((a, b) => a + b, { ms: 0 })(1, 2), 3);
});

test('announcements are emptied first, so that the same sentence is read again', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  global.document = fakeDocument();
  try {
    announce('A017 请到 8 号窗口', { assertive: true });
    const el = document.body.children[0];
    assert.equal(el.attributes['aria-live'], 'assertive');
    assert.equal(el.className, 'visually-hidden');
    t.mock.timers.tick(60);
    assert.equal(el.textContent, 'A017 请到 8 号窗口');
    announce('A017 请到 8 号窗口', { assertive: true });
    assert.equal(el.textContent, '');
    t.mock.timers.tick(60);
    assert.equal(el.textContent, 'A017 请到 8 号窗口');
    announce('x');
    assert.equal(document.body.children.length, 2);
  } finally { delete global.document; }
});

test('modes are set on the document and taken back', () => {
  global.document = fakeDocument();
  try {
    setModes({ mode: 'contrast', large: true, calm: true });
    const root = document.documentElement;
    assert.equal(root.attributes['data-mode'], 'contrast');
    assert.ok(root.classList.contains('large') && root.classList.contains('calm'));
    setModes({ large: false });
    assert.ok(!root.classList.contains('large') && root.classList.contains('calm'));
    assert.equal(root.attributes['data-mode'], 'contrast');
  } finally { delete global.document; }
});

test('a page without the root says so', () => {
  global.document = fakeDocument();
  try { assert.throws(() => mount(null, 'main'), /main/); } finally { delete global.document; }
});
