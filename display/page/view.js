/**
 * What stands in the rows, cells and blocks of a board, from its data alone: no element, no clock of its own.
 * @module
 */

/** @typedef {import('./types.js').Board} Board */
/** @typedef {import('./types.js').Call} Call */
/** @typedef {import('./types.js').Window} Window */
/** @typedef {import('./types.js').Queue} Queue */
/** @typedef {'called'|'serving'|'free'|'paused'|'closed'} CellState */
/** @typedef {{queue: Queue, windows: Window[], plates: string[]}} Block */

/** Calls under the latest one. */
export const RECENT = 5;
/** Windows in a row, and the most a board shows at once. */
export const PER_ROW = 10;
export const MOST_WINDOWS = 30;
/** Rows of windows on one page of a zone board. */
export const ZONE_ROWS = 8;

/**
 * The calls beside the large one, newest first.
 * @param {Board} board
 * @param {string} heroId '' when none stands large
 * @returns {Call[]}
 */
export function recent(board, heroId) { return board.calls.filter(c => c.id !== heroId).slice(0, RECENT); }

/**
 * The state of a window's cell.
 * @param {Window} w
 * @returns {CellState}
 */
export function cellState(w) {
  if (w.number) return w.numberState === 'called' ? 'called' : 'serving';
  return w.state === 'open' ? 'free' : w.state;
}

/**
 * One page of a list, the pages taking turns.
 * @template T
 * @param {T[]} list
 * @param {number} size
 * @param {number} turn
 * @returns {T[]}
 */
export function pageOf(list, size, turn) {
  const pages = Math.max(1, Math.ceil(list.length / size));
  const from = turn % pages * size;
  return list.slice(from, from + size);
}

/**
 * The windows as a zone board groups them: under the first service each offers. A service without a window of its own
 * shows the plates of those that take it too, as long as somebody waits for it.
 * @param {Board} board
 * @returns {Block[]}
 */
export function blocks(board) {
  return board.queues.map(queue => block(board, queue)).filter(b => b.windows.length > 0 || b.plates.length > 0);
}

/** @param {Board} board @param {Queue} queue @returns {Block} */
function block(board, queue) {
  const windows = board.windows.filter(w => w.services[0] === queue.service);
  const others = board.windows.filter(w => w.state === 'open' && w.services.indexOf(queue.service) > 0);
  return { queue, windows, plates: windows.length || !queue.waiting ? [] : others.map(w => w.window) };
}

/** @param {Block} b @returns {number} */
function rows(b) { return Math.max(1, b.windows.length); }

/** @param {Block} b @returns {boolean} */
function calls(b) { return b.windows.some(w => cellState(w) === 'called'); }

/**
 * The blocks that a zone board shows at this turn. All if they fit; else the calling ones on top and the others page by page.
 * @param {Block[]} all
 * @param {number} turn
 * @returns {Block[]}
 */
export function zonePage(all, turn) {
  if (sum(all) <= ZONE_ROWS) return all;
  all = cut(all, ZONE_ROWS);
  const first = fit(all.filter(calls), ZONE_ROWS);
  const pages = paged(all.filter(b => first.indexOf(b) < 0), ZONE_ROWS - sum(first));
  return first.concat(pages.length ? pages[turn % pages.length] : []);
}

/** @param {Block[]} list @returns {number} */
function sum(list) { return list.reduce((n, b) => n + rows(b), 0); }

/** @param {Block[]} list @param {number} room @returns {Block[]} */
function fit(list, room) {
  /** @type {Block[]} */
  const taken = [];
  list.forEach(b => { if (!taken.length || sum(taken) + rows(b) <= room) taken.push(b); });
  return taken;
}

/** @param {Block[]} list @param {number} room @returns {Block[][]} */
function paged(list, room) {
  /** @type {Block[][]} */
  const pages = [];
  let left = room < 1 ? [] : cut(list, room);
  while (left.length) {
    const page = fit(left, room);
    pages.push(page);
    left = left.filter(b => page.indexOf(b) < 0);
  }
  return pages;
}

/** A block with more windows than there is room goes on in the next one. @param {Block[]} list @param {number} room @returns {Block[]} */
function cut(list, room) {
  /** @type {Block[]} */
  const parts = [];
  list.forEach(b => {
    if (b.windows.length <= room) parts.push(b);
    else for (let i = 0; i < b.windows.length; i += room) parts.push(Object.assign({}, b, { windows: b.windows.slice(i, i + room) }));
  });
  return parts;
}

/** What a zone board has room for under its head, and its rows at full height, in the units of the styles. */
const ROOM = 746, ROW = 88, CALL_ROW = 112, EDGES = 18;

/**
 * Whether these blocks need the lower rows to fit.
 * @param {Block[]} list
 * @returns {boolean}
 */
export function dense(list) {
  /** @param {Block} b @returns {number} */
  const height = b => EDGES + (b.windows.length ? b.windows.reduce((n, w) => n + (cellState(w) === 'called' ? CALL_ROW : ROW), 0) : ROW);
  return list.reduce((n, b) => n + height(b), 0) > ROOM;
}

/**
 * The numbers of the windows of a board as a stretch, or null when they are not one: 5 and 11 of 5, 6 … 11.
 * @param {Window[]} windows
 * @returns {{from: string, to: string}|null}
 */
export function stretch(windows) {
  const numbers = windows.map(w => Number(w.window));
  const whole = numbers.length > 1 && numbers.every((n, i) => n > 0 && (i === 0 || n === numbers[i - 1] + 1));
  return whole ? { from: windows[0].window, to: windows[windows.length - 1].window } : null;
}

/** What counts as wide, by character: Han and full-width two, others one. @param {string} text @returns {number} */
export function widthOf(text) {
  return Array.from(text).reduce((n, c) => n + (c.charCodeAt(0) > 0x2e7f ? 2 : 1), 0);
}

/**
 * A notice in pieces that fit in a line: split where there is a stop, else where it must be; never shrunk.
 * @param {string} text
 * @param {number} room in half-width characters
 * @returns {string[]}
 */
export function lines(text, room) {
  const pieces = [];
  let rest = Array.from(text);
  while (widthOf(rest.join('')) > room) {
    const at = breakAt(rest, room);
    pieces.push(rest.slice(0, at).join('').trim());
    rest = rest.slice(at);
  }
  const last = rest.join('').trim();
  return last || !pieces.length ? pieces.concat(last) : pieces;
}

/** @param {string[]} chars @param {number} room @returns {number} how many characters stay */
function breakAt(chars, room) {
  let width = 0, stop = 0, i = 0;
  for (; i < chars.length; i++) {
    width += widthOf(chars[i]);
    if (width > room) break;
    if (/[，。；、！？,;. ]/.test(chars[i])) stop = i + 1;
  }
  return stop > i / 2 ? stop : Math.max(1, i);
}
