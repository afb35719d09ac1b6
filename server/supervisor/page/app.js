/**
 * The supervisor's console: who is signed in, where one is, and the one live view that all pages share.
 * @module
 */
import { html, useEffect, useReducer, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { loadTexts, name, onLang, t } from '../../../assets/js/i18n.js';
import { get } from '../../../assets/js/http.js';
import { connect } from '../../../assets/js/live.js';
import { createClock } from '../../../assets/js/clock.js';
import { mount, setModes } from '../../../assets/js/dom.js';
import { DemoStrip } from '../../../assets/js/demo.js';
import { OWN, pagesOf, readPlace } from './place.js';
import { Accounts, OwnPassword } from './accounts.js';
import { Header } from './header.js';
import { LivePage } from './livepage.js';
import { Tickets } from './ticketlist.js';
import { Report } from './report.js';
import { Day } from './day.js';
import { SignIn } from './signin.js';
import { Terminals } from './terminals.js';
import { Wall } from './wall.js';

const clock = createClock();
/** So long a lost connection is not worth a word. */
const GRACE_MS = 10000;
const onWall = new URLSearchParams(location.search).has('wall');

/**
 * The live view, its sequence and how the connection stands.
 * @param {boolean} wanted
 * @param {() => void} signedOut
 */
function useLive(wanted, signedOut) {
  const [live, setLive] = useState(/** @type {{view: any, at: string, seq: number}} */ ({ view: null, at: '', seq: 0 }));
  const [state, setState] = useState(/** @type {import('../../../assets/js/live.js').State} */ ({ state: 'connecting', since: Date.now() }));
  const [build, setBuild] = useState(false);
  useEffect(() => {
    if (!wanted) return undefined;
    const link = connect({
      view: 'supervisor', params: { wall: onWall ? 1 : undefined },
      onFrame: f => { clock.sync(f.at); setLive({ view: f.data, at: f.at, seq: f.seq }); },
      onState: setState, onSignedOut: signedOut, onStop: signedOut, onBuild: () => setBuild(true),
    });
    return () => link.close();
  }, [wanted]);
  return Object.assign({}, live, { fresh: isFresh(state), build });
}

/**
 * A connection that is lost for less than ten seconds changes nothing on the page.
 * @param {import('../../../assets/js/live.js').State} state
 * @returns {boolean}
 */
function isFresh(state) { return state.state === 'live' || Date.now() - state.since < GRACE_MS; }

/** Renders again each second and when the language changes. */
function useTicking() {
  const [, tick] = useReducer((/** @type {number} */ n) => n + 1, 0);
  useEffect(() => {
    const stops = [clock.every(() => tick(undefined)), onLang(() => tick(undefined))];
    return () => stops.forEach(stop => stop());
  }, []);
}

/** @returns {import('./place.js').Place} the place in the address */
function usePlace() {
  const [place, setPlace] = useState(readPlace(location.hash));
  useEffect(() => {
    const read = () => setPlace(readPlace(location.hash));
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return place;
}

/** @param {any} session @returns {boolean} */
function supervises(session) { return !!session && session.roles.some((/** @type {string} */ r) => r === 'supervisor' || r === 'administrator'); }

/** Names of the staff by number, for those who may see them. @param {boolean} wanted @returns {Object<string, string>} */
function useStaff(wanted) {
  const [names, setNames] = useState(/** @type {Object<string, string>} */ ({}));
  useEffect(() => {
    if (!wanted) return;
    get('/api/v1/staff').then(list => setNames(list.items.reduce((/** @type {any} */ all, /** @type {any} */ s) => Object.assign(all, { [s.staff]: s.name }), {})),
      () => setNames({})); // numbers alone will do
  }, [wanted]);
  return names;
}

function App(/** @type {{session: any}} */ props) {
  const [session, setSession] = useState(props.session);
  useTicking();
  const place = usePlace();
  const boss = supervises(session);
  const staff = useStaff(boss && !onWall);
  const live = useLive(boss || onWall, () => setSession(null));
  const demo = html`<${DemoStrip} demo=${live.view && live.view.hall.demo} />`;
  document.title = (live.view ? name(live.view.hall.name) + ' · ' : '') + t('supervisor.title');
  if (onWall && live.view) return html`${demo}<${Wall} view=${live.view} at=${live.at} live=${live.fresh} clock=${clock} />`;
  if (!session || onWall) return html`${demo}<${SignIn} note=${onWall ? t('supervisor.signIn.wall') : ''} done=${(/** @type {any} */ s) => { setSession(s); if (onWall) location.reload(); }} />`;
  const pages = pagesOf(session.roles), page = pages.indexOf(place.page) < 0 && place.page !== OWN ? pages[0] : place.page;
  const out = () => setSession(null);
  return html`<a class="skip-link" href="#main" onClick=${skip}>${t('supervisor.skip')}</a>${demo}
    <${Header} page=${page} boss=${boss} session=${session} live=${live} clock=${clock} out=${out} />
    <main id="main" tabindex="-1" class=${'page' + (live.fresh || !boss ? '' : ' page--stale')}>${page === OWN ? html`<${OwnPassword} session=${session} out=${out} />` : page === 'accounts' ? html`<${Accounts} session=${session} />` : pageOf(page, place.query, live, staff, boss)}</main>`;
}

/** The address behind # is the place, so the skip link must not change it. @param {Event} e */
function skip(e) {
  e.preventDefault();
  const main = document.getElementById('main');
  if (main) main.focus();
}

/** @param {string} page @param {Object<string, string>} query @param {any} live @param {Object<string, string>} staff @param {boolean} boss */
function pageOf(page, query, live, staff, boss) {
  if (page === 'report') return html`<${Report} view=${live.view} query=${query} staff=${staff} limited=${!boss} />`;
  if (page === 'live' || !live.view) return html`<${LivePage} view=${live.view} now=${live.fresh ? clock.now() : Date.parse(live.at)} live=${live.fresh} query=${query} staff=${staff} />`;
  if (page === 'tickets') return html`<${Tickets} view=${live.view} query=${query} seq=${live.seq} />`;
  if (page === 'terminals') return html`<${Terminals} view=${live.view} />`;
  return html`<${Day} view=${live.view} />`;
}

async function start() {
  setModes({ mode: onWall ? 'dark' : 'light' });
  await loadTexts();
  const session = await get('/api/v1/session').catch(() => null); // nobody is signed in, or nobody answers: the form says which
  mount(html`<${App} session=${session} />`);
}

start();
