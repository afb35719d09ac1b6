/**
 * The shapes of the counter's frame, as docs/protocol.md tells them.
 * @module
 */

/** @typedef {{zh: string, en: string}} Name */
/** @typedef {{code: string, params: Object<string, any>, until?: string}} Refusal */

/**
 * @typedef {Object} Ticket
 * @property {string} number
 * @property {string} service
 * @property {Name} serviceName
 * @property {string} class
 * @property {Name} className
 * @property {string} [claimed]
 * @property {Name} [claimedName]
 * @property {string} state
 * @property {number} calls
 * @property {string} since of its state
 * @property {number} waitSeconds
 * @property {number} waySeconds
 * @property {number} handlingSeconds before the running stage
 * @property {number} [usualSeconds]
 * @property {number} [promisedMinutes]
 * @property {boolean} [back]
 * @property {string} [note]
 * @property {string[]} actions
 * @property {Name} [whyText]
 */

/**
 * @typedef {Object} Candidate
 * @property {string} number
 * @property {Name} serviceName
 * @property {string} class
 * @property {Name} className
 * @property {number} waitedSeconds
 * @property {number} creditSeconds
 * @property {number} preferSeconds
 * @property {number} scoreSeconds
 * @property {boolean} held
 * @property {boolean} [back]
 */

/** @typedef {{number: string, service: string, serviceName: Name, class: string, className: Name, why: {rule: string, eligible: number, text: Name, scoreSeconds: number, runnerUp?: {number: string, scoreSeconds: number}}}} Next */
/** @typedef {{id: string, name: Name, icon?: string}} PauseReason */

/**
 * @typedef {Object} Rules
 * @property {boolean} choosing
 * @property {boolean} showList
 * @property {string} outcome
 * @property {string[]} outcomes
 * @property {PauseReason[]} pauseReasons
 * @property {Array<{id: string, name: Name, proof: string}>} classes
 * @property {number} maxCalls
 * @property {number} passMinCalls
 * @property {number} passMinSeconds
 * @property {number} doubtfulMinutes
 * @property {number} maxCases
 * @property {number} maxItems
 * @property {number} maxText
 */

/**
 * @typedef {Object} View
 * @property {string} window
 * @property {string} [staff]
 * @property {string} [staffName]
 * @property {{name: Name, now: string, demo: boolean}} hall
 * @property {{id: string, label: Name, state: 'open'|'paused'|'closed', reason?: string, until?: string, planned?: string, since?: string}} post
 * @property {Ticket} [current]
 * @property {Ticket[]} parked
 * @property {Ticket[]} passed
 * @property {number} waiting
 * @property {Array<{service: string, name: Name, waiting: number, longestSeconds: number}>} byService
 * @property {Next} [next]
 * @property {Candidate[]} [line]
 * @property {{number: string, until: string}} [last]
 * @property {string[]} actions
 * @property {Object<string, Refusal>} refusals
 * @property {Rules} rules
 * @property {{finished: number, calls: number, chosen: number, passed: number, medianSeconds?: number, medianOf: number}} today
 * @property {Array<{kind: string, since?: string, date?: string}>} alerts
 * @property {string} [idleSince]
 * @property {boolean} nextFinish
 * @property {boolean} nextPass
 */

/** @typedef {{staff: string, name: string, roles: string[], departments: string[], windows: string[], window?: string, expiresAt: string}} Session */

/** @typedef {{allowed: boolean, main: boolean, seconds: number, reason: string}} KeyState */
/** @typedef {{allowed: boolean, title: string, detail: string, body?: any, doubtful?: boolean}} NextState */

/**
 * @typedef {{kind: string, number?: string, last?: {service: string, waiting: number}|null}} Sheet
 */

/**
 * All that the page shows besides the frame.
 * @typedef {Object} Page
 * @property {'loading'|'signon'|'choose'|'work'} place
 * @property {Session|null} session
 * @property {any} hall
 * @property {string} window
 * @property {View|null} view
 * @property {import('../../assets/js/live.js').State|null} link
 * @property {Sheet|null} sheet
 * @property {{text: string, until: number}|null} refusal
 * @property {string} busy the action under way
 * @property {string} note told above the sign-on or the windows
 * @property {boolean} keys the number keys are heard
 */

export {};
