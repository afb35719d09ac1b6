/**
 * The strip that says a page shows a demonstration.
 * @module
 */
import { html } from '../vendor/htm/preact/standalone.module.js';
import { t } from './i18n.js';

/**
 * The strip, above everything; nothing in a real hall.
 * @param {{demo: boolean|undefined}} props
 */
export function DemoStrip(props) {
  if (!props.demo) return null;
  return html`<div class="demo-strip" role="note"><span class="demo-strip__words">${t('demo.strip')}</span></div>`;
}
