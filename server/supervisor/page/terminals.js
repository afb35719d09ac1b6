/**
 * The hall's machines: which are let in, how they fare, and letting in, renaming and putting out. For administrators.
 * @module
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { del, get, post } from '../../../assets/js/http.js';
import { announce } from '../../../assets/js/dom.js';
import { Icon } from '../../../assets/js/icon.js';
import { nameOf } from './model.js';
import { Pairing } from './pairing.js';
import { Refusal, useCommand } from './sheet.js';
import { momentText, stateOf } from './terminalmodel.js';
import { bodyOf } from './ticket.js';

/** @typedef {import('./terminalmodel.js').Terminal} Terminal */
/** @typedef {import('./types.js').Live} Live */

const EVERY_MS = 3000;

/** @param {{view: Live}} props */
export function Terminals(props) {
  const answer = useTerminals();
  /** @type {[{act: string, name: string}, (next: {act: string, name: string}) => void]} */
  const [chosen, choose] = useState({ act: 'add', name: '' });
  const back = () => { choose({ act: 'add', name: '' }); answer.again(); };
  return html`<div class="terminals">
    <section class="card terminals__list" aria-labelledby="terminals-title">
      <div class="card__head"><h1 id="terminals-title">${t('supervisor.terminals.title')}</h1><span class="second">${answer.list ? t('supervisor.terminals.total', { n: answer.list.length }) : ''}</span></div>
      <${Refusal} problem=${answer.problem} />
      ${answer.list && table(answer.list, props.view, chosen.name, (act, terminal) => choose({ act, name: terminal }))}</section>
    <section class="card terminals__one" aria-labelledby="terminals-act">${acting(chosen, answer, props.view, back)}</section></div>`;
}

/** @returns {{list: Terminal[]|null, problem: unknown, again: () => void}} the terminals, asked for again and again */
function useTerminals() {
  const [answer, setAnswer] = useState(/** @type {{list: Terminal[]|null, problem: unknown}} */ ({ list: null, problem: null }));
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    const read = () => get('/api/v1/terminals').then(body => wanted && setAnswer({ list: body.items, problem: null }),
      problem => wanted && setAnswer({ list: answer.list, problem }));
    read();
    const timer = setInterval(read, EVERY_MS);
    return () => { wanted = false; clearInterval(timer); };
  }, [turn]);
  return Object.assign({}, answer, { again: () => setTurn(turn + 1) });
}

/** @param {Terminal[]} list @param {Live} view @param {string} chosen @param {(act: string, name: string) => void} choose */
function table(list, view, chosen, choose) {
  if (list.length === 0) return html`<p class="second terminals__none">${t('supervisor.terminals.none')}</p>`;
  const heads = ['name', 'use', 'state', 'seen', 'enrolled'];
  return html`<div class="terminals__scroll"><table><thead><tr>${heads.map(h => html`<th key=${h} scope="col">${t('supervisor.terminals.' + h)}</th>`)}
    <th scope="col"><span class="visually-hidden">${t('supervisor.terminals.acts')}</span></th></tr></thead>
    <tbody>${list.map(i => row(i, view, chosen === i.name, choose))}</tbody></table></div>`;
}

/** @param {Terminal} i @param {Live} view @param {boolean} chosen @param {(act: string, name: string) => void} choose */
function row(i, view, chosen, choose) {
  const state = stateOf(i);
  const key = (/** @type {string} */ act) => html`<button class=${'key key--small' + (act === 'revoke' ? ' key--danger' : '')} onClick=${() => choose(act, i.name)}
    aria-label=${t('supervisor.terminals.' + act) + ' ' + i.name}>${t('supervisor.terminals.' + act)}</button>`;
  return html`<tr key=${i.name} class=${chosen ? 'terminals__chosen' : ''}><th scope="row">${i.name}</th>
    <td>${t('terminal.role.' + i.role)}${i.place && html`<br /><span class="second">${placeText(i, view)}</span>`}</td>
    <td><span class=${'with-icon ' + state.tone}><${Icon} name=${state.icon} />${t('supervisor.terminals.state.' + state.word)}</span>${i.sockets > 0 && html`<br /><span class="second">${t('supervisor.terminals.sockets', { n: i.sockets })}</span>`}</td>
    <td><span class="figures">${momentText(i.seenAt)}</span>${i.address && html`<br /><span class="second figures">${i.address}</span>`}</td>
    <td><span class="figures">${momentText(i.enrolledAt)}</span></td>
    <td class="terminals__keys">${key('rename')}${key('revoke')}</td></tr>`;
}

