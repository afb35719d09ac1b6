/**
 * Signing in to the console.
 * @module
 */
import { html } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../../assets/js/i18n.js';
import { post } from '../../../assets/js/http.js';
import { Seal } from '../../../assets/js/parts.js';
import { Refusal, useCommand } from './sheet.js';
import { bodyOf } from './ticket.js';

/** @param {{done: (session: any) => void, note: string}} props note: why one has to */
export function SignIn(props) {
  const command = useCommand();
  const send = (/** @type {SubmitEvent} */ e) => {
    e.preventDefault();
    const body = bodyOf(new FormData(/** @type {HTMLFormElement} */ (e.target)));
    return command.run(async () => props.done(await post('/api/v1/session', body)));
  };
  return html`<main class="sign-in" id="main"><form class="card" onSubmit=${send}>
    <div class="sign-in__head"><${Seal} size="44px" /><h1>${t('supervisor.title')}</h1></div>
    ${props.note && html`<p class="notice">${props.note}</p>`}
    <label class="field"><span class="field__label">${t('supervisor.signIn.staff')}</span>
      <input class="field__input" name="staff" autocomplete="username" inputmode="numeric" required /></label>
    <label class="field"><span class="field__label">${t('supervisor.signIn.password')}</span>
      <input class="field__input" name="password" type="password" autocomplete="current-password" required /></label>
    <${Refusal} problem=${command.problem} />
    <button class="key key--action" aria-disabled=${command.busy ? 'true' : undefined}>${t('supervisor.signIn.title')}</button></form></main>`;
}
