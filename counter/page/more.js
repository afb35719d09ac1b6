/**
 * The smaller sheets: pause, park, choose, proof of a class, void, one ticket, everything else.
 * @module
 */
import { html, useState } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../assets/js/i18n.js';
import { Icon } from '../../assets/js/icon.js';
import { Num } from '../../assets/js/parts.js';
import { actName, allowed } from './model.js';
import { Options, Sheet, Words } from './sheet.js';
import { PauseKeys } from './queue.js';
import { refusalOf } from './finish.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./types.js').Page} Page */
/** @typedef {import('./acts.js').Acts} Acts */
/** @typedef {{page: Page, view: View, acts: Acts, now: number, off: boolean}} Props */

/** @type {Array<{id: string, minutes: number}>} */
const LENGTHS = [{ id: '0', minutes: 0 }, { id: '10', minutes: 10 }, { id: '30', minutes: 30 }, { id: '60', minutes: 60 }];

/** Why, and for how long. @param {Props} props */
export function PauseSheet(props) {
  const [length, setLength] = useState('0'), view = props.view;
  const options = LENGTHS.map(l => ({ id: l.id, text: l.minutes ? t('count.minutes', { n: l.minutes }) : t('counter.pause.open') }));
  return html`<${Sheet} title=${t('counter.pauseTitle')} refusal=${refusalOf(props.page)} onClose=${props.acts.close}>
    ${view.current && html`<p class="second">${t('counter.pause.after')}</p>`}
    <${Options} name="minutes" label=${t('counter.pause.length')} options=${options} value=${length} first=${true} onChange=${setLength} />
    <${PauseKeys} ...${props} minutes=${Number(length)} /></${Sheet}>`;
}

/** 挂起: why the citizen goes, if one says so. @param {Props} props */
export function ParkSheet(props) {
  const [reason, setReason] = useState(''), { view, acts } = props;
  const usual = ['copy', 'pay', 'form', 'other'].map(k => t('counter.park.' + k));
  return html`<${Sheet} title=${t('counter.park.title', { number: view.current ? view.current.number : '' })} submit=${t('act.park')} refusal=${refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('park', reason ? { reason } : {})}>
    <div class="options__keys">${usual.map(text => html`<button type="button" key=${text} class="key" aria-pressed=${reason === text ? 'true' : 'false'} onClick=${() => setReason(text)}>${text}</button>`)}</div>
    <${Words} label=${t('counter.park.reason')} value=${reason} max=${view.rules.maxText} first=${true} onInput=${setReason} hint=${t('counter.park.hint')} /></${Sheet}>`;
}

/** 选号: one of the line out of order, with a reason, counted. @param {Props} props */
export function ChooseSheet(props) {
  const [number, setNumber] = useState(''), [reason, setReason] = useState(''), { view, acts } = props;
  const rows = view.line || [];
  const options = rows.map(r => ({ id: r.number, text: html`<${Num} number=${r.number} /> <span class="second">${name(r.className)} · ${name(r.serviceName)}</span>` }));
  return html`<${Sheet} title=${t('counter.chooseTitle')} submit=${t('act.call')} ready=${number !== '' && reason.trim() !== ''} refusal=${refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('call', { ticket: number.toUpperCase(), reason: reason.trim() })}>
    <p class="notice">${t('counter.chooseHint', { n: view.today.chosen })}</p>
    ${rows.length > 0 ? html`<${Options} name="number" list=${true} first=${true} label=${t('word.number')} options=${options} value=${number} onChange=${setNumber} />`
      : html`<label class="field"><span class="field__label">${t('word.number')}</span><input class="field__input" data-first="" maxlength="9" value=${number} onInput=${(/** @type {any} */ e) => setNumber(e.target.value.trim())} /></label>`}
    <${Words} label=${t('word.reason')} value=${reason} max=${view.rules.maxText} onInput=${setReason} /></${Sheet}>`;
}

/** A claimed class: the document was seen, or there is none. @param {Props} props */
export function ClaimSheet(props) {
  const [seen, setSeen] = useState(''), { view, acts } = props, c = view.current;
  if (!c || !c.claimed) return null;
  const claimed = name(c.claimedName);
  const body = () => seen === 'yes' ? { class: c.claimed, reason: t('counter.claimSeen', { name: claimed }) } : { class: c.class, reason: t('counter.claimNone', { name: claimed }) };
  return html`<${Sheet} title=${t('counter.claimTitle', { number: c.number, name: claimed })} submit=${t('action.confirm')} ready=${seen !== ''} refusal=${refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('reclassify', body(), c.number)}>
    <${Options} name="seen" label=${t('counter.claimQuestion', { name: claimed })} value=${seen} first=${true} onChange=${setSeen}
      options=${[{ id: 'yes', text: t('counter.claimSeen', { name: claimed }) }, { id: 'no', text: t('counter.claimNone', { name: claimed }) }]} /></${Sheet}>`;
}

/** The whole of a note. @param {Props} props */
export function NoteSheet(props) {
  const c = props.view.current;
  return html`<${Sheet} title=${t('counter.note') + (c ? ' · ' + c.number : '')} onClose=${props.acts.close}><p class="note-text">${c && c.note || ''}</p></${Sheet}>`;
}

