/**
 * Letting a machine in: its code and what it shall be, then the number that both screens must show.
 * @module
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { get, post } from '../../../assets/js/http.js';
import { announce } from '../../../assets/js/dom.js';
import { Icon } from '../../../assets/js/icon.js';
import { Refusal, useCommand } from './sheet.js';
import { codeText, freeName, ROLES } from './terminalmodel.js';
import { bodyOf } from './ticket.js';

/** @typedef {import('./types.js').Live} Live */
/** @typedef {{id: string, check: string, name: string, role: string, place?: string}} Claim */

/** @param {{view: Live, done: () => void}} props */
export function Pairing(props) {
  /** @type {[Claim|null, (c: Claim|null) => void]} */
  const [claim, setClaim] = useState(/** @type {Claim|null} */ (null));
  const [said, say] = useState('');
  const over = (/** @type {string} */ words) => { setClaim(null); say(words); announce(words); props.done(); };
  if (claim) return html`<${Check} claim=${claim} over=${over} />`;
  return html`<${Ask} view=${props.view} said=${said} claimed=${(/** @type {Claim} */ c) => { say(''); setClaim(c); }} />`;
}

/** @param {{view: Live, said: string, claimed: (c: Claim) => void}} props */
function Ask(props) {
  const command = useCommand();
  const [code, setCode] = useState('');
  const [role, setRole] = useState('kiosk');
  const [own, setOwn] = useState(/** @type {string|null} */ (null));
  const suggested = useFreeName(role);
  const send = (/** @type {SubmitEvent} */ e) => {
    e.preventDefault();
    const body = bodyOf(new FormData(/** @type {HTMLFormElement} */ (e.target)));
    return command.run(async () => props.claimed(await post('/api/v1/terminals/pair', body)));
  };
  return html`<form class="terminals__form" onSubmit=${send}><h2 id="terminals-act">${t('supervisor.terminals.addTitle')}</h2>
    ${props.said && html`<p class="notice"><${Icon} name="circle-check" /><span>${props.said}</span></p>`}
    <p class="second">${t('supervisor.terminals.addNote')}</p>
    <label class="field"><span class="field__label">${t('supervisor.terminals.code')}</span>
      <input class="field__input terminals__code" name="code" value=${code} onInput=${(/** @type {any} */ e) => { e.target.value = codeText(e.target.value); setCode(e.target.value); }}
        required minlength="9" maxlength="16" autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="BCDF-GHJK" /></label>
    <label class="field"><span class="field__label">${t('supervisor.terminals.use')}</span><select name="role" value=${role} onChange=${(/** @type {any} */ e) => setRole(e.target.value)}>
      ${ROLES.map(r => html`<option key=${r} value=${r}>${t('terminal.role.' + r)}</option>`)}</select></label>
    <label class="field"><span class="field__label">${t('supervisor.terminals.name')}</span>
      <input class="field__input" name="name" value=${own === null ? suggested : own} onInput=${(/** @type {any} */ e) => setOwn(e.target.value)} required pattern="[a-z0-9-]{1,32}" maxlength="32"
        autocomplete="off" spellcheck="false" title=${t('supervisor.terminals.nameRule')} /></label>
    ${place(role, props.view)}
    <${Refusal} problem=${command.problem} />
    <div class="keys"><button class="key key--action" aria-disabled=${command.busy ? 'true' : undefined}>${t('supervisor.terminals.next')}</button></div></form>`;
}

/** A name that no terminal has yet. @param {string} role @returns {string} */
function useFreeName(role) {
  const [taken, setTaken] = useState(/** @type {string[]} */ ([]));
  useEffect(() => {
    get('/api/v1/terminals').then(list => setTaken(list.items.map((/** @type {any} */ i) => i.name)), () => setTaken([])); // it is only a suggestion
  }, [role]);
  return freeName(role, taken);
}

/** A board stands in a zone or shows the whole hall; other machines stand where one says. @param {string} role @param {Live} view */
function place(role, view) {
  if (role !== 'board') {
    return html`<label class="field" key="place"><span class="field__label">${t('supervisor.terminals.place')}</span>
      <input class="field__input" name="place" maxlength="32" autocomplete="off" /></label>`;
  }
  return html`<label class="field" key="zone"><span class="field__label">${t('supervisor.terminals.zone')}</span><select name="place">
    <option value="">${t('supervisor.terminals.allZones')}</option>${view.zones.map(z => html`<option key=${z.id} value=${z.id}>${name(z.name)}</option>`)}</select></label>`;
}

/** @param {{claim: Claim, over: (words: string) => void}} props */
function Check(props) {
  const { claim } = props;
  const command = useCommand();
  /** @type {{current: any}} */
  const head = useRef(null);
  useLayoutEffect(() => { head.current.focus(); }, []); // before anybody can type
  const path = '/api/v1/terminals/pair/' + claim.id;
  const confirm = () => command.run(async () => { await post(path + '/confirm'); props.over(t('supervisor.terminals.paired', { name: claim.name })); });
  const refuse = () => command.run(async () => { await post(path + '/refuse'); props.over(t('supervisor.terminals.refused')); });
  return html`<div class="terminals__form"><h2 id="terminals-act" tabindex="-1" ref=${head}>${t('supervisor.terminals.checkTitle')}</h2>
    <p class="terminals__check num" role="img" aria-label=${claim.check.split('').join(' ')}>${claim.check}</p>
    <p>${t('supervisor.terminals.checkNote')}</p>
    <p class="second">${t('terminal.role.' + claim.role)} · ${claim.name}${claim.place ? ' · ' + claim.place : ''}</p>
    <${Refusal} problem=${command.problem} />
    <div class="keys"><button class="key key--action" onClick=${confirm} aria-disabled=${command.busy ? 'true' : undefined}>${t('supervisor.terminals.same')}</button>
      <button class="key key--danger" onClick=${refuse} aria-disabled=${command.busy ? 'true' : undefined}>${t('supervisor.terminals.differs')}</button></div>
    ${Boolean(command.problem) && html`<div class="keys"><button class="key" onClick=${() => props.over('')}>${t('action.back')}</button></div>`}</div>`;
}
