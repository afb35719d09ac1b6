import test from 'node:test';
import assert from 'node:assert/strict';
import { codeText, freeName, momentText, stateOf } from './page/terminalmodel.js';
import { pagesOf, PAGES } from './page/place.js';

test('a code is typed in any way and stands as the machine shows it', () => {
  for (const [typed, want] of [['bcdfghjk', 'BCDF-GHJK'], ['BCDF-GHJK', 'BCDF-GHJK'], ['bcdf ', 'BCDF'], ['bcdfg', 'BCDF-G'], ['a1b2-ü', 'B'], ['bcdfghjklmn', 'BCDF-GHJK'], ['', '']]) {
    assert.equal(codeText(typed), want, typed);
  }
});

test('the next terminal of a role gets the first free name', () => {
  assert.equal(freeName('kiosk', []), 'kiosk-1');
  assert.equal(freeName('kiosk', ['kiosk-1', 'kiosk-3', 'board-2']), 'kiosk-2');
});

test('a terminal in two places says so before anything else', () => {
  const i = { name: 'k', role: 'kiosk', enrolled: true, sockets: 1, seenAt: '2026-11-23T09:42:07.120+08:00' };
  assert.equal(stateOf(i).word, 'connected');
  assert.equal(stateOf({ ...i, twiceAt: i.seenAt }).word, 'twice');
  assert.equal(stateOf({ ...i, sockets: 0 }).word, 'away');
  assert.equal(stateOf({ ...i, sockets: 0, seenAt: undefined }).word, 'never');
  assert.equal(stateOf({ ...i, enrolled: false }).word, 'waiting');
  assert.equal(momentText(i.seenAt), '2026-11-23 9:42');
  assert.equal(momentText(undefined), '–');
});

test('only administrators have the pages of machines and accounts', () => {
  assert.deepEqual(pagesOf(['administrator']), PAGES);
  for (const page of ['terminals', 'accounts']) assert.equal(pagesOf(['supervisor', 'lead']).indexOf(page), -1);
  assert.deepEqual(pagesOf(['clerk']), ['report']);
});
