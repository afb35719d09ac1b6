/**
 * Hears a scanner or card reader that types like a keyboard: many characters in no time, then Enter. What a person types by
 * hand is slower and is not heard, so nobody can try numbers.
 * @module
 */

/** Between two characters of a scanner lie at most so many ms. */
export const GAP_MS = 60;
const LEAST = 8;

/**
 * What a scanned text is.
 * @param {string} text
 * @returns {{kind: 'ticket', id: string}|{kind: 'idcard', value: string}|null}
 */
export function readScan(text) {
  const code = text.trim();
  const ticket = /^JH1:([a-z0-9-]{8,32})$/.exec(code) || /^https?:\/\/[^\s/]+\/t\/([a-z0-9-]{8,32})(?:[?#].*)?$/.exec(code);
  if (ticket) return { kind: 'ticket', id: ticket[1] };
  if (/^\d{17}[\dXx]$/.test(code)) return { kind: 'idcard', value: code.toUpperCase() };
  return null;
}

/**
 * Collects keys to texts.
 * @param {(text: string) => void} tell
 * @returns {(key: string, at: number) => boolean} takes a key and its time in ms; true when it belongs to a scan and must do nothing else
 */
export function createWedge(tell) {
  let text = '', last = -Infinity;
  return (key, at) => {
    const quick = at - last <= GAP_MS;
    last = at;
    if (key === 'Enter') {
      const whole = quick ? text : '';
      text = '';
      if (whole.length < LEAST) return false;
      tell(whole);
      return true;
    }
    if (key.length !== 1) return false;
    text = (quick ? text : '') + key;
    return text.length > 2;
  };
}

/** The year, month and day in a card's number make an age. @param {string} value @param {string} today 2026-11-23 @returns {number} whole years */
export function ageOf(value, today) {
  return Math.floor((Number(today.replace(/-/g, '')) - Number(value.slice(6, 14))) / 10000);
}
