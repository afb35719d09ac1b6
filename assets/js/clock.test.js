import test from 'node:test';
import assert from 'node:assert/strict';
import { createClock } from './clock.js';

const AT = '2026-11-23T09:42:00.000+08:00';
const later = ms => new Date(Date.parse(AT) + ms).toISOString().replace('Z', '+00:00');

function make() {
  const machine = { ms: 1000 };
  return { machine, clock: createClock({ mono: () => machine.ms, start: 0 }) };
}

test('it shows the hall, not the machine', () => {
  const { clock } = make();
  clock.sync(AT);
  assert.equal(clock.now(), Date.parse(AT));
  assert.equal(clock.text(), '9:42');
  assert.equal(clock.date(), '2026-11-23');
});

test('it runs on between frames', () => {
  const { machine, clock } = make();
  clock.sync(AT);
  machine.ms += 18 * 60000;
  assert.equal(clock.text(), '10:00');
});

test('the date turns with the hall, west of Greenwich too', () => {
  const { clock } = make();
  clock.sync('2026-11-23T23:30:00.000-05:00');
  assert.equal(clock.date(), '2026-11-23');
  assert.equal(clock.text(), '23:30');
  clock.sync('2026-11-24T00:10:00.000+08:00');
  assert.equal(clock.date(), '2026-11-24');
  assert.equal(clock.text(), '0:10');
});

test('a late frame does not set it back, a set clock does', () => {
  const { machine, clock } = make();
  clock.sync(AT);
  machine.ms += 5000;
  clock.sync(later(4200)); // 800 ms on its way
  assert.equal(clock.now(), Date.parse(AT) + 5000);
  clock.sync(later(-60000));
  assert.equal(clock.now(), Date.parse(AT) - 60000);
});

test('a quicker frame improves it', () => {
  const { machine, clock } = make();
  clock.sync(AT);
  machine.ms += 1000;
  clock.sync(later(1300));
  assert.equal(clock.now(), Date.parse(AT) + 1300);
});

test('nonsense is ignored', () => {
  const { clock } = make();
  clock.sync(AT);
  clock.sync('soon');
  assert.equal(clock.now(), Date.parse(AT));
});

test('since counts whole seconds and never below zero', () => {
  const { machine, clock } = make();
  clock.sync(AT);
  machine.ms += 61500;
  assert.equal(clock.since(AT), 61);
  assert.equal(clock.since(Date.parse(AT)), 61);
  assert.equal(clock.since(later(999999)), 0);
});

test('every ticks after each full period of the hall and stops', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { machine, clock } = make();
  const seen = [];
  clock.sync('2026-11-23T09:42:00.400+08:00');
  const stop = clock.every(() => seen.push(clock.now() % 60000));
  const pass = ms => { machine.ms += ms; t.mock.timers.tick(ms); };
  pass(601);
  assert.deepEqual(seen, [1001]);
  pass(1000);
  assert.equal(seen.length, 2);
  stop();
  pass(5000);
  assert.equal(seen.length, 2);
});
