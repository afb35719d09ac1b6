/**
 * Reads aloud with the browser's own voice: what is touched is read first, a second touch acts.
 * @module
 */

/** @returns {any} */
function synthesis() { return typeof window === 'undefined' ? undefined : /** @type {any} */ (window).speechSynthesis; }

/** Whether a voice of the language is on this machine. Voices come late: ask again. @param {'zh'|'en'} lang @returns {boolean} */
export function hasVoice(lang) {
  const s = synthesis();
  return !!s && s.getVoices().some((/** @type {any} */ v) => v.lang.toLowerCase().indexOf(lang) === 0);
}

/** @param {string} text @param {'zh'|'en'} lang */
export function say(text, lang) {
  const s = synthesis();
  if (!s || !text) return;
  s.cancel();
  const words = new SpeechSynthesisUtterance(text);
  words.lang = lang === 'zh' ? 'zh-CN' : 'en-GB';
  s.speak(words);
}

/** Says no more. */
export function hush() {
  const s = synthesis();
  if (s) s.cancel();
}

/**
 * Decides what a touch does while reading is on.
 * @returns {{touch: (target: any) => 'read'|'act', reset: () => void}}
 */
export function createReader() {
  /** @type {any} */
  let armed = null;
  return {
    touch: target => {
      if (target && target === armed) { armed = null; return 'act'; }
      armed = target;
      return 'read';
    },
    reset: () => { armed = null; },
  };
}
