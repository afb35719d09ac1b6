import test from 'node:test';
import assert from 'node:assert/strict';
import { RETRY_SECONDS, answered, begun, failed, onward, opening } from './pairmodel.js';

const pairing = { deviceCode: 'secret', userCode: 'BCDF-GHJK', expiresAt: '2026-11-23T09:52:00.000+08:00', pollSeconds: 2 };

test('a page opens without a code, or with the one it kept', () => {
  assert.equal(opening(null).phase, 'begin');
  assert.deepEqual(opening(JSON.stringify(pairing)).pairing, pairing);
  for (const kept of ['', '{', '[]', '{"userCode":"x"}', 'null', '7']) assert.equal(opening(kept).phase, 'begin', kept);
});

test('a pairing goes from its code to the number to the page', () => {
  let s = begun(opening(null), pairing);
  assert.equal(s.phase, 'pending');
  assert.equal(s.waitSeconds, 2);
  s = answered(s, { state: 'pending' });
  assert.equal(s.phase, 'pending');
  s = answered(s, { state: 'checking', check: '0417', terminal: { name: 'k', role: 'kiosk' } });
  assert.equal(s.check, '0417');
  s = answered(s, { state: 'paired', page: '/kiosk/page/' });
  assert.equal(s.page, '/kiosk/page/');
});

test('a code that is over is replaced, whatever stood on the screen', () => {
  const checking = answered(begun(opening(null), pairing), { state: 'checking', check: '0417' });
  for (const s of [begun(opening(null), pairing), checking]) {
    const next = failed(s, { code: 'bad_code' });
    assert.equal(next.phase, 'begin');
    assert.equal(next.pairing, null);
    assert.equal(next.waitSeconds, 0);
  }
});

test('a server that does not answer costs neither code nor number', () => {
  const s = begun(opening(null), pairing);
  const lost = failed(s, { code: 'unreachable' });
  assert.equal(lost.trouble, 'offline');
  assert.equal(lost.pairing.userCode, 'BCDF-GHJK');
  assert.equal(answered(lost, { state: 'pending' }).trouble, 'none');
  assert.equal(failed(opening(null), new Error('anything')).waitSeconds, RETRY_SECONDS);
});

test('a busy server is asked again when it says', () => {
  assert.equal(failed(opening(null), { code: 'rate_limited', retryAfterSeconds: 41 }).waitSeconds, 41);
  assert.equal(failed(opening(null), { code: 'rate_limited' }).waitSeconds, RETRY_SECONDS);
});

test('a paired machine stays where it was meant to be, else goes there', () => {
  assert.equal(onward('/display/page/', '/display/page/'), 'reload');
  assert.equal(onward('/display/page/', '/kiosk/page/'), 'go');
  assert.equal(onward('', '/pad/page/'), 'stay');
});
