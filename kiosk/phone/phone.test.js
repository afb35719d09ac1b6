import { test } from 'node:test';
import assert from 'node:assert/strict';
import { alertOf } from './phone.js';

const at = (kind, calls) => ({ kind, calls });

test('a call and each recall alert, a page that only came again does not', () => {
  assert.equal(alertOf(at('far', 0), at('called', 1)), 'call');
  assert.equal(alertOf(at('called', 1), at('called', 2)), 'call');
  assert.equal(alertOf(at('called', 1), at('called', 1)), '');
  assert.equal(alertOf(at('called', 2), at('serving', 2)), '');
});

test('coming near alerts once', () => {
  assert.equal(alertOf(at('far', 0), at('near', 0)), 'near');
  assert.equal(alertOf(at('near', 0), at('near', 0)), '');
  assert.equal(alertOf(at('passed', 2), at('near', 2)), '');
});
