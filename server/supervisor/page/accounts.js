/**
 * Who can sign in: giving passwords and signing out everywhere, for administrators; one's own password, for everybody.
 * @module
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../../assets/js/i18n.js';
import { del, get, post } from '../../../assets/js/http.js';
import { announce } from '../../../assets/js/dom.js';
import { Icon } from '../../../assets/js/icon.js';
import { Refusal, useCommand } from './sheet.js';
import { bodyOf } from './ticket.js';

/** @typedef {{staff: string, name: string, roles: string[], password: boolean}} Account */

/** The least number of characters, as the server demands it. */
const LEAST = 12;

/** @param {{session: any}} props */
export function Accounts(props) {
  const answer = useAccounts();
  /** @type {[{act: string, staff: string}, (next: {act: string, staff: string}) => void]} */
  const [chosen, choose] = useState({ act: '', staff: '' });
  const account = (answer.list || []).find(a => a.staff === chosen.staff);
  const back = () => { choose({ act: '', staff: '' }); answer.again(); };
  return html`<div class="terminals">
    <section class="card terminals__list" aria-labelledby="accounts-title">
      <div class="card__head"><h1 id="accounts-title">${t('supervisor.accounts.title')}</h1>
        <span class="second">${answer.list ? t('supervisor.accounts.total', { n: answer.list.length, m: answer.list.filter(a => !a.password).length }) : ''}</span></div>
      <${Refusal} problem=${answer.problem} />
      ${answer.list && table(answer.list, chosen.staff, (act, staff) => choose({ act, staff }))}</section>
    ${account && html`<section class="card terminals__one" aria-labelledby="accounts-act">${acting(chosen.act, account, props.session, back)}</section>`}</div>`;
}

/** @returns {{list: Account[]|null, problem: unknown, again: () => void}} */
function useAccounts() {
  const [answer, setAnswer] = useState(/** @type {{list: Account[]|null, problem: unknown}} */ ({ list: null, problem: null }));
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    get('/api/v1/accounts').then(body => wanted && setAnswer({ list: body.items, problem: null }), problem => wanted && setAnswer({ list: answer.list, problem }));
    return () => { wanted = false; };
  }, [turn]);
  return Object.assign({}, answer, { again: () => setTurn(turn + 1) });
}

/** @param {Account[]} list @param {string} chosen @param {(act: string, staff: string) => void} choose */
function table(list, chosen, choose) {
  const heads = ['staff', 'roles', 'state'];
  return html`<div class="terminals__scroll"><table><thead><tr>${heads.map(h => html`<th key=${h} scope="col">${t('supervisor.accounts.' + h)}</th>`)}
    <th scope="col"><span class="visually-hidden">${t('supervisor.terminals.acts')}</span></th></tr></thead>
    <tbody>${list.map(a => row(a, chosen === a.staff, choose))}</tbody></table></div>`;
}

/** @param {Account} a @param {boolean} chosen @param {(act: string, staff: string) => void} choose */
function row(a, chosen, choose) {
  const key = (/** @type {string} */ act) => html`<button class="key key--small" onClick=${() => choose(act, a.staff)}
    aria-label=${t('supervisor.accounts.' + act) + ' ' + a.name}>${t('supervisor.accounts.' + act)}</button>`;
  return html`<tr key=${a.staff} class=${chosen ? 'terminals__chosen' : ''}><th scope="row">${a.name} <span class="second figures">${a.staff}</span></th>
    <td>${a.roles.map(r => t('role.' + r)).join(' · ')}</td>
    <td><span class=${'with-icon ' + (a.password ? 'good' : 'warn')}><${Icon} name=${a.password ? 'circle-check' : 'hourglass'} />${t('supervisor.accounts.' + (a.password ? 'can' : 'cannot'))}</span></td>
    <td class="terminals__keys">${key('give')}${a.password && key('end')}</td></tr>`;
}

