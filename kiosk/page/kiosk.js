/**
 * The kiosk's page: joins the machine of flow.js to the server, the scanner, the voice and the screen.
 * @module
 */
import { html, render } from '../../assets/vendor/htm/preact/standalone.module.js';
import { detectLang, lang, loadTexts, name, setLang, t } from '../../assets/js/i18n.js';
import { announce, guard, setModes } from '../../assets/js/dom.js';
import { Problem, get, newKey, post } from '../../assets/js/http.js';
import { problemText } from '../../assets/js/problem.js';
import { createClock } from '../../assets/js/clock.js';
import { connect } from '../../assets/js/live.js';
import { DemoStrip } from '../../assets/js/demo.js';
import { asksToStay, fresh, initial, isOver, mayAskAgain, reduce, request, secondsLeft, sleeps, stopReason } from './flow.js';
import { Footer, Header, LowPanel, SheetView, StayView } from './frame.js';
import { Department, Home } from './home.js';
import { Service, SubHeader } from './service.js';
import { Already, Reader, Ticket } from './ticket.js';
import { Saver, Stop } from './stop.js';
import { ageOf, createWedge, readScan } from './scan.js';
import { createReader, hasVoice, hush, say } from './speech.js';
import { printSlip } from './print.js';
import { opens } from './tiles.js';

/** The page at its design size; the whole of it is scaled to the screen. */
const WIDTH = 1080, HEIGHT = 1920;
const PROBE_MS = 10000;

/** @typedef {import('./frame.js').World} World */

const query = new URLSearchParams(location.search);
const first = JSON.parse((document.getElementById('first') || { textContent: '{}' }).textContent || '{}');
const clock = createClock();
const startLang = query.get('lang') === 'en' ? 'en' : 'zh';
let state = initial(Date.now());
/** What the page knows of the world beside its visitor. */
const outer = { view: first.view || null, live: 'connecting', since: Date.now(), trouble: '', troubleAt: '', probedAt: 0, codes: first.codes || {} };
let focusNext = false;

/** @param {any} action */
function act(action) {
  const before = state.page + state.sheet;
  const own = /** @type {any} */ (OWN)[action.type];
  if (own) own(action);
  else state = reduce(state, action, Date.now());
  focusNext = focusNext || before !== state.page + state.sheet;
  paint();
}

/** Acts that reach beyond the machine. */
const OWN = {
  lang: (/** @type {any} */ a) => { state = reduce(state, { type: 'touch' }, Date.now()); setLang(a.lang, { store: false }); },
  reset: () => reset(),
  take: () => { take(); },
  noSlip: () => { state = reduce(state, { type: 'unprinted' }, Date.now()); report('unprinted'); },
  printAgain: () => { print(state.ticket); },
  explain: (/** @type {any} */ a) => explain(a),
  service: (/** @type {any} */ a) => { state = reduce(state, { type: 'service', id: a.id, cls: provedFor(a.id) }, Date.now()); },
};

function reset() {
  state = initial(Date.now());
  hush();
  setLang(startLang, { store: false });
}

/** @param {{id: string, today: string}} a a service that gives no numbers */
function explain(a) {
  const s = serviceOf(a.id);
  const when = s.opensAt ? ' ' + t('kiosk.nextOpen', { when: opens(s.opensAt, a.today) }) : '';
  const sheet = { title: name(s.name) + ' · ' + t('closed.' + s.closedReason), text: t('problem.service_closed.detail.' + s.closedReason) + when, suggest: true };
  state = reduce(state, { type: 'sheet', sheet }, Date.now());
}

/** The class that the card has shown, where the service knows it. @param {string} id @returns {string} */
function provedFor(id) {
  const s = serviceOf(id);
  return s && s.classes.indexOf(state.proved) >= 0 ? state.proved : '';
}

/** @param {string} id */
function serviceOf(id) { return outer.view.services.filter((/** @type {any} */ s) => s.id === id)[0]; }

/** One tap, one ticket: deaf for 800 ms and while a request is under way. */
const take = guard(async () => {
  if (state.busy) return;
  /** @type {any} */
  const body = { service: state.service, class: state.cls, lang: lang() };
  if (state.window) body.window = state.window;
  if (state.person) body.person = state.person;
  await ask(request(state, body, Date.now(), newKey));
});

