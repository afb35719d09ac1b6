/**
 * Which call stands large, and when it is yellow. The order is the voice's, which the server decides.
 * @module
 */

/** @typedef {import('./types.js').Board} Board */
/** @typedef {import('./types.js').Call} Call */
/** @typedef {import('./types.js').Hero} Hero */
/** @typedef {{hero: Hero|null, shown: Object<string, true>}} Stage */

/** A call stands large at least so long, in ms. */
export const LEAST_MS = 6000;
/** It is yellow at least so long while nobody has come. */
export const YELLOW_MS = 12000;

/** @param {Board} board @param {string} id @returns {Call|undefined} */
export function callOf(board, id) { return board.calls.find(c => c.id === id); }

/**
 * The stage as a board begins: what was called before it came is known already.
 * @param {Board} board
 * @returns {Stage}
 */
export function opening(board) {
  /** @type {Object<string, true>} */
  const shown = {};
  const said = board.say ? board.say.id : '';
  board.calls.forEach(c => { if (c.id !== said) shown[c.id] = true; });
  return { hero: null, shown };
}

/**
 * The next moment of the stage.
 * @param {Stage} stage
 * @param {Board} board
 * @param {number} now ms of the hall's time
 * @returns {Stage}
 */
export function direct(stage, board, now) {
  const standing = stage.hero ? callOf(board, stage.hero.id) : undefined;
  const next = wanted(stage, board, standing);
  if (!next) return standing ? stage : { hero: null, shown: stage.shown };
  if (stage.hero && standing && tooShort(stage.hero, now)) return stage;
  return enter(stage, board, next, now);
}

/** @param {Hero} hero @param {number} now @returns {boolean} */
function tooShort(hero, now) { return hero.voiced && now - hero.since < LEAST_MS; }

/**
 * Who should stand there instead: the call being said; in silence a call that has never stood; with nobody standing the newest.
 * @param {Stage} stage @param {Board} board @param {Call|undefined} standing @returns {Call|undefined}
 */
function wanted(stage, board, standing) {
  const said = board.say && callOf(board, board.say.id);
  if (said) return standing && said.id === standing.id ? undefined : said;
  const newest = board.calls[0];
  if (!newest || standing && (newest.id === standing.id || stage.shown[newest.id])) return undefined;
  return newest;
}

/** @param {Stage} stage @param {Board} board @param {Call} call @param {number} now @returns {Stage} */
function enter(stage, board, call, now) {
  const voiced = Boolean(board.say && board.say.id === call.id);
  const since = voiced ? now : Date.parse(call.at);
  return { hero: { id: call.id, since, voiced }, shown: keep(stage.shown, board, call.id) };
}

/** @param {Object<string, true>} shown @param {Board} board @param {string} id @returns {Object<string, true>} only what may come again */
function keep(shown, board, id) {
  /** @type {Object<string, true>} */
  const kept = {};
  board.calls.forEach(c => { if (shown[c.id] || c.id === id) kept[c.id] = true; });
  return kept;
}

/**
 * Whether the call that stands large is yellow: while it is said, and for a while as long as it is still a call.
 * @param {Hero|null} hero
 * @param {Board} board
 * @param {number} now
 * @returns {boolean}
 */
export function isYellow(hero, board, now) {
  if (!hero) return false;
  if (board.say && board.say.id === hero.id) return true;
  const call = callOf(board, hero.id);
  return Boolean(call && call.state === 'called' && now - hero.since < YELLOW_MS);
}

/**
 * The ids of the calls that wait for the voice: yellow plates in the list.
 * @param {Stage} stage
 * @param {Board} board
 * @returns {Object<string, true>}
 */
export function pending(stage, board) {
  /** @type {Object<string, true>} */
  const ids = {};
  if (!board.say) return ids;
  board.calls.forEach(c => { if (c.state === 'called' && !stage.shown[c.id]) ids[c.id] = true; });
  return ids;
}
