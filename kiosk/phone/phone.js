/**
 * Keeps the page behind the QR code fresh: each change of the ticket brings the page anew as the server writes it. Sound and
 * vibration only after the holder has allowed them.
 * @module
 */
import { connect } from '../../assets/js/live.js';

const RETRY_SECONDS = 10;

/** @returns {HTMLElement} */
function page() { return /** @type {HTMLElement} */ (document.getElementById('page')); }

/** @returns {string} */
function ticketID() { return location.pathname.split('/').pop() || ''; }

let alerts = false, silenced = -1;

/**
 * What a change asks for.
 * @param {{kind: string, calls: number}} before @param {{kind: string, calls: number}} after
 * @returns {'call'|'near'|''}
 */
export function alertOf(before, after) {
  if (after.kind === 'called' && (before.kind !== 'called' || after.calls > before.calls)) return 'call';
  return after.kind === 'near' && before.kind === 'far' ? 'near' : '';
}

/** @param {HTMLElement} el @returns {{kind: string, calls: number}} */
function stateOf(el) { return { kind: el.getAttribute('data-kind') || '', calls: Number(el.getAttribute('data-calls')) }; }

/** @param {'call'|'near'} what */
function alertHolder(what) {
  if (!alerts) return;
  const played = new Audio('/assets/sounds/chime.wav').play();
  if (played) played.catch(() => undefined); // the picture says the same
  if (navigator.vibrate) navigator.vibrate(what === 'call' ? [400, 200, 400] : 200);
}

async function refresh() {
  try {
    const answer = await fetch(location.pathname + location.search, { cache: 'no-store', credentials: 'same-origin' });
    const text = await answer.text();
    take(new DOMParser().parseFromString(text, 'text/html'));
    offline(false);
  } catch (e) {
    offline(true);
    setTimeout(refresh, RETRY_SECONDS * 1000);
  }
}

/** @param {Document} fresh */
function take(fresh) {
  const next = fresh.getElementById('page'), old = page();
  if (!next || !next.getAttribute('data-kind')) throw new Error('not the page of a ticket');
  if (old.innerHTML === next.innerHTML) return;
  const what = alertOf(stateOf(old), stateOf(next)), open = !!old.querySelector('details[open]');
  const focused = document.activeElement ? document.activeElement.id : '';
  old.replaceWith(document.importNode(next, true));
  document.title = fresh.title;
  if (open) keepOpen();
  dress();
  const again = focused && document.getElementById(focused);
  if (again) again.focus();
  if (what) alertHolder(what);
}

function keepOpen() {
  const details = page().querySelector('details');
  if (details) details.setAttribute('open', '');
}

/** @param {boolean} on */
function offline(on) {
  const old = document.getElementById('offline');
  page().classList.toggle('is-offline', on);
  if (!on && old) old.remove();
  if (!on || old) return;
  const line = document.createElement('p');
  line.id = 'offline';
  line.className = 'notice notice--warn offline-line';
  line.setAttribute('role', 'status');
  line.textContent = (page().getAttribute('data-offline') || '').replace('{n}', String(RETRY_SECONDS));
  page().insertBefore(line, page().firstChild);
}

/** Gives the page what only a script can: the key for sound, and the key that stops it. */
function dress() {
  const sound = document.getElementById('sound'), ok = document.getElementById('ok');
  if (sound) {
    sound.hidden = false;
    sound.setAttribute('aria-pressed', String(alerts));
    /** @type {HTMLElement} */ (sound.querySelector('span')).textContent = sound.getAttribute(alerts ? 'data-on' : 'data-off');
    sound.onclick = () => { alerts = !alerts; if (alerts) alertHolder('near'); dress(); };
  }
  const calls = stateOf(page()).calls;
  if (ok) {
    ok.hidden = silenced === calls;
    ok.onclick = () => { silenced = calls; ok.hidden = true; if (navigator.vibrate) navigator.vibrate(0); };
  }
}

function start() {
  dress();
  let first = true;
  connect({
    view: 'ticket', params: { id: ticketID() },
    onFrame: () => { if (!first) refresh(); first = false; },
    onState: s => { if (s.state === 'offline' || s.state === 'stale') offline(true); else if (s.state === 'live') { offline(false); refresh(); } },
    onStop: () => { refresh(); },
  });
}

if (typeof document !== 'undefined') start();