/** @param {import('./flow.js').Pending} pending @param {boolean} [again] what was said about waiting stays until there is an answer */
async function ask(pending, again) {
  act({ type: 'taking', pending, again });
  setTimeout(paint, 320);
  try {
    taken(await post('/api/v1/tickets', pending.body, { key: pending.key, lang: lang() }));
  } catch (failure) {
    refused(failure);
  }
}

/** @param {any} ticket */
function taken(ticket) {
  act({ type: 'taken', ticket, how: 'new' });
  sound('taken');
  announce(t('kiosk.yourNumber') + ' ' + ticket.number);
  if (can().print) print(ticket);
  else if (state.modes.speak) say(t('kiosk.yourNumber') + ' ' + ticket.number, lang());
}

const EVERYBODY = ['journal_full', 'starting', 'clock_unconfirmed'];

/** @param {any} failure */
function refused(failure) {
  // Tapped faster than the machine may: the same request goes out again by itself, and nobody has to tap once more.
  if (failure instanceof Problem && failure.code === 'rate_limited') return act({ type: 'patience', sheet: { title: t('kiosk.patience.title'), text: t('kiosk.patience.text') } });
  sound('low');
  if (failure instanceof Problem && failure.code === 'unreachable') {
    outer.live = 'offline';
    outer.since = Math.min(outer.since, Date.now() - 6000);
    return act({ type: 'unanswered' });
  }
  if (failure instanceof Problem && EVERYBODY.indexOf(failure.code) >= 0) trouble(failure.code);
  const already = failure instanceof Problem && failure.code === 'already_waiting' ? failure.params.number || '*' : '';
  const words = problemText(failure);
  announce(words.title + ' ' + words.detail, { assertive: true });
  return act({ type: 'refused', already, sheet: { title: words.title, text: words.detail, suggest: failure instanceof Problem && failure.code === 'service_closed' } });
}

/** @param {string} code */
function trouble(code) {
  outer.trouble = code;
  outer.troubleAt = new Date(clock.now()).toISOString();
}

/** Asks whether commands are accepted again. What else is wrong with the hall, its accounts for instance, stops no kiosk. */
async function probe() {
  outer.probedAt = Date.now();
  try {
    const answer = await fetch('/healthz', { cache: 'no-store' });
    if (EVERYBODY.indexOf(answer.headers.get('X-Problem') || '') < 0) outer.trouble = '';
  } catch (e) {
    return; // the connection tells that by itself
  }
  paint();
}

/** @param {any} ticket */
async function print(ticket) {
  const came = await printSlip('/api/v1/tickets/' + ticket.id + '/slip.png');
  if (state.ticket !== ticket) return;
  if (came) report('printed');
  else act({ type: 'noSlip' });
}

/** @param {'printed'|'unprinted'} what tells the server; a lost report loses nothing of the ticket */
function report(what) {
  const ticket = state.ticket;
  if (ticket) post('/api/v1/tickets/' + ticket.id + '/' + what).catch(failure => { console.warn('the report on the slip was lost', failure); });
}

/** @param {string} text what a scanner typed */
async function scanned(text) {
  const scan = readScan(text);
  if (scan && scan.kind === 'idcard') return cardRead(scan);
  if (!scan) return act({ type: 'sheet', sheet: { title: t('kiosk.scanTitle'), text: t(state.page === 'card' ? 'kiosk.cardWrong' : 'kiosk.scanUnknown') } });
  try {
    await show(scan.id);
  } catch (failure) {
    const words = problemText(failure);
    sound('low');
    act({ type: 'sheet', sheet: { title: words.title, text: words.detail } });
  }
}

/** @param {string} id a ticket's code was scanned: a passed one comes back, any other shows where it stands */
async function show(id) {
  const path = '/api/v1/tickets/' + id;
  const ticket = await get(path);
  if (ticket.actions.indexOf('return') < 0) return act({ type: 'taken', ticket, how: 'seen' });
  const back = await post(path + '/return');
  sound('taken');
  announce(t('kiosk.returned', { number: back.number }));
  return act({ type: 'taken', ticket: back, how: 'back' });
}

/** @param {import('./flow.js').Person} person */
function cardRead(person) {
  const old = ageOf(person.value, clock.date()) >= 60;
  act({ type: 'person', person, proved: old && (state.page !== 'service' || serviceOf(state.service).classes.indexOf('elderly') >= 0) ? 'elderly' : '' });
  announce(t('kiosk.cardRead'));
}