/** Another class, after its proof was seen. @param {Props & {number: string}} props */
export function ClassSheet(props) {
  const [id, setId] = useState(''), [reason, setReason] = useState(''), { view, acts } = props;
  const options = view.rules.classes.map(c => ({ id: c.id, text: html`<span>${name(c.name)}<span class="second"> ${t('proof.' + c.proof)}</span></span>` }));
  return html`<${Sheet} title=${t('counter.classTitle', { number: props.number })} submit=${t('action.confirm')} ready=${id !== '' && reason.trim() !== ''} refusal=${refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('reclassify', { class: id, reason: reason.trim() }, props.number)}>
    <${Options} name="class" list=${true} first=${true} label=${t('word.class')} options=${options} value=${id} onChange=${setId} />
    <${Words} label=${t('word.reason')} value=${reason} max=${view.rules.maxText} onInput=${setReason} hint=${t('counter.classHint')} /></${Sheet}>`;
}

/** 作废, with a reason. @param {Props & {number: string}} props */
export function VoidSheet(props) {
  const [reason, setReason] = useState(''), { acts } = props;
  return html`<${Sheet} title=${t('counter.voidTitle', { number: props.number })} submit=${t('counter.act.void')} danger=${true} ready=${reason.trim() !== ''} refusal=${refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('void', { reason: reason.trim() }, props.number)}>
    <p>${t('counter.voidHint')}</p><${Words} label=${t('word.reason')} value=${reason} max=${props.view.rules.maxText} first=${true} onInput=${setReason} /></${Sheet}>`;
}

/** What can be done with a parked or passed ticket. @param {Props & {number: string}} props */
export function TicketSheet(props) {
  const { view, acts, number } = props;
  const ticket = view.parked.concat(view.passed).filter(p => p.number === number)[0];
  if (!ticket) return html`<${Sheet} title=${number} onClose=${acts.close}><p>${t('counter.ticketGone')}</p></${Sheet}>`;
  /** @type {Object<string, () => void>} */
  const does = {
    unpark: () => acts.sheetSend('unpark', { ticket: number }), call: () => acts.sheetSend('call', { ticket: number }),
    return: () => acts.sheetSend('return', {}, number), abandon: () => acts.sheetSend('abandon', { ticket: number }),
    transfer: () => acts.open({ kind: 'transfer', number }), void: () => acts.open({ kind: 'void', number }), reclassify: () => acts.open({ kind: 'class', number }),
  };
  return html`<${Sheet} title=${number + ' · ' + name(ticket.serviceName)} refusal=${refusalOf(props.page)} onClose=${acts.close}>
    ${ticket.note && html`<p class="notice">${ticket.note}</p>`}
    <div class="acts">${ticket.actions.filter(a => does[a]).map((a, i) => html`<button type="button" key=${a} class="key" data-first=${i === 0 ? '' : undefined} onClick=${does[a]}>${actName(a)}</button>`)}</div></${Sheet}>`;
}

/** @type {Array<{action: string, icon: string, sheet?: string}>} */
const OTHERS = [{ action: 'uncall', icon: 'undo-2' }, { action: 'leg', icon: 'list', sheet: 'leg' }, { action: 'left', icon: 'log-out' }];

/** Everything that is done rarely. @param {Props} props */
export function MoreSheet(props) {
  const { view, acts, page } = props, c = view.current, last = view.last;
  const reopen = last && Date.parse(last.until) > props.now;
  return html`<${Sheet} title=${t('counter.more')} refusal=${refusalOf(page)} onClose=${acts.close}><div class="acts">
    ${OTHERS.map((o, i) => html`<button type="button" key=${o.action} class="key" data-first=${i === 0 ? '' : undefined} aria-disabled=${props.off || !allowed(view, o.action, props.now) ? 'true' : undefined}
      onClick=${() => acts.press(o.action)}><${Icon} name=${o.icon} />${actName(o.action)}</button>`)}
    ${c && html`<button type="button" class="key" onClick=${() => acts.open({ kind: 'class', number: c.number })}><${Icon} name="badge-check" />${t('counter.act.reclassify')}</button>
      <button type="button" class="key" onClick=${() => acts.open({ kind: 'void', number: c.number })}><${Icon} name="x" />${t('counter.act.void')}</button>`}
    ${reopen && html`<button type="button" class="key" onClick=${() => acts.press('reopen')}><${Icon} name="undo-2" />${t('counter.reopenNumber', { number: last.number })}</button>`}
    <button type="button" class="key" onClick=${() => acts.open({ kind: 'handover' })}><${Icon} name="users" />${t('counter.act.handover')}</button>
    <button type="button" class="key" onClick=${() => acts.press('close')}><${Icon} name="log-out" />${t('act.signOut')}</button>
    <a class="key" href="/supervisor#/password" target="_blank" rel="noopener">${t('counter.password')}</a>
    <button type="button" class="key" onClick=${acts.lang}><${Icon} name="info" />${t('counter.otherLanguage')}</button>
    <button type="button" class="key" aria-pressed=${page.keys ? 'true' : 'false'} onClick=${acts.toggleKeys}>${t('counter.keysOn')}</button></div></${Sheet}>`;
}
