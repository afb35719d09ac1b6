import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { useTexts } from './i18n.js';
import { Problem } from './http.js';
import { problemText } from './problem.js';

const read = lang => JSON.parse(readFileSync(new URL('../messages/' + lang + '.json', import.meta.url), 'utf8'));
useTexts({ zh: read('zh'), en: read('en') }, 'zh');

test('the sentence of the server is said as it is', () => {
  const p = new Problem({ status: 409, code: 'too_soon', title: 'T', detail: 'D' });
  assert.deepEqual(problemText(p), { code: 'too_soon', title: 'T', detail: 'D' });
});

test('without one, ours with its figures and its reason', () => {
  assert.equal(problemText(new Problem({ status: 409, code: 'too_soon', params: { seconds: 9 } })).detail, '再过 9 秒可以操作。');
  assert.match(problemText(new Problem({ status: 409, code: 'service_closed', params: { reason: 'lunch' } })).detail, /午间/);
  assert.match(problemText(new Problem({ status: 0, code: 'unreachable' })).title, /连接不上/);
});

test('an unknown code and a fault of the page still have a sentence, and keep their code', () => {
  assert.equal(problemText(new Problem({ status: 418, code: 'teapot' })).code, 'teapot');
  assert.match(problemText(new Problem({ status: 418, code: 'teapot' })).detail, /再试/);
  assert.equal(problemText(new TypeError('x is undefined')).code, 'internal');
});
