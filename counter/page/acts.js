/**
 * What a press means: a command, a sheet, or the sentence why not. Knows no document, so that it can be tried alone.
 * @module
 */
import { t } from '../../assets/js/i18n.js';
import { allowed, fullText, nextState, refusalText, unparkRefusal } from './model.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./types.js').Page} Page */

/**
 * @typedef {Object} Acts
 * @property {(action: string, number?: string) => void} press
 * @property {(action: string, body?: any, number?: string) => Promise<void>} sheetSend sends, and closes the sheet when it was accepted
 * @property {(reason: string, minutes?: number) => void} pause
 * @property {(sheet: any) => void} open
 * @property {() => void} close
 * @property {() => void} lang
 * @property {() => void} toggleKeys
 * @property {(staff: string, password: string) => Promise<boolean>} signIn
 * @property {() => void} signOut
 * @property {(window: string) => void} openWindow
 */

/**
 * @typedef {Object} Hands
 * @property {Page} page
 * @property {(action: string, body?: any, number?: string) => Promise<any>} send null when nothing came of it
 * @property {() => void} draw
 * @property {(text: string) => void} refuse
 * @property {() => number} now ms
 * @property {() => boolean} off
 * @property {(staff: string, password: string) => Promise<boolean>} signIn
 * @property {() => void} signOut
 * @property {(window: string) => void} openWindow
 * @property {() => void} lang
 * @property {() => void} toggleKeys
 */

/** @type {Object<string, string>} actions that open a sheet first */
const SHEET = { finish: 'finish', park: 'park', transfer: 'transfer', leg: 'leg', call: 'choose', pause: 'pause' };

/**
 * @param {Hands} hands
 * @returns {Acts}
 */
export function createActs(hands) {
  const open = (/** @type {any} */ sheet) => { hands.page.sheet = sheet; hands.page.refusal = null; hands.draw(); };
  const close = () => open(null);
  /** @type {Acts['sheetSend']} */
  const sheetSend = async (action, body, number) => {
    const no = blocked(hands);
    if (no) hands.refuse(no);
    else if (await hands.send(action, body, number)) close();
  };
  return {
    open, close, sheetSend,
    press: (action, number) => press(hands, open, action, number),
    pause: (reason, minutes) => { sheetSend('pause', minutes ? { reason, minutes } : { reason }); },
    lang: hands.lang, toggleKeys: hands.toggleKeys, signIn: hands.signIn, signOut: hands.signOut, openWindow: hands.openWindow,
  };
}

/** Why nothing can be sent at all, '' when it can. @param {Hands} hands @returns {string} */
function blocked(hands) {
  if (hands.off()) return t('counter.off.byHand');
  return hands.page.view ? fullText(hands.page.view) : '';
}

/** @param {Hands} hands @param {(sheet: any) => void} open @param {string} action @param {string} [number] */
function press(hands, open, action, number) {
  const view = hands.page.view;
  if (!view) return;
  const no = blocked(hands);
  if (no) return hands.refuse(no);
  if (SPECIAL[action]) return SPECIAL[action](hands, view, open, number);
  if (!allowed(view, action, hands.now())) return hands.refuse(refusalText(view, action, hands.now()) || t('counter.no.any'));
  if (SHEET[action]) return open({ kind: SHEET[action] });
  fromMore(hands, open);
  hands.send(action);
}

/** An act out of the sheet of everything closes it: what came of it is seen on the page. @param {Hands} hands @param {(sheet: any) => void} open */
function fromMore(hands, open) { if (hands.page.sheet) open(null); }

/** @type {Object<string, (hands: Hands, view: View, open: (sheet: any) => void, number: string|undefined) => void>} */
const SPECIAL = {
  next(hands, view, open) {
    const s = nextState(view, hands.now());
    if (!s.allowed) return hands.refuse(s.title === t('act.nextTicket') ? s.detail : s.title + ' · ' + s.detail);
    if (s.doubtful) return open({ kind: 'long' });
    hands.send('next', s.body);
  },
  unpark(hands, view, _open, number) {
    const no = unparkRefusal(view, number);
    if (no) return hands.refuse(no);
    hands.send('unpark', { ticket: number });
  },
  callPassed(hands, view, _open, number) {
    const ticket = view.passed.filter(p => p.number === number)[0];
    if (!ticket || ticket.actions.indexOf('call') < 0) return hands.refuse(t(view.current ? 'counter.no.unpark.window_busy' : 'counter.no.callPassed'));
    hands.send('call', { ticket: number });
  },
  reopen(hands, view, open) {
    if (!view.last) return hands.refuse(t('counter.no.any'));
    if (view.current) return hands.refuse(t('counter.no.unpark.window_busy'));
    fromMore(hands, open);
    hands.send('reopen', { ticket: view.last.number });
  },
  close(hands, view, open) {
    const no = view.refusals.close;
    const asks = !!no && no.params.confirm === true;
    if (no && !asks) return hands.refuse(refusalText(view, 'close', hands.now()));
    if (asks || view.parked.length > 0) return open({ kind: 'close', last: asks && no ? { service: no.params.service, waiting: no.params.waiting } : null });
    hands.send('close');
  },
};