/** @param {'taken'|'low'} which */
function sound(which) {
  const played = new Audio('/assets/sounds/' + which + '.wav').play();
  if (played) played.catch(() => undefined); // a browser without leave to sound: the screen says the same
}

/** What this machine can do; settings of the terminal come in the address. */
function can() { return { speak: hasVoice(lang()), card: query.get('card') !== '0', print: query.get('print') === '1' }; }

/** @returns {World} */
function world() {
  const now = Date.now();
  return { state, view: outer.view, clock, act, now, can: can(), codes: outer.codes, stop: stopReason(outer, now) };
}

/** @param {{world: World}} props */
function Screen(props) {
  const w = props.world, left = secondsLeft(w.state, w.now);
  const demo = w.view && w.view.hall.demo;
  if (w.stop) return html`<${DemoStrip} demo=${demo} /><${Header} world=${w} /><${Stop} world=${w} since=${stoppedAt()} />`;
  if (sleeps(w.state, w.now)) return html`<${DemoStrip} demo=${demo} /><${Saver} world=${w} />`;
  return html`<${DemoStrip} demo=${demo} />${top(w, left)}${page(w)}${w.state.page === 'ticket' || w.state.page === 'already' ? null : html`<${Footer} world=${w} />`}
    ${asksToStay(w.state, w.now, lang() !== startLang) ? html`<${StayView} world=${w} seconds=${left} />` : html`<${SheetView} world=${w} />`}`;
}

/** Since when nothing is given: as the server says, or as this page has learned it. @returns {string} */
function stoppedAt() { return outer.live === 'live' && outer.view && outer.view.blockedAt || outer.troubleAt || stamp(outer.since); }

/** A view that is not blocked takes back what a refusal has said. @param {import('../../assets/js/live.js').Frame<any>} frame */
function heard(frame) {
  clock.sync(frame.at);
  outer.view = frame.data;
  if (!frame.data.blocked) outer.trouble = outer.troubleAt = '';
  paint();
}

/** @param {number} ms @returns {string} in the hall's own offset, as frames write it */
function stamp(ms) { return outer.view ? shifted(ms, outer.view.hall.now) : ''; }

/** @param {number} ms @param {string} like an RFC 3339 time with the offset to use @returns {string} */
function shifted(ms, like) {
  const m = /([+-])(\d\d):(\d\d)$/.exec(like);
  const minutes = m ? (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) : 0;
  const skew = clock.now() - Date.now();
  return new Date(ms + skew + minutes * 60000).toISOString().slice(0, 19) + (m ? m[0] : 'Z');
}

/** @param {World} w @param {number} left */
function top(w, left) {
  if (w.state.modes.low) return html`<${LowPanel} world=${w} />${subTitle(w) && html`<${SubHeader} world=${w} title=${subTitle(w)} seconds=${left} />`}`;
  return subTitle(w) ? html`<${SubHeader} world=${w} title=${subTitle(w)} seconds=${left} />` : html`<${Header} world=${w} />`;
}

/** @param {World} w @returns {any} the name of a page below the start, null for others */
function subTitle(w) {
  const find = (/** @type {any[]} */ list, /** @type {string} */ id) => (list.filter(x => x.id === id)[0] || {}).name;
  if (w.state.page === 'service') return find(w.view.services, w.state.service);
  if (w.state.page === 'department') return find(w.view.departments, w.state.department);
  if (w.state.page === 'scan') return { zh: t('kiosk.missed') };
  return w.state.page === 'card' ? { zh: t('kiosk.card') } : null;
}

/** @param {World} w */
function page(w) {
  switch (w.state.page) {
    case 'department': return html`<${Department} world=${w} />`;
    case 'service': return html`<${Service} world=${w} />`;
    case 'ticket': return html`<${Ticket} world=${w} />`;
    case 'already': return html`<${Already} world=${w} />`;
    case 'scan': case 'card': return html`<${Reader} world=${w} id=${w.state.page} />`;
    default: return html`<${Home} world=${w} />`;
  }
}

function paint() {
  const m = state.modes;
  setModes({ mode: m.contrast ? 'contrast' : 'light', large: m.large, low: m.low });
  const root = document.getElementById('app');
  if (!root) return;
  root.classList.toggle('screen--english', lang() === 'en');
  render(html`<${Screen} world=${world()} />`, root);
  tighten(root);
  if (focusNext) settle(root);
}

