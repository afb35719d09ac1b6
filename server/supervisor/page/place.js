/**
 * Where in the console one is: the part behind # in the address, so that every place can be linked, kept and gone back to.
 * @module
 */

/** @typedef {{page: string, query: Object<string, string>}} Place */

/** The pages in the order of the navigation. */
export const PAGES = ['live', 'tickets', 'report', 'day', 'terminals', 'accounts'];

/** Those of them that only administrators have. */
const ADMINISTRATION = ['terminals', 'accounts'];

/** The page of one's own password: everybody has it, and it is in no navigation. */
export const OWN = 'password';

/**
 * The pages of somebody's roles: whoever supervises has them all but the administrators' own, others the report alone.
 * @param {string[]} roles
 * @returns {string[]}
 */
export function pagesOf(roles) {
  if (roles.indexOf('administrator') >= 0) return PAGES;
  return roles.indexOf('supervisor') >= 0 ? PAGES.filter(p => ADMINISTRATION.indexOf(p) < 0) : ['report'];
}

/**
 * Reads '#/tickets?state=waiting'. Anything else is the live page.
 * @param {string} hash
 * @returns {Place}
 */
export function readPlace(hash) {
  const [path, search] = hash.replace(/^#\/?/, '').split('?');
  /** @type {Object<string, string>} */
  const query = {};
  new URLSearchParams(search || '').forEach((value, key) => { if (value !== '') query[key] = value; });
  return { page: PAGES.indexOf(path) < 0 && path !== OWN ? 'live' : path, query };
}

/**
 * The address of a place; empty members are left out.
 * @param {string} page
 * @param {Object<string, string|number|undefined>} [query]
 * @returns {string}
 */
export function linkTo(page, query) {
  const search = searchOf(query || {});
  return '#/' + page + (search ? '?' + search : '');
}

/**
 * A query as text, in the order of its members.
 * @param {Object<string, string|number|undefined>} query
 * @returns {string}
 */
export function searchOf(query) {
  const search = new URLSearchParams();
  Object.keys(query).forEach(k => { if (query[k] !== undefined && query[k] !== '') search.set(k, String(query[k])); });
  return search.toString().replace(/%2C/g, ',');
}

/** @param {Object<string, string|number|undefined>} query @returns {string} the address of the tickets a figure counts */
export function ticketsLink(query) { return linkTo('tickets', query); }
