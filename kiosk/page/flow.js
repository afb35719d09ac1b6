/**
 * What the kiosk shows next: a pure machine of pages, modes and time. It knows no element and asks no server.
 * @module
 */

/** @typedef {'home'|'department'|'service'|'ticket'|'already'|'scan'|'card'} PageName */
/** @typedef {{large: boolean, low: boolean, contrast: boolean, speak: boolean}} Modes */
/** @typedef {{kind: 'idcard', value: string}} Person */
/** @typedef {{key: string, body: any, at: number}} Pending */
/** @typedef {{title: string, text: string, suggest?: boolean, materials?: boolean}} Sheet */

/**
 * @typedef {Object} State
 * @property {PageName} page
 * @property {string} department
 * @property {string} service
 * @property {string} cls class chosen
 * @property {string} window chosen, '' = the fastest
 * @property {number} pageNo of a list of tiles, from 0
 * @property {Person|null} person whose card was read, forgotten at the reset
 * @property {string} proved class that the card shows to be true, '' for none
 * @property {any} ticket as the server gave it
 * @property {''|'new'|'back'|'seen'} how why the ticket is shown
 * @property {string} already number of the ticket the person has
 * @property {boolean} unprinted said that no slip came out
 * @property {Sheet|null} sheet
 * @property {boolean} busy a ticket is asked for
 * @property {number} busySince ms
 * @property {Pending|null} pending the request whose answer is not known
 * @property {Modes} modes
 * @property {number} touched ms: the last touch
 * @property {number} entered ms: when the page came
 */

/** After so long without a touch the kiosk is the next visitor's, in ms. */
export const IDLE_MS = 45000;
/** Before that, the question whether somebody is still there stands so long. */
export const WARN_MS = 10000;
/** The screen-saver comes after. */
export const SAVER_MS = 180000;
/** A ticket stands so long. */
export const TICKET_MS = 20000;
/** The reader waits so long for a card. */
export const CARD_MS = 60000;
/** Without a connection for so long the kiosk says so. */
export const OFFLINE_MS = 5000;
/** An unanswered request is asked again for so long; after that its visitor has gone. */
export const PENDING_MS = 60000;
/** A request that takes longer than this says that it is under way. */
export const SLOW_MS = 300;

/** @param {number} now ms @returns {State} */
export function initial(now) {
  return {
    page: 'home', department: '', service: '', cls: 'ordinary', window: '', pageNo: 0, person: null, proved: '', ticket: null, how: '', already: '',
    unprinted: false, sheet: null, busy: false, busySince: 0, pending: null,
    modes: { large: false, low: false, contrast: false, speak: false }, touched: now, entered: now,
  };
}

/** @typedef {{type: string, [more: string]: any}} Action */

/** @type {Object<string, (s: State, a: any, now: number) => Partial<State>>} */
const STEPS = {
  touch: () => ({}),
  home: () => ({ page: 'home', department: '', service: '', pageNo: 0, ticket: null, how: '', sheet: null }),
  department: (_, a) => ({ page: 'department', department: a.id, pageNo: 0 }),
  service: (_, a) => ({ page: 'service', service: a.id, cls: a.cls || 'ordinary', window: '' }),
  back: s => back(s),
  cls: (_, a) => ({ cls: a.id }),
  window: (_, a) => ({ window: a.id }),
  page: (_, a) => ({ pageNo: a.n }),
  mode: (s, a) => ({ modes: Object.assign({}, s.modes, { [a.name]: !s.modes[/** @type {keyof Modes} */ (a.name)] }), pageNo: 0 }),
  sheet: (_, a) => ({ sheet: a.sheet }),
  closeSheet: () => ({ sheet: null }),
  scan: () => ({ page: 'scan' }),
  card: () => ({ page: 'card' }),
  person: (s, a) => ({ person: a.person, proved: a.proved || '', cls: a.proved || s.cls, page: s.page === 'card' ? 'home' : s.page }),
  taking: (s, a, now) => ({ busy: true, busySince: now, pending: a.pending, sheet: a.again ? s.sheet : null }),
  taken: (_, a) => ({ busy: false, pending: null, page: 'ticket', ticket: a.ticket, how: a.how, unprinted: false, sheet: null }),
  refused: (s, a) => ({ busy: false, pending: null, page: a.already ? 'already' : s.page, already: a.already || '', sheet: a.already ? null : a.sheet }),
  unanswered: () => ({ busy: false }),
  patience: (_, a) => ({ busy: false, sheet: a.sheet }),
  forget: () => ({ pending: null }),
  unprinted: () => ({ unprinted: true }),
};

