/**
 * The shapes of the view `display`. No code.
 * @module
 */

/** @typedef {{zh: string, en: string}} Name */
/** @typedef {{id: string, number: string, window: string, windowLabel: Name, at: string, times: number, state: string, service: Name}} Call */
/** @typedef {{id: string, clips: string[], text: string}} Say */
/** @typedef {{window: string, label: Name, state: 'open'|'paused'|'closed', reason?: string, number?: string, numberState?: string, until?: string, services: string[]}} Window */
/** @typedef {{service: string, name: Name, waiting: number, next: string[], expectedWait?: import('../../assets/js/format.js').ExpectedWait}} Queue */
/** @typedef {{id: string, text: Name}} Notice */
/** @typedef {{staff?: string, name?: string, service: Name, elsewhere: string[]}} Screen */
/** @typedef {{id: string, name: Name, date?: string, now: string, phase: string, demo: boolean}} Hall */
/** @typedef {{hall: Hall, paused?: boolean, zone?: {id: string, name: Name}, calls: Call[], say?: Say, windows: Window[], queues: Queue[], notices: Notice[], screen?: Screen}} Board */

/**
 * The call that stands large, and since when.
 * @typedef {{id: string, since: number, voiced: boolean}} Hero since: ms of the hall's time
 */

/** @typedef {{phase: 'live'|'mark'|'full', time: string}} Link time: when it ceased to be live, 9:42 */

/**
 * Everything a board is drawn from.
 * @typedef {Object} Model
 * @property {Board} board
 * @property {Hero|null} hero
 * @property {Object<string, true>} shown ids of calls that have stood large
 * @property {number} now ms of the hall's time
 * @property {string} time 9:42
 * @property {string} date 2026-11-23
 * @property {number} frameAge seconds since the frame was made
 * @property {Link} link
 * @property {number} turn counts the pages of notices since the board began
 * @property {'on'|'off'|'ask'|'mute'} sound
 */

export {};