/** Long words and many classes need more room than there is: step by step the page gives way, never the key. @param {HTMLElement} root */
function tighten(root) {
  const main = root.querySelector('.page--service');
  ['tight-1', 'tight-2'].forEach(c => root.classList.remove(c));
  ['tight-1', 'tight-2'].forEach(c => { if (main && main.scrollHeight > main.clientHeight + 1) root.classList.add(c); });
}

/** A new page is read from its title, a new sheet from its key. @param {HTMLElement} root */
function settle(root) {
  focusNext = false;
  const target = /** @type {HTMLElement|null} */ (root.querySelector('.over [data-first]') || root.querySelector('h1[tabindex]'));
  if (target) target.focus();
  if (state.modes.speak && target) say(target.textContent || '', lang());
}

/** Fits the page into whatever screen there is. */
function fit() {
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  const scale = Math.min(window.innerWidth / WIDTH, window.innerHeight / HEIGHT);
  root.style.transform = scale === 1 ? '' : 'translateX(' + Math.max(0, (window.innerWidth - WIDTH * scale) / 2) + 'px) scale(' + scale + ')';
}

/** Each second: whose turn at the machine is over, what is to be asked again. */
function tick() {
  const now = Date.now();
  if (outer.trouble && now - outer.probedAt > PROBE_MS) probe();
  if (isOver(state, now) && !fresh(state)) act({ type: 'reset' });
  else if (isOver(state, now) && lang() !== startLang) setLang(startLang, { store: false });
  if (state.pending && !state.busy && !mayAskAgain(state, now)) state = Object.assign({}, state, { pending: null });
  else if (outer.live === 'live' && mayAskAgain(state, now) && state.pending) ask(state.pending, true);
  paint();
}

/** Reading aloud: the first touch of a key reads it, the second acts. @param {MouseEvent} e */
const reader = createReader();
function listenFirst(/** @type {MouseEvent} */ e) {
  const key = e.target instanceof Element ? e.target.closest('button') : null;
  if (!state.modes.speak || !key || key.closest('.modes')) return;
  if (reader.touch(key) === 'act') return;
  e.preventDefault();
  e.stopPropagation();
  state = reduce(state, { type: 'touch' }, Date.now());
  say(key.textContent || '', lang());
}

const wedge = createWedge(text => { scanned(text); });

/** @param {KeyboardEvent} e */
function key(e) {
  if (wedge(e.key, e.timeStamp)) { e.preventDefault(); return; }
  if (e.key === 'Tab') keepInside(e);
  if (e.key === 'Escape') act(state.sheet ? { type: 'closeSheet' } : { type: 'back' });
}

/** While a card stands above the page, the keyboard stays in it. @param {KeyboardEvent} e */
function keepInside(e) {
  const keys = document.querySelectorAll('.over button'), last = keys.length - 1;
  if (last < 0) return;
  const at = Array.from(keys).indexOf(/** @type {Element} */ (document.activeElement));
  const next = at < 0 ? 0 : (at + (e.shiftKey ? -1 : 1) + keys.length) % keys.length;
  e.preventDefault();
  /** @type {HTMLElement} */ (keys[next]).focus();
}

function listen() {
  connect({
    view: 'kiosk',
    onFrame: heard,
    onState: s => { outer.live = s.state; outer.since = s.since; paint(); },
    onBuild: () => { reloadWhenFree(); },
    onStop: () => location.reload(), // this machine is no kiosk any more: what comes is the page that pairs it
  });
  window.addEventListener('resize', fit);
  document.addEventListener('click', listenFirst, true);
  document.addEventListener('keydown', key, true);
  document.addEventListener('contextmenu', e => e.preventDefault());
  document.addEventListener('pointerdown', () => { if (!sleeps(state, Date.now())) state = reduce(state, { type: 'touch' }, Date.now()); });
}

/** A new program: the page comes anew when nobody stands before it. */
function reloadWhenFree() {
  const look = setInterval(() => { if (fresh(state) && isOver(state, Date.now())) { clearInterval(look); location.reload(); } }, 5000);
}

async function start() {
  await loadTexts({ lang: query.has('lang') ? detectLang() : 'zh' });
  if (outer.view) clock.sync(outer.view.hall.now);
  fit();
  paint();
  listen();
  clock.every(tick);
}

start();
