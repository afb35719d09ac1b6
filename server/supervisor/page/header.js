/**
 * The head of the console: where one can go, how fresh the data are, who one is.
 * @module
 */
import { html } from '../../../assets/vendor/htm/preact/standalone.module.js';
import { name, otherLang, setLang, t, textIn } from '../../../assets/js/i18n.js';
import { del } from '../../../assets/js/http.js';
import { clockTime } from '../../../assets/js/format.js';
import { Icon } from '../../../assets/js/icon.js';
import { Seal } from '../../../assets/js/parts.js';
import { linkTo, OWN, pagesOf } from './place.js';

/** @param {{page: string, boss: boolean, session: any, live: any, clock: import('../../../assets/js/clock.js').Clock, out: () => void}} props */
export function Header(props) {
  const { live, session } = props;
  const pages = pagesOf(session.roles);
  const leave = () => del('/api/v1/session').then(props.out, props.out);
  return html`<header class="header on-brand top"><${Seal} size="34px" /><span class="header__title">${live.view ? name(live.view.hall.name) : t('supervisor.title')}</span>
    <nav class="top__nav" aria-label=${t('supervisor.nav')}>${pages.map(p => html`<a key=${p} href=${linkTo(p)} aria-current=${p === props.page ? 'page' : undefined}>${t('supervisor.nav.' + p)}</a>`)}
      ${props.boss && html`<a href="?wall=1" target="_blank" rel="noopener">${t('supervisor.wallLink')}</a>`}</nav>
    <div class="header__end">${props.boss && fresh(live, props.clock)}
      <button class="top__key" lang=${otherLang()} onClick=${() => setLang(otherLang())}>${textIn(otherLang(), 'mode.' + otherLang())}</button>
      <a class="top__who" href=${linkTo(OWN)} title=${t('supervisor.accounts.ownTitle')}>${session.name} ${session.staff}</a><button class="top__key" onClick=${leave}>${t('act.signOut')}</button>
      <span class="clock">${props.clock.text()}</span></div></header>`;
}

/** @param {any} live @param {import('../../../assets/js/clock.js').Clock} clock */
export function fresh(live, clock) {
  if (live.build) return html`<button class="top__key" onClick=${() => location.reload()}>${t('supervisor.restart')}</button>`;
  if (live.fresh && live.at) return html`<span class="with-icon"><${Icon} name="circle-check" />${t('supervisor.fresh', { n: clock.since(live.at) })}</span>`;
  return html`<b class="top__stale with-icon" role="status"><${Icon} name="unplug" />${live.at ? t('supervisor.lastData', { time: clockTime(live.at) }) : t('supervisor.noData')}</b>`;
}