/** Where it stands; of a board that is a zone. @param {Terminal} i @param {Live} view @returns {string} */
function placeText(i, view) { return name(nameOf(view.zones, i.place)) || i.place || ''; }

/** @param {{act: string, name: string}} chosen @param {{list: Terminal[]|null}} answer @param {Live} view @param {() => void} back */
function acting(chosen, answer, view, back) {
  const terminal = (answer.list || []).find(i => i.name === chosen.name);
  if (chosen.act === 'add' || !terminal) return html`<${Pairing} key="add" view=${view} done=${back} />`;
  return chosen.act === 'rename' ? html`<${Rename} key=${'rename ' + chosen.name} terminal=${terminal} done=${back} />`
    : html`<${Revoke} key=${'revoke ' + chosen.name} terminal=${terminal} done=${back} />`;
}

/** The head of what one does beside the list; it takes the focus, as what was pressed may be far away. @param {{words: string}} props */
function Head(props) {
  /** @type {{current: any}} */
  const ref = useRef(null);
  useLayoutEffect(() => { ref.current.focus(); }, []); // before anybody can type
  return html`<h2 id="terminals-act" tabindex="-1" ref=${ref}>${props.words}</h2>`;
}

/** @param {{terminal: Terminal, done: () => void}} props */
function Rename(props) {
  const command = useCommand();
  const old = props.terminal.name;
  const [to, setTo] = useState(old);
  const send = (/** @type {SubmitEvent} */ e) => {
    e.preventDefault();
    const body = bodyOf(new FormData(/** @type {HTMLFormElement} */ (e.target)));
    return command.run(async () => {
      await post('/api/v1/terminals/' + encodeURIComponent(old) + '/rename', body);
      announce(t('supervisor.terminals.renamed', { name: body.name }));
      props.done();
    });
  };
  return html`<form class="terminals__form" onSubmit=${send}><${Head} words=${t('supervisor.terminals.renameTitle', { name: old })} />
    <p class="second">${t('supervisor.terminals.renameNote')}</p>
    <label class="field"><span class="field__label">${t('supervisor.terminals.newName')}</span>
      <input class="field__input" name="name" value=${to} onInput=${(/** @type {any} */ e) => setTo(e.target.value)} required pattern="[a-z0-9-]{1,32}" maxlength="32" autocomplete="off" title=${t('supervisor.terminals.nameRule')} /></label>
    <p class="second">${t('supervisor.terminals.nameRule')}</p>
    <${Refusal} problem=${command.problem} />
    <div class="keys"><button class="key key--action" aria-disabled=${command.busy ? 'true' : undefined}>${t('supervisor.terminals.rename')}</button>
      <button type="button" class="key" onClick=${props.done}>${t('action.cancel')}</button></div></form>`;
}

/** @param {{terminal: Terminal, done: () => void}} props */
function Revoke(props) {
  const command = useCommand();
  const i = props.terminal;
  const send = () => command.run(async () => {
    await del('/api/v1/terminals/' + encodeURIComponent(i.name));
    announce(t('supervisor.terminals.revoked', { name: i.name }));
    props.done();
  });
  return html`<div class="terminals__form"><${Head} words=${t('supervisor.terminals.revokeTitle', { name: i.name })} />
    <p class="notice notice--warn"><${Icon} name="triangle-alert" /><span>${t('supervisor.terminals.revokeAsk')}</span></p>
    <${Refusal} problem=${command.problem} />
    <div class="keys"><button class="key key--danger" aria-disabled=${command.busy ? 'true' : undefined} onClick=${send}>${t('supervisor.terminals.revokeYes')}</button>
      <button class="key" onClick=${props.done}>${t('action.cancel')}</button></div></div>`;
}
