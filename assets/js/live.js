/**
 * Listens to one live view of the server for as long as the page lives, through restarts and failures of the net.
 * The same rules as the Go dialler of server/live; knows frames and sequences, never what a view holds.
 * @module
 */

/**
 * One whole view, as the server sends it.
 * @template [T=any]
 * @typedef {Object} Frame
 * @property {number} seq journal sequence that `data` shows; within one epoch and connection it never falls
 * @property {string} epoch life of the journal
 * @property {string} build the program that sent it
 * @property {string} view
 * @property {string} at when it was made, RFC 3339 with milliseconds
 * @property {T} data
 */

/** @typedef {'connecting'|'live'|'stale'|'offline'} Phase */

/**
 * @typedef {Object} State
 * @property {Phase} state connecting: no frame yet; live: what is shown is what is; stale: silent for a minute; offline: no connection
 * @property {number} since ms since 1970: when it came to be live, or ceased to be. It does not move while it tries
 */

/**
 * @typedef {Object} Timers
 * @property {(tell: () => void, ms: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => number} now ms since 1970
 */

/**
 * @typedef {Object} Options
 * @property {string} view the view's name
 * @property {Object<string, string|number|undefined>} [params] the rest of the query; undefined ones are left out
 * @property {string} [path] default `/api/v1/live`; may be a whole ws:// address
 * @property {(frame: Frame) => void} onFrame
 * @property {(state: State) => void} [onState] told of each change
 * @property {string} [build] the page's own build; default: that of the first frame
 * @property {(build: string) => void} [onBuild] told once of each build that is not the page's
 * @property {() => void} [onSignedOut] the session is over; no further try
 * @property {(reason: 'revoked'|'gone') => void} [onStop] the view is no longer to be had; no further try
 * @property {any} [WebSocketClass] for tests
 * @property {Timers} [timers] for tests
 * @property {() => number} [random] for tests, in [0, 1)
 * @property {EventTarget|null} [events] where `online` and `visibilitychange` are heard, for tests
 */

/** A connection that brings no frame for so long is given up, in ms. The server repeats each within half of that. */
export const STALE_MS = 60000;
/** A connection must be made within so many ms. */
export const OPEN_MS = 10000;
/** A connection must have lived so many ms to count as a success. */
export const SETTLED_MS = 10000;

const FIRST_MS = 250;
const LONGEST_MS = 8000;
const CROWDED_MS = 30000;
const SIGNED_OUT = 4401;
const TOO_MANY = 4429;
const NORMAL = 1000;

/** @type {Object<number, 'revoked'|'gone'>} */
const STOPS = { 4403: 'revoked', 4410: 'gone' };

/**
 * How long to wait before the next try, in ms. The jitter spreads the pages of a server that restarts.
 * @param {number} failures tries in a row that came to nothing, at least 1
 * @param {number} code close code of the last one, 0 if none
 * @param {number} jitter in [0, 1)
 * @returns {number}
 */
export function wait(failures, code, jitter) {
  let ms = Math.min(LONGEST_MS, FIRST_MS * Math.pow(2, Math.max(failures, 1) - 1));
  if (code === TOO_MANY) ms = Math.max(ms, CROWDED_MS);
  return ms / 2 + jitter * ms / 2;
}

/**
 * Lets through what a page may show: of one connection and epoch, nothing older than what it has shown. The first
 * frame after connecting passes whatever its sequence: the server may have been restored from an older copy.
 * @returns {{connected: () => void, passes: (frame: {seq: number, epoch: string}) => boolean}}
 */
export function createSieve() {
  /** @type {{seq: number, epoch: string}|null} */
  let last = null;
  return {
    connected: () => { last = null; },
    passes: frame => {
      if (last && frame.epoch === last.epoch && frame.seq < last.seq) return false;
      last = { seq: frame.seq, epoch: frame.epoch };
      return true;
    },
  };
}

/**
 * Connects, and connects again for ever.
 * @param {Options} options
 * @returns {{close: () => void}} close ends it; nothing is called afterwards
 */
export function connect(options) {
  const link = new Link(options);
  link.open();
  return { close: () => link.end() };
}

