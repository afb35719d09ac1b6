/**
 * The words of every page, in Chinese and English. One language leads, the other follows as a second line.
 * @module
 */

/** @typedef {'zh'|'en'} Lang */
/** @typedef {Object<string, string|number>} Params */
/** @typedef {{zh?: string, en?: string}} Name */
/** @typedef {Object<string, string>} Texts */

const STORED = 'jiaohao.lang';

/** @type {{lang: Lang, texts: {zh: Texts, en: Texts}, watchers: Set<(lang: Lang) => void>, missing: (key: string, lang: Lang) => void}} */
const state = { lang: 'zh', texts: { zh: {}, en: {} }, watchers: new Set(), missing: warnMissing };

/** @param {string} key @param {Lang} lang */
function warnMissing(key, lang) { console.error('no text for ' + key + ' in ' + lang); }

/** @param {string|null|undefined} value @returns {Lang|undefined} */
function asLang(value) {
  const head = String(value || '').slice(0, 2).toLowerCase();
  return head === 'zh' || head === 'en' ? head : undefined;
}

/** @returns {string|null} */
function stored() {
  try { return localStorage.getItem(STORED); } catch (e) { return null; } // storage may be forbidden on a locked-down terminal
}

/**
 * The language a page starts in: ?lang first, then what the server wrote in <html lang>, then what was chosen here before, then Chinese.
 * @param {{search?: string, html?: string, stored?: string|null}} [from] for tests; read from the page by default
 * @returns {Lang}
 */
export function detectLang(from) {
  const f = from || { search: location.search, html: document.documentElement.lang, stored: stored() };
  return asLang(new URLSearchParams(f.search || '').get('lang')) || asLang(f.html) || asLang(f.stored) || 'zh';
}

/**
 * Loads both languages and starts in the detected one. Await it before the first render.
 * @param {{lang?: Lang, base?: string, fetch?: (url: string) => Promise<Response>}} [options]
 * @returns {Promise<Lang>}
 */
export async function loadTexts(options) {
  const o = options || {};
  const base = o.base || '/assets/messages/';
  const get = o.fetch || (url => fetch(url));
  const [zh, en] = await Promise.all(['zh', 'en'].map(lang => fetchTexts(get, base + lang + '.json')));
  useTexts({ zh, en }, o.lang || detectLang());
  return state.lang;
}

/** @param {(url: string) => Promise<Response>} get @param {string} url @returns {Promise<Texts>} */
async function fetchTexts(get, url) {
  const answer = await get(url);
  if (!answer.ok) throw new Error(url + ': ' + answer.status);
  return answer.json();
}

/**
 * Sets the texts by hand: for pages that carry them and for tests.
 * @param {{zh: Texts, en: Texts}} texts
 * @param {Lang} lang
 */
export function useTexts(texts, lang) {
  state.texts = texts;
  setLang(lang, { store: false });
}

/** The language that leads now. @returns {Lang} */
export function lang() { return state.lang; }

/** The language of the second line. @returns {Lang} */
export function otherLang() { return state.lang === 'zh' ? 'en' : 'zh'; }

/**
 * Makes a language lead, marks <html lang>, remembers it unless told not to (a kiosk forgets at the idle reset), and tells the watchers.
 * @param {Lang} next
 * @param {{store?: boolean}} [options]
 */
export function setLang(next, options) {
  state.lang = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
  if (!options || options.store !== false) store(next);
  state.watchers.forEach(tell => tell(next));
}

/** @param {Lang} next */
function store(next) {
  try { localStorage.setItem(STORED, next); } catch (e) { return; } // the choice then lasts as long as the page
}

/**
 * Calls back whenever the language changes.
 * @param {(lang: Lang) => void} tell
 * @returns {() => void} stops it
 */
export function onLang(tell) {
  state.watchers.add(tell);
  return () => { state.watchers.delete(tell); };
}

/**
 * Takes the reports of missing keys; the default writes to the console.
 * @param {(key: string, lang: Lang) => void} report
 */
export function onMissing(report) { state.missing = report; }

/**
 * The text of a key in the leading language. `{name}` is replaced by params.name. If params.n is 1 and `key.one` exists, that is used.
 * A missing key is reported and comes back as itself.
 * @param {string} key
 * @param {Params} [params]
 * @returns {string}
 */
export function t(key, params) { return textIn(state.lang, key, params); }

/**
 * The same text in the other language: the second line.
 * @param {string} key
 * @param {Params} [params]
 * @returns {string}
 */
export function t2(key, params) { return textIn(otherLang(), key, params); }

/**
 * The text of a key in a given language.
 * @param {Lang} language
 * @param {string} key
 * @param {Params} [params]
 * @returns {string}
 */
export function textIn(language, key, params) {
  const texts = state.texts[language];
  const one = params && Number(params.n) === 1 ? texts[key + '.one'] : undefined;
  const text = one === undefined ? texts[key] : one;
  if (text !== undefined) return fill(text, params);
  state.missing(key, language);
  return key;
}

/** Whether a key has a text in the leading language. @param {string} key @returns {boolean} */
export function hasText(key) { return state.texts[state.lang][key] !== undefined; }

/** @param {string} text @param {Params} [params] @returns {string} */
function fill(text, params) {
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => params[name] === undefined ? whole : String(params[name]));
}

/**
 * A name in the leading language, or in the other one if it has none.
 * @param {Name|undefined} given
 * @returns {string}
 */
export function name(given) { return given ? given[state.lang] || given[otherLang()] || '' : ''; }

/**
 * A name for the second line; empty when it would repeat the first.
 * @param {Name|undefined} given
 * @returns {string}
 */
export function name2(given) {
  const second = given ? given[otherLang()] || '' : '';
  return second === name(given) ? '' : second;
}
