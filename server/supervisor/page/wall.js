/**
 * The wall: the same view for a large screen that visitors see. Nothing can be pressed, nobody is named.
 * @module
 */
import { html } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../../assets/js/i18n.js';
import { clockTime, dateText } from '../../../assets/js/format.js';
import { Seal } from '../../../assets/js/parts.js';
import { Alerts } from './alerts.js';
import { Figures } from './figures.js';
import { Flow } from './flow.js';
import { Services } from './services.js';
import { WindowMap } from './windows.js';

/** @param {{view: import('./types.js').Live, at: string, live: boolean, clock: import('../../../assets/js/clock.js').Clock}} props */
export function Wall(props) {
  const { view, clock } = props, now = props.live ? clock.now() : Date.parse(props.at);
  return html`<main class=${'wall' + (props.live ? '' : ' page--stale')}><header class="wall__head"><${Seal} size="62px" /><h1>${t('supervisor.wall', { hall: name(view.hall.name) })}</h1>
      <div class="header__end">${props.live ? html`<span>${t('supervisor.fresh', { n: clock.since(props.at) })}</span>`
        : html`<b class="bad" role="status">${t('supervisor.lastData', { time: clockTime(props.at) })}</b>`}
        <span>${dateText(clock.date())}</span><span class="clock">${clock.text()}</span></div></header>
    <${Figures} view=${view} now=${now} wall />
    <div class="live"><div class="live__left"><${Services} view=${view} now=${now} wall /><${Alerts} view=${view} now=${now} live=${props.live} wall /></div>
      <div class="live__right"><${WindowMap} view=${view} now=${now} wall /><${Flow} view=${view} wall /></div></div></main>`;
}