/** One subscription through all its connections. */
class Link {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.timers = options.timers || browserTimers();
    this.random = options.random || Math.random;
    this.build = options.build || '';
    this.sieve = createSieve();
    this.ended = false;
    this.failures = 0;
    this.openedAt = 0;
    this.heardAt = 0;
    /** @type {any} */
    this.socket = null;
    /** @type {any} */
    this.timer = null;
    /** @type {Phase|''} */
    this.phase = '';
    this.since = 0;
    this.events = options.events === undefined ? browserEvents() : options.events;
    this.hurry = this.hurry.bind(this);
    if (this.events) listen(this.events, 'addEventListener', this.hurry);
  }

  /** Makes a connection. */
  open() {
    const Socket = this.options.WebSocketClass || WebSocket;
    this.openedAt = this.heardAt = 0;
    this.enter('connecting');
    if (this.ended) return;
    const socket = this.socket = new Socket(address(this.options));
    socket.onopen = () => this.opened();
    socket.onmessage = (/** @type {{data: string}} */ e) => this.message(e.data);
    socket.onclose = (/** @type {{code: number}} */ e) => this.closed(e.code);
    this.after(OPEN_MS, () => this.failed(0));
  }

  opened() {
    this.openedAt = this.timers.now();
    this.sieve.connected();
    this.heard();
  }

  heard() {
    this.heardAt = this.timers.now();
    this.after(STALE_MS, () => this.stale());
  }

  /** @param {string} text */
  message(text) {
    const frame = parse(text);
    if (!frame) return this.failed(0);
    this.heard();
    if (!this.sieve.passes(frame)) return;
    this.enter('live');
    this.guard(() => this.options.onFrame(frame));
    if (!this.ended) this.noteBuild(frame.build);
  }

  /** @param {string} build */
  noteBuild(build) {
    const news = this.build !== '' && build !== this.build;
    this.build = build;
    if (news) this.guard(() => this.options.onBuild && this.options.onBuild(build));
  }

  /** @param {number} code */
  closed(code) {
    if (code === SIGNED_OUT) this.finish(this.options.onSignedOut);
    else if (STOPS[code]) this.finish(this.options.onStop, STOPS[code]);
    else this.failed(code);
  }

  /**
   * The server wants no further try.
   * @param {((reason: any) => void)|undefined} tell @param {string} [reason]
   */
  finish(tell, reason) {
    this.enter('offline');
    const told = this.ended;
    this.end();
    if (tell && !told) this.guard(() => tell(reason));
  }

  /** A silent connection is replaced at once: it may have died long ago. */
  stale() {
    this.enter('stale');
    if (this.ended) return;
    this.drop();
    this.countFailure();
    if (this.failures === 1) this.open();
    else this.pause(0);
  }

  /** @param {number} code */
  failed(code) {
    this.drop();
    this.countFailure();
    this.pause(code);
  }

  countFailure() {
    const settled = this.openedAt && this.timers.now() - this.openedAt >= SETTLED_MS;
    this.failures = settled ? 1 : this.failures + 1;
  }

  /** @param {number} code */
  pause(code) {
    this.enter('offline');
    if (!this.ended) this.after(wait(this.failures, code, this.random()), () => this.open());
  }

  /** The net came back, or somebody looks at the page again: timers may have slept, so look now. */
  hurry() {
    if (this.phase === 'offline') {
      this.after(0, () => this.open());
    } else if (this.heardAt && this.timers.now() - this.heardAt >= STALE_MS) {
      this.after(0, () => this.stale());
    }
  }

  /** Lets go of the socket; what it still says is not heard. */
  drop() {
    this.after(0, null);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(NORMAL);
  }

  end() {
    this.ended = true;
    this.drop();
    if (this.events) listen(this.events, 'removeEventListener', this.hurry);
  }

  /**
   * Sets the one timer there is.
   * @param {number} ms @param {(() => void)|null} tell
   */
  after(ms, tell) {
    if (this.timer !== null) this.timers.clearTimeout(this.timer);
    this.timer = tell && !this.ended ? this.timers.setTimeout(() => { this.timer = null; tell(); }, ms) : null;
  }

  /** @param {Phase} phase */
  enter(phase) {
    if (this.ended || phase === this.phase) return;
    if (!this.phase || phase === 'live' || this.phase === 'live') this.since = this.timers.now();
    this.phase = phase;
    const state = { state: phase, since: this.since };
    this.guard(() => this.options.onState && this.options.onState(state));
  }

  /**
   * A page's mistake in one frame must not end its connection; it is thrown where the console sees it.
   * @param {() => void} call
   */
  guard(call) {
    try {
      call();
    } catch (e) {
      this.timers.setTimeout(() => { throw e; }, 0);
    }
  }
}

/** @param {string} text @returns {Frame|null} null if it is none */
function parse(text) {
  try {
    const f = JSON.parse(text);
    return f && typeof f.seq === 'number' && typeof f.view === 'string' ? f : null;
  } catch (e) {
    return null;
  }
}

/** @param {Options} options @returns {string} */
function address(options) {
  const query = new URLSearchParams({ view: options.view });
  const params = options.params || {};
  Object.keys(params).forEach(k => { if (params[k] !== undefined) query.set(k, String(params[k])); });
  const path = options.path || '/api/v1/live';
  if (/^wss?:/.test(path)) return path + '?' + query;
  return (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + path + '?' + query;
}

/**
 * @param {EventTarget} target
 * @param {'addEventListener'|'removeEventListener'} verb
 * @param {() => void} tell
 */
function listen(target, verb, tell) {
  target[verb]('online', tell);
  // It bubbles from the document to the window.
  target[verb]('visibilitychange', tell);
}

/** @returns {EventTarget|null} */
function browserEvents() { return typeof window === 'undefined' ? null : window; }

/** @returns {Timers} */
function browserTimers() {
  return {
    setTimeout: (tell, ms) => setTimeout(tell, ms),
    clearTimeout: id => clearTimeout(id),
    now: () => Date.now(),
  };
}
