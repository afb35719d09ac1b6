/**
 * The staff's page: keeps the session, listens to its window, and turns keys into commands. What a ticket is stands in the
 * server's frame alone; nothing is shown before the server says so.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { lang, loadTexts, onLang, otherLang, setLang, t } from '../../assets/js/i18n.js';
import { del, get, post } from '../../assets/js/http.js';
import { connect } from '../../assets/js/live.js';
import { createClock } from '../../assets/js/clock.js';
import { announce, mount } from '../../assets/js/dom.js';
import { problemText } from '../../assets/js/problem.js';
import { createCommands } from './commands.js';
import { createActs } from './acts.js';
import { joinedEmpty, keyPressed } from './model.js';
import { App } from './app.js';

/** @typedef {import('./acts.js').Acts} Acts */
/** @typedef {import('./types.js').Page} Page */

const REFUSAL_MS = 6000;
const OFF_AFTER_MS = 1500;
const SESSION_CHECK_MS = 10000;
const KEPT = 'jiaohao.counter.window';
const KEYS_OFF = 'jiaohao.counter.keysOff';

const clock = createClock();
/** @type {{close: () => void}|null} */
let live = null;
/** @type {any} */
let check = null;

/** @type {Page} */
const page = {
  place: 'loading', session: null, hall: null, window: keptWindow(), view: null, link: null, sheet: null, refusal: null, busy: '', note: '',
  keys: stored(localStorageOf(), KEYS_OFF) !== '1',
};

/** Storage may be forbidden on a locked-down machine. @returns {Storage|null} */
function localStorageOf() { try { return localStorage; } catch (e) { return null; } }

/** @param {Storage|null} storage @param {string} key @returns {string|null} */
function stored(storage, key) { return storage ? storage.getItem(key) : null; }

/** @param {string} key @param {string} value */
function keep(key, value) {
  const storage = localStorageOf();
  if (storage) storage.setItem(key, value);
}

/** The window of before: in the address, else of the last work here. @returns {string} */
function keptWindow() { return new URLSearchParams(location.search).get('window') || stored(localStorageOf(), KEPT) || ''; }

const commands = createCommands({ onBusy: action => { page.busy = action; draw(); } });
const acts = createActs({
  page, send, draw, refuse, now: clock.now, off, signIn, signOut, openWindow,
  lang: () => setLang(otherLang()),
  toggleKeys: () => { page.keys = !page.keys; keep(KEYS_OFF, page.keys ? '0' : '1'); draw(); },
});

/** Whether nothing can be sent: no frame is heard. A blink of the net is not told. @returns {boolean} */
function off() {
  const link = page.link;
  return !!link && link.state !== 'live' && Date.now() - link.since > OFF_AFTER_MS;
}

function draw() {
  if (page.refusal && Date.now() > page.refusal.until) page.refusal = null;
  document.title = (page.view ? page.view.window + ' · ' : '') + t('counter.title');
  mount(html`<${App} page=${page} acts=${acts} now=${clock.now()} clock=${clock.text()} off=${off()} lang=${lang()} />`);
}

/** @param {string} text shown for some seconds and told to screen readers at once */
function refuse(text) {
  page.refusal = { text, until: Date.now() + REFUSAL_MS };
  announce(text, { assertive: true });
  draw();
}

/**
 * @param {string} action @param {any} [body] @param {string} [number]
 * @returns {Promise<{answer: any}|null>} null when it was refused or another is under way
 */
async function send(action, body, number) {
  page.refusal = null;
  try {
    const answer = await commands.send(page.window, action, body, number);
    return answer === undefined ? null : after(action, answer);
  } catch (failure) {
    failed(failure);
    return null;
  }
}

/** @param {string} action @param {any} answer @returns {{answer: any}} */
function after(action, answer) {
  if (action === 'close') leave('');
  else if (action === 'handover') resume();
  else if (action === 'next' && answer === null) announce(t('counter.next.nobody'));
  return { answer };
}

/** @param {any} failure */
function failed(failure) {
  if (failure && failure.code === 'signed_out') return signedOut(t('connection.signedOut'));
  const p = problemText(failure);
  refuse(p.title + ' · ' + p.detail);
}

