/**
 * The page of a machine without a key: shows a code, then a number to compare, then goes on to the page of what it has become.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { detectLang, lang, loadTexts, otherLang, t, t2 } from '../../assets/js/i18n.js';
import { announce, mount } from '../../assets/js/dom.js';
import { post } from '../../assets/js/http.js';
import { clockTime } from '../../assets/js/format.js';
import { Icon } from '../../assets/js/icon.js';
import { Seal } from '../../assets/js/parts.js';
import { answered, begun, failed, onward, opening } from './pairmodel.js';

/** @typedef {import('./pairmodel.js').State} State */

const KEPT = 'jiaohao.pairing';
/** The server may be slow; this page has time. */
const PATIENCE = { timeoutMs: 8000, deadlineMs: 8000, key: '' };

/** @type {State} */
let state = opening(read());
let said = '';

/** @returns {string|null} */
function read() {
  try { return sessionStorage.getItem(KEPT); } catch (e) { return null; } // storage may be forbidden on a locked-down terminal
}

/** @param {import('./pairmodel.js').Pairing|null} pairing */
function keep(pairing) {
  try { sessionStorage.setItem(KEPT, pairing ? JSON.stringify(pairing) : ''); } catch (e) { return; } // a reload then shows another code
}

/** Asks once, shows what came of it, and again after a while. */
async function ask() {
  try {
    if (state.phase === 'begin' || !state.pairing) {
      state = begun(state, await post('/api/v1/pairing', undefined, PATIENCE));
      keep(state.pairing);
    } else {
      state = answered(state, await post('/api/v1/pairing/poll', { deviceCode: state.pairing.deviceCode }, PATIENCE));
    }
  } catch (failure) {
    state = failed(state, /** @type {any} */ (failure));
    if (state.phase === 'begin') keep(null);
  }
  paint();
  if (state.phase === 'paired') leave();
  else setTimeout(ask, state.waitSeconds * 1000);
}

function leave() {
  keep(null);
  const way = onward(state.page, location.pathname);
  if (way === 'reload') location.reload();
  else if (way === 'go') location.replace(state.page);
}

function paint() {
  mount(html`<${Page} state=${state} />`);
  const words = spoken();
  if (words !== said) announce(words);
  said = words;
}

/** What a screen reader is told when it changes. @returns {string} */
function spoken() {
  if (state.phase === 'checking') return t('pairing.check') + ' ' + state.check.split('').join(' ');
  if (state.phase === 'paired') return t('pairing.done');
  return state.pairing ? t('pairing.code') + ' ' + letters(state.pairing.userCode) : '';
}

/** A code letter by letter, or it is read as a word. @param {string} code @returns {string} */
function letters(code) { return code.replace('-', '').split('').join(' '); }

/** A sentence in both languages. @param {{name: string, params?: any}} props */
function Two(props) {
  return html`<span>${t(props.name, props.params)}<span class="second" lang=${otherLang()}>${t2(props.name, props.params)}</span></span>`;
}

/** @param {{state: State}} props */
function Page(props) {
  const s = props.state;
  return html`<main class="pairing"><p class="pairing__hall"><${Seal} size="5vmin" /><span>jiaohao 叫号</span></p>
    ${s.phase === 'paired' ? done(s) : s.phase === 'checking' ? checking(s) : pending(s)}
    ${s.trouble === 'offline' && html`<p class="pairing__note" role="status"><${Icon} name="unplug" /><${Two} name="pairing.offline" /></p>`}
    ${s.trouble === 'busy' && html`<p class="pairing__note" role="status"><${Icon} name="hourglass" /><${Two} name="pairing.busy" /></p>`}</main>`;
}

/** @param {State} s */
function pending(s) {
  const address = location.origin + '/supervisor';
  return html`<h1><${Two} name="pairing.title" /></h1>
    <p class="pairing__code num" aria-label=${s.pairing ? letters(s.pairing.userCode) : ''} role="img">${signs(s.pairing ? s.pairing.userCode : '····-····')}</p>
    <p class="pairing__until">${s.pairing && t('pairing.until', { time: clockTime(s.pairing.expiresAt) }) + ' · ' + t2('pairing.until', { time: clockTime(s.pairing.expiresAt) })}</p>
    <ol class="pairing__steps">
      <li><span class="pairing__number" aria-hidden="true">1</span><span>${t('pairing.step1')} <b>${address}</b><span class="second" lang=${otherLang()}>${t2('pairing.step1')} ${address}</span></span></li>
      <li><span class="pairing__number" aria-hidden="true">2</span><${Two} name="pairing.step2" /></li>
      <li><span class="pairing__number" aria-hidden="true">3</span><${Two} name="pairing.step3" /></li></ol>`;
}

/** Each letter in a box of its own, so that they stand apart. @param {string} code */
function signs(code) {
  return code.split('').map((c, i) => html`<span key=${i} class=${c === '-' ? 'pairing__dash' : ''}>${c}</span>`);
}

/** @param {State} s */
function checking(s) {
  return html`<h1><${Two} name="pairing.check" /></h1>
    <p class="pairing__code pairing__check num">${s.check}</p>
    <p class="pairing__lead"><${Two} name="pairing.compare" /></p>
    <p class="pairing__scope">${scopeText(s)}</p>`;
}

/** @param {State} s @returns {string} */
function scopeText(s) {
  const i = s.terminal;
  return i ? t('terminal.role.' + i.role) + ' · ' + i.name + (i.place ? ' · ' + i.place : '') : '';
}

/** @param {State} s */
function done(s) {
  return html`<div class="pairing__done"><${Icon} name="circle-check" class="icon--thin" /><h1><${Two} name="pairing.done" /></h1><p class="pairing__scope">${scopeText(s)}</p></div>`;
}

async function start() {
  await loadTexts({ lang: detectLang() });
  document.title = t('pairing.title') + ' · ' + lang();
  paint();
  ask();
}

start();
