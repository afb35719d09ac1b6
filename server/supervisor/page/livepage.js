/**
 * The live page: the whole hall at a glance.
 * @module
 */
import { html } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../../assets/js/i18n.js';
import { dateText } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { Alerts } from './alerts.js';
import { Figures } from './figures.js';
import { Flow } from './flow.js';
import { isPast } from './model.js';
import { Services } from './services.js';
import { WindowMap, WindowSheet } from './windows.js';

/** @param {{view: import('./types.js').Live|null, now: number, live: boolean, query: Object<string, string>, staff: Object<string, string>}} props */
export function LivePage(props) {
  const { view, now, live } = props;
  if (!view) return html`<h1 class="visually-hidden">${t('supervisor.nav.live')}</h1><${Figures} view=${null} now=${now} />`;
  return html`<h1 class="visually-hidden">${t('supervisor.nav.live')}</h1>
    ${isPast(view) && html`<p class="notice notice--warn live__past"><${Icon} name="info" />${t('supervisor.yesterday', { date: dateText(String(view.hall.date)) })}</p>`}
    <${Figures} view=${view} now=${now} />
    <div class="live"><div class="live__left"><${Services} view=${view} now=${now} /><${Alerts} view=${view} now=${now} live=${live} /></div>
      <div class="live__right"><${WindowMap} view=${view} now=${now} /><${Flow} view=${view} /></div></div>
    ${props.query.window && html`<${WindowSheet} key=${props.query.window} view=${view} id=${props.query.window} staff=${props.staff} />`}`;
}
