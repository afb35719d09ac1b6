/**
 * Before the work: who is there, and at which window.
 * @module
 */
import { html, useState } from '../../assets/vendor/htm/preact/standalone.module.js';
import { lang, name, t } from '../../assets/js/i18n.js';
import { Icon } from '../../assets/js/icon.js';
import { Plate, Seal } from '../../assets/js/parts.js';

/** @typedef {import('./types.js').Page} Page */
/** @typedef {import('./acts.js').Acts} Acts */

/** @param {{page: Page, acts: Acts, children?: any, label: string}} props */
function Front(props) {
  const hall = props.page.hall;
  return html`<main class="front"><div class="front__head"><${Seal} /><div><p class="front__hall">${hall ? name(hall.hall.name) : t('word.hall')}</p>
      <h1 class="front__title">${props.label}</h1></div>
      <button type="button" class="key key--quiet front__lang" lang=${lang() === 'zh' ? 'en' : 'zh-CN'} onClick=${props.acts.lang}>${lang() === 'zh' ? 'English' : '中文'}</button></div>
    ${props.page.note && html`<p class="notice notice--warn" role="status"><${Icon} name="info" /><span>${props.page.note}</span></p>`}
    ${props.page.refusal && html`<p class="notice notice--bad"><${Icon} name="triangle-alert" /><span>${props.page.refusal.text}</span></p>`}
    ${props.children}</main>`;
}

/**
 * Staff number and password.
 * @param {{page: Page, acts: Acts}} props
 */
export function SignOn(props) {
  const [staff, setStaff] = useState(''), [password, setPassword] = useState('');
  /** @param {Event} e */
  const submit = e => { e.preventDefault(); props.acts.signIn(staff.trim(), password).then(ok => { if (!ok) setPassword(''); }); };
  return html`<${Front} page=${props.page} acts=${props.acts} label=${t('counter.signOn')}>
    ${props.page.window && html`<p class="front__kept"><${Plate} label=${props.page.window} size="s" /> ${t('counter.keptWindow', { label: props.page.window })}</p>`}
    <form class="front__form" onSubmit=${submit}>
      <label class="field"><span class="field__label">${t('counter.staffNumber')}</span>
        <input class="field__input" name="staff" autocomplete="username" inputmode="numeric" required maxlength="32" autofocus value=${staff} onInput=${(/** @type {any} */ e) => setStaff(e.target.value)} /></label>
      <label class="field"><span class="field__label">${t('counter.password')}</span>
        <input class="field__input" name="password" type="password" autocomplete="current-password" required maxlength="200" value=${password} onInput=${(/** @type {any} */ e) => setPassword(e.target.value)} /></label>
      <button type="submit" class="key key--action front__key" aria-disabled=${props.page.busy ? 'true' : undefined}><${Icon} name="log-in" />${t('act.signIn')}</button>
    </form></${Front}>`;
}

/**
 * The windows one may open, the one of before first in focus.
 * @param {{page: Page, acts: Acts}} props
 */
export function Choose(props) {
  const page = props.page, session = page.session;
  const windows = windowsFor(page);
  return html`<${Front} page=${page} acts=${props.acts} label=${t('counter.chooseWindow')}>
    <p class="second">${session ? t('counter.hello', { name: session.name, staff: session.staff }) : ''}</p>
    <ul class="front__windows">${windows.map(w => html`<li key=${w.id}><button type="button" class="key front__window" autofocus=${w.id === page.window}
        onClick=${() => props.acts.openWindow(w.id)}><${Plate} label=${w.id} outlined=${w.state === 'closed'} />
        <span class="front__label">${name(w.label)}<span class="second">${windowLine(w)}</span></span></button></li>`)}</ul>
    ${windows.length === 0 && html`<p>${t('counter.noWindows')}</p>`}
    <p><button type="button" class="key key--quiet" onClick=${props.acts.signOut}>${t('act.signOut')}</button></p></${Front}>`;
}

/** @param {any} w @returns {string} */
function windowLine(w) { return w.state === 'closed' ? t('counter.openThis') : t('counter.occupied'); }

/**
 * The windows that a member of staff may open, in plan order.
 * @param {Page} page
 * @returns {any[]}
 */
export function windowsFor(page) {
  const may = page.session ? page.session.windows : [];
  const all = page.hall ? page.hall.windows : [];
  return all.filter((/** @type {any} */ w) => may.length === 0 || may.indexOf(w.id) >= 0);
}
