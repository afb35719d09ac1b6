/**
 * The shapes of the console's live view, as the server's package supervisor makes them.
 * @module
 */

/** @typedef {{zh: string, en: string}} Name */
/** @typedef {{id: string, name: Name}} Named */
/** @typedef {{count: number, of: number}} Share */
/** @typedef {{number: string, service?: string, since: string}} Longest */

/**
 * @typedef {Object} Service
 * @property {string} id
 * @property {Name} name
 * @property {string} department
 * @property {boolean} open
 * @property {string} [closedReason]
 * @property {number} waiting
 * @property {number} windowsOpen
 * @property {import('../../../assets/js/format.js').ExpectedWait} [expectedWait]
 * @property {number} [promisedMinutes]
 * @property {Longest} [longest]
 * @property {Share} [within]
 * @property {number} passed
 */

/**
 * @typedef {Object} Window
 * @property {string} id
 * @property {Name} label
 * @property {string} zone
 * @property {'open'|'paused'|'closed'} state
 * @property {'free'|'called'|'serving'|'paused'|'closed'} status
 * @property {string} [reason]
 * @property {string} [until]
 * @property {string[]} services
 * @property {string} [number]
 * @property {number} waiting
 * @property {boolean} [overdue]
 * @property {string} [since]
 * @property {string} [service]
 * @property {string} [staff]
 * @property {number} finished
 * @property {number} parked
 * @property {number} passed
 */

/** @typedef {{id: string, kind: string, subject: string, since: string, harm: number, params: Object<string, any>}} Alert */
/** @typedef {{at: string, issued: number, called: number, finished: number, waitP50Seconds?: number, waitP90Seconds?: number}} Bucket */

/**
 * @typedef {Object} Today
 * @property {number} issued
 * @property {number} waiting
 * @property {number} called
 * @property {number} serving
 * @property {number} parked
 * @property {number} passed
 * @property {number} finished
 * @property {number} abandoned
 * @property {number} unserved
 * @property {Share} within
 * @property {Longest} [longest]
 * @property {{open: number, paused: number, closed: number}} windows
 * @property {Share} rated
 * @property {Share} satisfied
 */

/**
 * @typedef {Object} Live
 * @property {{id: string, name: Name, date?: string, now: string, phase: string, demo: boolean}} hall
 * @property {string} businessDate
 * @property {boolean} dayOpen
 * @property {string[]} hours
 * @property {number} targetPercent
 * @property {Named[]} departments
 * @property {Named[]} zones
 * @property {Named[]} classes
 * @property {Named[]} pauseReasons
 * @property {Service[]} services
 * @property {Window[]} windows
 * @property {Alert[]} alerts
 * @property {Today} today
 * @property {Bucket[]} flow
 * @property {string} [clockDoubt]
 */

export {};
