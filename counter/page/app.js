/**
 * The whole page: the columns of the work, or what comes before it.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { t } from '../../assets/js/i18n.js';
import { DemoStrip } from '../../assets/js/demo.js';
import { Icon } from '../../assets/js/icon.js';
import { classes } from '../../assets/js/parts.js';
import { Connection, Current, Header, Keys, NextKey } from './panel.js';
import { Alerts, Parked, Passed, PauseBlock, Today, Why } from './queue.js';
import { Choose, SignOn } from './signon.js';
import { FinishSheet, LongSheet } from './finish.js';
import { CloseSheet, HandOverSheet, LegSheet, TransferSheet } from './places.js';
import { ChooseSheet, ClaimSheet, ClassSheet, MoreSheet, NoteSheet, ParkSheet, PauseSheet, TicketSheet, VoidSheet } from './more.js';

/** @typedef {import('./types.js').Page} Page */
/** @typedef {import('./acts.js').Acts} Acts */

/** @type {Object<string, any>} */
const SHEETS = {
  finish: FinishSheet, long: LongSheet, transfer: TransferSheet, leg: LegSheet, handover: HandOverSheet, close: CloseSheet, pause: PauseSheet,
  park: ParkSheet, choose: ChooseSheet, claim: ClaimSheet, class: ClassSheet, void: VoidSheet, ticket: TicketSheet, more: MoreSheet, note: NoteSheet,
};

/**
 * @param {{page: Page, acts: Acts, now: number, clock: string, off: boolean}} props now: the hall's time, ms
 */
export function App(props) {
  const page = props.page, demo = page.view ? page.view.hall.demo : !!page.hall && page.hall.hall.demo;
  return html`<${DemoStrip} demo=${demo} />${body(props)}`;
}

/** @param {any} props */
function body(props) {
  const page = props.page;
  if (page.place === 'signon') return html`<${SignOn} page=${page} acts=${props.acts} />`;
  if (page.place === 'choose') return html`<${Choose} page=${page} acts=${props.acts} />`;
  if (!page.view) return html`<${Loading} page=${page} now=${props.now} off=${props.off} />`;
  return html`<${Work} ...${props} view=${page.view} />`;
}

/** Nothing has come yet: the frame of the page without figures. @param {{page: Page, now: number, off: boolean}} props */
function Loading(props) {
  return html`<main class="front"><h1 class="front__title">${t('counter.title')}</h1><p class="second">${props.off ? html`<${Connection} ...${props} />` : '–'}</p></main>`;
}

/** @param {{page: Page, view: import('./types.js').View, acts: Acts, now: number, clock: string, off: boolean}} props */
function Work(props) {
  const { page, view } = props, sheet = page.sheet, Kind = sheet && SHEETS[sheet.kind];
  return html`<${Header} ...${props} /><main class="columns">
    <div class="col col--work"><${Current} ...${props} />
      <div class="told">${page.refusal && !sheet && html`<p class="notice notice--bad told__text"><${Icon} name="info" /><span>${page.refusal.text}</span></p>`}</div>
      <${Keys} ...${props} busy=${page.busy} /><${NextKey} ...${props} />
      <p class="second hints"><span>${page.keys ? t('counter.keysHint') : t('counter.keysOff')}</span></p></div>
    <div class="col col--queue"><${Alerts} view=${view} /><${Why} ...${props} /></div>
    <div class="col col--side"><${Parked} ...${props} /><${Passed} ...${props} /><${PauseBlock} ...${props} /><${Today} view=${view} /></div>
  </main>
  <footer class=${classes('foot', props.off && 'foot--off')}><span class="foot__link"><${Connection} page=${page} now=${props.now} off=${props.off} /></span>
    <button type="button" class="key key--quiet foot__more" onClick=${() => props.acts.open({ kind: 'more' })}><${Icon} name="list" />${t('counter.more')}</button>
    <span class="clock foot__clock">${props.clock}</span></footer>
  ${Kind && html`<${Kind} key=${sheet.kind + (sheet.number || '')} ...${props} number=${sheet.number} last=${sheet.last} />`}`;
}
