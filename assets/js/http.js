/**
 * Talks to the server in JSON. Knows problem documents, idempotency keys and patience; knows no route and no word of the queue.
 * @module
 */

/** A refusal by the server, or no answer at all (`status` 0, `code` unreachable). */
export class Problem extends Error {
  /** @param {{status: number, code: string, title?: string, detail?: string, params?: Object<string, any>, retryAfterSeconds?: number}} p */
  constructor(p) {
    super(p.detail || p.title || p.code);
    this.name = 'Problem';
    this.status = p.status;
    this.code = p.code;
    this.title = p.title || '';
    this.detail = p.detail || '';
    /** @type {Object<string, any>} */
    this.params = p.params || {};
    this.retryAfterSeconds = p.retryAfterSeconds || 0;
  }
}

/**
 * @typedef {Object} Options
 * @property {string} [key] idempotency key; a POST gets a new one if none is given
 * @property {string} [lang] language of the answer; the page's own by default
 * @property {string} [token] bearer key of a terminal
 * @property {number} [timeoutMs] for one attempt (default 5000)
 * @property {number} [deadlineMs] for all attempts together (default 10000)
 * @property {(attempt: number, cause: unknown) => void} [onRetry] told the number of the next attempt and the cause
 * @property {typeof fetch} [fetch] for tests
 * @property {(ms: number) => Promise<void>} [sleep] for tests, in ms
 * @property {() => number} [now] for tests, in ms
 */

const HEX = '0123456789abcdef';

/**
 * A new idempotency key: 128 random bits in hex. A hall's plain-http address is no secure context, so there is no crypto.randomUUID.
 * @returns {string}
 */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, b => HEX[b >> 4] + HEX[b & 15]).join('');
}

/**
 * Reads. @param {string} path @param {Options} [options] @returns {Promise<any>} the decoded body
 */
export function get(path, options) { return request('GET', path, undefined, options); }

/**
 * Commands. The same key goes with every attempt, so that a lost answer never makes a second ticket.
 * @param {string} path @param {any} [body] @param {Options} [options]
 * @returns {Promise<any>} the decoded body; null for 204
 */
export function post(path, body, options) {
  return request('POST', path, body, Object.assign({ key: newKey() }, options));
}

/** Deletes. @param {string} path @param {Options} [options] @returns {Promise<any>} */
export function del(path, options) { return request('DELETE', path, undefined, options); }

/**
 * One request with patience: repeated with back-off only when no answer came, until the deadline.
 * @param {string} method @param {string} path @param {any} [body] @param {Options} [options]
 * @returns {Promise<any>}
 * @throws {Problem} a refusal, or `unreachable`
 */
export async function request(method, path, body, options) {
  const o = Object.assign({ timeoutMs: 5000, deadlineMs: 10000, sleep, now: Date.now }, options);
  const until = o.now() + o.deadlineMs;
  for (let attempt = 1; ; attempt++) {
    const answer = await tryOnce(method, path, body, o);
    if (answer.response) return decode(answer.response);
    const pause = backOff(attempt);
    if (o.now() + pause >= until) throw unreachable();
    if (o.onRetry) o.onRetry(attempt + 1, answer.cause);
    await o.sleep(pause);
  }
}

/** @returns {Problem} */
function unreachable() { return new Problem({ status: 0, code: 'unreachable' }); }

/** @param {number} attempt from 1 @returns {number} ms: 300, 600, 1200, 2400, with up to a quarter more at random */
function backOff(attempt) { return Math.min(300 * Math.pow(2, attempt - 1), 2400) * (1 + Math.random() / 4); }

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) { return new Promise(resolve => { setTimeout(resolve, ms); }); }

/** @param {string} method @param {string} path @param {any} body @param {any} o @returns {Promise<{response?: Response, cause?: unknown}>} */
async function tryOnce(method, path, body, o) {
  // AbortController came with Chrome 66: before that a late answer is only ignored.
  const abort = typeof AbortController === 'undefined' ? null : new AbortController();
  const init = Object.assign(requestInit(method, body, o), abort ? { signal: abort.signal } : {});
  try {
    return { response: await withTimeout((o.fetch || fetch)(path, init), o.timeoutMs, abort) };
  } catch (cause) {
    return { cause };
  }
}

/** @param {Promise<Response>} promise @param {number} ms @param {AbortController|null} abort @returns {Promise<Response>} */
function withTimeout(promise, ms, abort) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { if (abort) abort.abort(); reject(new Error('no answer in ' + ms + ' ms')); }, ms);
    promise.then(resolve, reject).then(() => clearTimeout(timer));
  });
}

/** @param {string} method @param {any} body @param {Options} o @returns {RequestInit} */
function requestInit(method, body, o) {
  /** @type {Object<string, string>} */
  const headers = { Accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (o.key) headers['Idempotency-Key'] = o.key;
  const lang = o.lang || pageLang();
  if (lang) headers['Accept-Language'] = lang;
  if (o.token) headers.Authorization = 'Bearer ' + o.token;
  return { method, headers, credentials: 'same-origin', cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body) };
}

/** @returns {string} */
function pageLang() { return typeof document === 'undefined' ? '' : document.documentElement.lang; }

/** @param {Response} response @returns {Promise<any>} */
async function decode(response) {
  if (response.status === 204) return null;
  const body = await readJSON(response);
  if (response.ok) return body;
  throw problemOf(response, body);
}

/** @param {Response} response @returns {Promise<any>} */
async function readJSON(response) {
  const text = await response.text();
  try { return text === '' ? null : JSON.parse(text); } catch (e) {
    if (response.ok) throw new Problem({ status: response.status, code: 'internal', detail: '' });
    return null; // an intermediary's error page: the status says enough
  }
}

/** @param {Response} response @param {any} body @returns {Problem} */
function problemOf(response, body) {
  const b = body || {};
  const after = Number(response.headers.get('Retry-After')) || 0;
  return new Problem({ status: response.status, code: b.code || 'internal', title: b.title, detail: b.detail, params: b.params, retryAfterSeconds: after });
}