/** @param {string} staff @param {string} password @returns {Promise<boolean>} */
async function signIn(staff, password) {
  page.refusal = null;
  page.busy = 'signIn';
  draw();
  try {
    page.note = '';
    arrive(await post('/api/v1/session', { staff, password }));
    return true;
  } catch (failure) {
    const p = problemText(failure);
    refuse(p.title + ' · ' + p.detail);
    return false;
  } finally { page.busy = ''; draw(); }
}

async function signOut() {
  try { await del('/api/v1/session'); } catch (failure) { return failed(failure); }
  signedOut('');
}

/** @param {string} note */
function signedOut(note) {
  hangUp();
  Object.assign(page, { place: 'signon', session: null, view: null, sheet: null, note });
  draw();
}

/** @param {string} window */
async function openWindow(window) {
  if (commands.busy()) return;
  page.window = window;
  const done = await send('open');
  if (done) work(window);
}

/** @param {import('./types.js').Session} session */
function arrive(session) {
  page.session = session;
  if (session.window) work(session.window);
  else leave('');
}

/** Asks again who and where one is, and goes there. */
async function resume() {
  try { arrive(await get('/api/v1/session')); } catch (failure) {
    if (/** @type {any} */ (failure).status === 401) signedOut('');
    else setTimeout(resume, SESSION_CHECK_MS);
  }
}

/** Back to the choice of a window. @param {string} note */
function leave(note) {
  hangUp();
  Object.assign(page, { place: 'choose', view: null, sheet: null, note });
  draw();
  loadHall();
}

/** Who the hall is and which windows it has; the sign-on works without. */
async function loadHall() {
  try { page.hall = await get('/api/v1/hall'); } catch (failure) { setTimeout(loadHall, SESSION_CHECK_MS); }
  draw();
}

/** @param {string} window */
function work(window) {
  hangUp();
  Object.assign(page, { place: 'work', window, view: null, note: '', sheet: null });
  keep(KEPT, window);
  live = connect({
    view: 'counter', params: { window }, onFrame: heard, onState: state => { page.link = state; watch(state.state); draw(); },
    onSignedOut: () => signedOut(t('connection.signedOut')), onStop: () => { hangUp(); page.note = t('counter.taken'); resume(); },
    onBuild: () => location.reload(),
  });
  draw();
}

function hangUp() {
  if (live) live.close();
  live = page.link = null;
  watch('live');
}

/** A handshake refused for want of a session looks like a dead net to a script, so ask. @param {string} state */
function watch(state) {
  if (state === 'live') { clearInterval(check); check = null; return; }
  if (!check) check = setInterval(askSession, SESSION_CHECK_MS);
}

async function askSession() {
  try {
    const session = await get('/api/v1/session', { deadlineMs: 4000 });
    if (page.place === 'work' && session.window !== page.window) { page.note = t('counter.taken'); arrive(session); }
  } catch (failure) {
    if (/** @type {any} */ (failure).status === 401) signedOut(t('connection.signedOut'));
  }
}

/** @param {import('../../assets/js/live.js').Frame<import('./types.js').View>} frame */
function heard(frame) {
  clock.sync(frame.at);
  if (joinedEmpty(page.view, frame.data)) tick(frame.data);
  page.view = frame.data;
  draw();
}

/** Somebody has come to an empty queue: one soft tick. @param {import('./types.js').View} view */
function tick(view) {
  announce(t('counter.joined', { number: view.next ? view.next.number : '' }));
  // A browser that allows no sound yet is no fault: 下一位 turns yellow all the same.
  new Audio('/assets/sounds/tick.wav').play().catch(() => undefined);
}

/** @param {KeyboardEvent} e */
function keyDown(e) {
  const el = e.target;
  if (page.place !== 'work' || !page.view || page.sheet || !page.keys || e.repeat || e.isComposing || e.ctrlKey || e.altKey || e.metaKey) return;
  if (el instanceof HTMLInputElement || el instanceof HTMLTextAreaElement || el instanceof HTMLSelectElement) return;
  if (e.key === 'Enter' && (el instanceof HTMLButtonElement || el instanceof HTMLAnchorElement)) return;
  const meant = keyPressed(page.view, e.key);
  if (!meant) return;
  e.preventDefault();
  acts.press(meant.action, meant.number);
}

async function start() {
  await loadTexts();
  onLang(draw);
  document.addEventListener('keydown', keyDown);
  clock.every(draw);
  draw();
  loadHall();
  resume();
}

start();