/**
 * The next state. Every act is a touch; a page that comes starts its own time.
 * @param {State} s @param {Action} action @param {number} now ms
 * @returns {State}
 */
export function reduce(s, action, now) {
  const step = STEPS[action.type];
  if (!step) throw new Error('no step ' + action.type);
  const next = Object.assign({}, s, { touched: now }, step(s, action, now));
  if (next.page !== s.page) next.entered = now;
  return next;
}

/** @param {State} s @returns {Partial<State>} */
function back(s) {
  if (s.page === 'service' && s.department) return { page: 'department', service: '', sheet: null };
  return STEPS.home(s, {}, 0);
}

/** Whether this is what a visitor who has just come finds. @param {State} s @returns {boolean} */
export function fresh(s) {
  const m = s.modes;
  return s.page === 'home' && !s.sheet && !s.person && !s.pageNo && !m.large && !m.low && !m.contrast && !m.speak;
}

/** How long the page may stand untouched, in ms. @param {State} s @returns {number} */
export function limit(s) { return s.page === 'ticket' ? TICKET_MS : s.page === 'card' ? CARD_MS : IDLE_MS; }

/** Whole seconds until the page goes back to the start. @param {State} s @param {number} now @returns {number} */
export function secondsLeft(s, now) { return Math.max(0, Math.ceil((s.touched + limit(s) - now) / 1000)); }

/** Whether to ask if somebody is still there. @param {State} s @param {number} now @param {boolean} [changed] something else than the page differs from the start @returns {boolean} */
export function asksToStay(s, now, changed) {
  return s.page !== 'ticket' && (changed || !fresh(s)) && !s.busy && now >= s.touched + limit(s) - WARN_MS;
}

/** Whether the visit is over. @param {State} s @param {number} now @returns {boolean} */
export function isOver(s, now) { return !s.busy && now >= s.touched + limit(s); }

/** Whether the screen-saver stands. @param {State} s @param {number} now @returns {boolean} */
export function sleeps(s, now) { return fresh(s) && now >= s.touched + SAVER_MS; }

/**
 * The request for a ticket: the same key as long as the same thing is asked and no answer is known.
 * @param {State} s @param {any} body @param {number} now @param {() => string} newKey
 * @returns {Pending}
 */
export function request(s, body, now, newKey) {
  const same = s.pending && JSON.stringify(s.pending.body) === JSON.stringify(body);
  return same && s.pending ? s.pending : { key: newKey(), body, at: now };
}

/** Whether an unanswered request is still worth asking again. @param {State} s @param {number} now @returns {boolean} */
export function mayAskAgain(s, now) { return !!s.pending && !s.busy && now - s.pending.at < PENDING_MS; }

/**
 * Why the kiosk gives no numbers at all, '' when it does.
 * @param {{view: any, live: string, since: number, trouble: string}} world trouble: code of a refusal that concerns everybody
 * @param {number} now
 * @returns {''|'offline'|'full'|'clock'|'starting'|'day'}
 */
export function stopReason(world, now) {
  if (world.live !== 'live' && now - world.since > OFFLINE_MS) return 'offline';
  if (world.trouble === 'journal_full' || world.view && world.view.blocked === 'journal_full') return 'full';
  if (world.trouble === 'starting') return 'starting';
  if (!world.view) return 'starting';
  if (world.view.blocked === 'clock_unconfirmed' || world.trouble === 'clock_unconfirmed') return 'clock';
  return noDay(world.view) ? 'day' : '';
}

/** @param {any} view @returns {boolean} */
function noDay(view) {
  return view.services.length > 0 && view.services.every((/** @type {any} */ s) => s.closedReason === 'day_not_open' || s.closedReason === 'paused')
    && view.services.some((/** @type {any} */ s) => s.closedReason === 'day_not_open');
}
