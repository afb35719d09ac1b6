/**
 * The board's own words, in both languages, beside the common ones of the assets.
 * @module
 */
import { lang, otherLang } from '../../assets/js/i18n.js';

/** @typedef {Object<string, string>} Table */
/** @type {{zh: Table, en: Table}} */
let tables = { zh: {}, en: {} };

/**
 * Sets the words by hand: tests do.
 * @param {{zh: Table, en: Table}} words
 */
export function useWords(words) { tables = words; }

/**
 * Loads them. Await it before the first render.
 * @returns {Promise<void>}
 */
export async function loadWords() {
  const answer = await fetch('words.json');
  if (!answer.ok) throw new Error('words.json: ' + answer.status);
  useWords(await answer.json());
}

/**
 * A word in the leading language.
 * @param {string} key
 * @param {Object<string, string|number>} [params]
 * @returns {string}
 */
export function word(key, params) { return find(lang(), key, params); }

/**
 * The same in the other language, for the second line.
 * @param {string} key
 * @param {Object<string, string|number>} [params]
 * @returns {string}
 */
export function word2(key, params) { return find(otherLang(), key, params); }

/** @param {'zh'|'en'} language @param {string} key @param {Object<string, string|number>} [params] @returns {string} */
function find(language, key, params) {
  const text = tables[language][key];
  if (text === undefined) throw new Error('no word ' + key + ' in ' + language);
  return text.replace(/\{(\w+)\}/g, (whole, name) => params && params[name] !== undefined ? String(params[name]) : whole);
}
