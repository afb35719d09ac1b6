import test from 'node:test';
import assert from 'node:assert/strict';
import { get, post, del, newKey, Problem } from './http.js';

/** A server in one line: each call takes the next answer; a function is thrown. */
function server(...answers) {
  const calls = [];
  const fetch = (path, init) => {
    calls.push({ path, init });
    const next = answers.shift();
    if (next === 'hang') return new Promise(() => {});
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { calls, fetch };
}

const answer = (status, body, headers) => new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
const lost = () => new TypeError('Failed to fetch');

function patience(extra) {
  const slept = [];
  let ms = 0;
  return Object.assign({ slept, sleep: async n => { slept.push(n); ms += n; }, now: () => ms }, extra);
}

test('a key is 128 bits of hex and never the same', () => {
  const keys = new Set(Array.from({ length: 200 }, newKey));
  assert.equal(keys.size, 200);
  keys.forEach(k => assert.match(k, /^[0-9a-f]{32}$/));
});

test('a key needs no secure context', () => {
  const had = crypto.randomUUID;
  try {
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true, writable: true });
    assert.match(newKey(), /^[0-9a-f]{32}$/);
  } finally {
    Object.defineProperty(crypto, 'randomUUID', { value: had, configurable: true, writable: true });
  }
});

test('a read carries no key and no body', async () => {
  const s = server(answer(200, { items: [] }));
  assert.deepEqual(await get('/api/v1/hall', { fetch: s.fetch, lang: 'en' }), { items: [] });
  const { init } = s.calls[0];
  assert.equal(init.method, 'GET');
  assert.equal(init.body, undefined);
  assert.equal(init.headers['Idempotency-Key'], undefined);
  assert.equal(init.headers['Accept-Language'], 'en');
  assert.equal(init.headers['Content-Type'], undefined);
});

test('a command carries its body, a key and the terminal', async () => {
  const s = server(answer(201, { number: 'A001' }));
  assert.deepEqual(await post('/api/v1/tickets', { service: 'a' }, { fetch: s.fetch, token: 'secret' }), { number: 'A001' });
  const { init } = s.calls[0];
  assert.equal(init.body, '{"service":"a"}');
  assert.equal(init.headers['Content-Type'], 'application/json');
  assert.equal(init.headers.Authorization, 'Bearer secret');
  assert.match(init.headers['Idempotency-Key'], /^[0-9a-f]{32}$/);
});

test('the answer comes in the language of the page unless another is asked for', async () => {
  global.document = { documentElement: { lang: 'zh-CN' } };
  try {
    const s = server(answer(200, 1), answer(200, 1));
    await get('/x', { fetch: s.fetch });
    await get('/x', { fetch: s.fetch, lang: 'en' });
    assert.deepEqual(s.calls.map(c => c.init.headers['Accept-Language']), ['zh-CN', 'en']);
  } finally { delete global.document; }
});

test('204 is null', async () => {
  assert.equal(await del('/api/v1/session', { fetch: server(answer(204)).fetch }), null);
});

test('a lost answer repeats the same request under the same key, waiting longer each time', async () => {
  const s = server(lost(), lost(), lost(), answer(201, { number: 'A001' }));
  const p = patience({ fetch: s.fetch, key: 'k1' });
  assert.deepEqual(await post('/api/v1/tickets', { service: 'a' }, p), { number: 'A001' });
  assert.deepEqual(s.calls.map(c => c.init.headers['Idempotency-Key']), ['k1', 'k1', 'k1', 'k1']);
  assert.deepEqual(s.calls.map(c => c.init.body), Array(4).fill('{"service":"a"}'));
  assert.ok(p.slept[0] < p.slept[1] && p.slept[1] < p.slept[2], String(p.slept));
});

test('the caller hears of each further attempt', async () => {
  const heard = [];
  const s = server(lost(), answer(200, 1));
  await get('/x', patience({ fetch: s.fetch, onRetry: (n, cause) => heard.push([n, cause.message]) }));
  assert.deepEqual(heard, [[2, 'Failed to fetch']]);
});

test('after the deadline it is unreachable, not silence', async () => {
  const s = server(...Array.from({ length: 50 }, lost));
  const p = patience({ fetch: s.fetch, deadlineMs: 4000 });
  await assert.rejects(post('/x', {}, p), e => e instanceof Problem && e.code === 'unreachable' && e.status === 0);
  assert.ok(p.slept.reduce((a, b) => a + b, 0) <= 4000);
  assert.ok(s.calls.length >= 3 && s.calls.length <= 6, String(s.calls.length));
});

test('an attempt that hangs is given up and repeated', async () => {
  const s = server('hang', answer(200, { ok: 1 }));
  assert.deepEqual(await get('/x', patience({ fetch: s.fetch, timeoutMs: 5 })), { ok: 1 });
  assert.equal(s.calls.length, 2);
  assert.equal(s.calls[0].init.signal.aborted, true);
});

test('a refusal is told at once and never repeated', async () => {
  const body = { type: '/problems/too_soon', title: 'T', status: 409, detail: 'D', code: 'too_soon', params: { seconds: 12 } };
  const s = server(answer(409, body), answer(200, {}));
  await assert.rejects(post('/x', {}, { fetch: s.fetch }), e => {
    assert.deepEqual([e.status, e.code, e.title, e.detail, e.params], [409, 'too_soon', 'T', 'D', { seconds: 12 }]);
    return true;
  });
  assert.equal(s.calls.length, 1);
});

test('rate limits say how long', async () => {
  const s = server(answer(429, { code: 'rate_limited' }, { 'Retry-After': '7' }));
  await assert.rejects(get('/x', { fetch: s.fetch }), e => e.code === 'rate_limited' && e.retryAfterSeconds === 7);
});

test('a refusal that is no problem document still is one here', async () => {
  const page = new Response('<html>502</html>', { status: 502 });
  await assert.rejects(get('/x', { fetch: server(page).fetch }), e => e instanceof Problem && e.status === 502 && e.code === 'internal');
});

test('an answer that says yes but cannot be read is an error', async () => {
  const page = new Response('<html>', { status: 200 });
  await assert.rejects(get('/x', { fetch: server(page).fetch }), e => e instanceof Problem && e.code === 'internal');
});