/** @param {string} act @param {Account} account @param {any} session @param {() => void} back */
function acting(act, account, session, back) {
  return act === 'end' ? html`<${End} key=${'end ' + account.staff} account=${account} done=${back} />`
    : html`<${NewPassword} key=${'give ' + account.staff} staff=${account.staff} name=${account.name} own=${session.staff === account.staff} done=${back} back=${back} />`;
}

/** @param {{words: string}} props */
function Head(props) {
  /** @type {{current: any}} */
  const ref = useRef(null);
  useLayoutEffect(() => { ref.current.focus(); }, []); // before anybody can type
  return html`<h2 id="accounts-act" tabindex="-1" ref=${ref}>${props.words}</h2>`;
}

/** @param {{account: Account, done: () => void}} props */
function End(props) {
  const command = useCommand();
  const { account } = props;
  const send = () => command.run(async () => {
    await del('/api/v1/accounts/' + encodeURIComponent(account.staff) + '/sessions');
    announce(t('supervisor.accounts.ended', { name: account.name }));
    props.done();
  });
  return html`<div class="terminals__form"><${Head} words=${t('supervisor.accounts.endTitle', { name: account.name })} />
    <p class="second">${t('supervisor.accounts.endNote')}</p>
    <${Refusal} problem=${command.problem} />
    <div class="keys"><button class="key key--action" aria-disabled=${command.busy ? 'true' : undefined} onClick=${send}>${t('supervisor.accounts.end')}</button>
      <button class="key" onClick=${props.done}>${t('action.cancel')}</button></div></div>`;
}

/**
 * A new password: typed twice, and the present one of whoever asks.
 * @param {{staff: string, name: string, own: boolean, done: () => void, back: () => void}} props
 */
export function NewPassword(props) {
  const command = useCommand();
  const [differ, setDiffer] = useState(false);
  const send = (/** @type {SubmitEvent} */ e) => {
    e.preventDefault();
    const body = bodyOf(new FormData(/** @type {HTMLFormElement} */ (e.target)));
    setDiffer(body.password !== body.again);
    if (body.password !== body.again) return undefined;
    return command.run(async () => {
      await post('/api/v1/accounts/' + encodeURIComponent(props.staff) + '/password', { password: body.password, old: body.old || '' });
      announce(t('supervisor.accounts.given', { name: props.name }));
      props.done();
    });
  };
  const field = (/** @type {string} */ key, /** @type {string} */ words, /** @type {string} */ fill) => html`<label class="field"><span class="field__label">${words}</span>
    <input class="field__input" name=${key} type="password" autocomplete=${fill} required minlength=${key === 'old' ? undefined : LEAST} /></label>`;
  return html`<form class="terminals__form" onSubmit=${send}><${Head} words=${props.own ? t('supervisor.accounts.ownTitle') : t('supervisor.accounts.giveTitle', { name: props.name })} />
    <p class="second">${t('supervisor.accounts.rule', { n: LEAST })}</p>
    ${field('password', t('supervisor.accounts.new'), 'new-password')}${field('again', t('supervisor.accounts.again'), 'new-password')}
    ${field('old', t('supervisor.accounts.old'), 'current-password')}
    ${differ && html`<p class="notice notice--bad" role="alert"><${Icon} name="triangle-alert" /><span>${t('supervisor.accounts.differ')}</span></p>`}
    <${Refusal} problem=${command.problem} />
    <p class="second">${props.own ? t('supervisor.accounts.ownNote') : t('supervisor.accounts.giveNote')}</p>
    <div class="keys"><button class="key key--action" aria-disabled=${command.busy ? 'true' : undefined}>${t('supervisor.accounts.give')}</button>
      <button type="button" class="key" onClick=${props.back}>${t('action.cancel')}</button></div></form>`;
}

/** One's own password, a page for everybody who can sign in. @param {{session: any, out: () => void}} props */
export function OwnPassword(props) {
  return html`<section class="card own" aria-labelledby="accounts-act">
    <${NewPassword} staff=${props.session.staff} name=${props.session.name} own=${true} done=${props.out} back=${() => history.back()} /></section>`;
}
