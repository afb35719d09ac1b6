/**
 * Finishing: what came of it, how many, and whether the time is right.
 * @module
 */
import { html, useState } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, t } from '../../assets/js/i18n.js';
import { Icon } from '../../assets/js/icon.js';
import { duration } from '../../assets/js/format.js';
import { doubtful, finishBody, firstItem, runningSeconds } from './model.js';
import { Options, Sheet, Stepper } from './sheet.js';

/** @typedef {import('./types.js').View} View */
/** @typedef {import('./types.js').Page} Page */
/** @typedef {import('./acts.js').Acts} Acts */
/** @typedef {{service: string, outcome: string, cases: number, caseNo: string}} Item */

/**
 * The sheet of 办结: one outcome and a count, or several items.
 * @param {{page: Page, view: View, now: number, acts: Acts}} props
 */
export function FinishSheet(props) {
  const { view, acts } = props;
  const [items, setItems] = useState([firstItem(view)]), [right, setRight] = useState('');
  const own = view.current ? view.current.service : '', asks = doubtful(view, props.now);
  /** @param {number} i @param {Partial<Item>} change */
  const change = (i, change) => setItems(items.map((item, n) => n === i ? Object.assign({}, item, change) : item));
  const send = () => acts.sheetSend('finish', finishBody(items, own, right === 'yes'));
  return html`<${Sheet} title=${t('counter.finish.title', { number: view.current ? view.current.number : '' })} submit=${t('act.finish')}
      ready=${!asks || right !== ''} refusal=${refusalOf(props.page)} onClose=${acts.close} onSubmit=${send}>
    ${items.map((item, i) => html`<${ItemFields} key=${i} view=${view} item=${item} place=${i} many=${items.length > 1}
      onChange=${(/** @type {Partial<Item>} */ c) => change(i, c)} onDrop=${() => setItems(items.filter((_, n) => n !== i))} />`)}
    ${items.length < view.rules.maxItems && html`<button type="button" class="key key--quiet" onClick=${() => setItems(items.concat(firstItem(view)))}>${t('counter.finish.add')}</button>`}
    ${asks && html`<${TimeQuestion} view=${view} now=${props.now} value=${right} onChange=${setRight} />`}
  </${Sheet}>`;
}

/** The sentence of a refusal while a sheet is open. @param {Page} page @returns {string|undefined} */
export function refusalOf(page) { return page.refusal ? page.refusal.text : undefined; }

/** @param {{view: View, item: Item, place: number, many: boolean, onChange: (c: Partial<Item>) => void, onDrop: () => void}} props */
function ItemFields(props) {
  const { view, item, place } = props;
  const outcomes = view.rules.outcomes.map(id => ({ id, text: t('outcome.' + id) }));
  return html`<div class="item">
    ${props.many && html`<p class="item__head"><label class="field"><span class="field__label">${t('counter.finish.item', { n: place + 1 })}</span>
      <select value=${item.service} onChange=${(/** @type {any} */ e) => props.onChange({ service: e.target.value })}>
        ${servicesOf(view).map(s => html`<option key=${s.service} value=${s.service}>${name(s.name)}</option>`)}</select></label>
      <button type="button" class="key key--quiet" aria-label=${t('counter.finish.drop', { n: place + 1 })} onClick=${props.onDrop}><${Icon} name="x" /></button></p>`}
    <${Options} name=${'outcome' + place} label=${t('counter.finish.outcome')} options=${outcomes} value=${item.outcome} first=${place === 0} onChange=${(/** @type {string} */ outcome) => props.onChange({ outcome })} />
    <div class="item__row"><${Stepper} label=${t('counter.finish.cases')} value=${item.cases} max=${view.rules.maxCases} onChange=${(/** @type {number} */ cases) => props.onChange({ cases })} />
      <label class="field"><span class="field__label">${t('counter.finish.caseNo')}</span>
        <input class="field__input" maxlength="64" value=${item.caseNo} onInput=${(/** @type {any} */ e) => props.onChange({ caseNo: e.target.value })} /></label></div>
  </div>`;
}

/** The window's services, and the ticket's own first. @param {View} view @returns {Array<{service: string, name: import('./types.js').Name}>} */
function servicesOf(view) {
  const c = view.current, list = view.byService.map(q => ({ service: q.service, name: q.name }));
  return !c || list.some(s => s.service === c.service) ? list : [{ service: c.service, name: c.serviceName }].concat(list);
}

/** @param {{view: View, now: number, value: string, onChange: (v: string) => void}} props */
function TimeQuestion(props) {
  const c = props.view.current, seconds = c ? runningSeconds(c, props.now) : 0;
  return html`<${Options} name="right" label=${t('counter.finish.long', { time: duration(seconds) })} value=${props.value} onChange=${props.onChange}
    options=${[{ id: 'yes', text: t('counter.finish.right') }, { id: 'no', text: t('counter.finish.forgot') }]} />`;
}

/**
 * 下一位 after a handling that took long: asks whether the time is right, then finishes and calls.
 * @param {{page: Page, view: View, now: number, acts: Acts}} props
 */
export function LongSheet(props) {
  const [right, setRight] = useState(''), { acts, view } = props;
  const body = () => ({ current: { finish: Object.assign({ outcome: view.rules.outcome }, right === 'yes' ? { confirm: true } : {}) } });
  return html`<${Sheet} title=${t('counter.finish.longTitle')} submit=${t('act.nextTicket')} ready=${right !== ''} refusal=${refusalOf(props.page)}
      onClose=${acts.close} onSubmit=${() => acts.sheetSend('next', body())}>
    <${TimeQuestion} view=${view} now=${props.now} value=${right} onChange=${setRight} /></${Sheet}>`;
}
