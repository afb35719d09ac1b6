/**
 * The icons, as inline SVG in one colour. An icon is silent and never stands alone: its word is beside it.
 * @module
 */
import { h } from '../vendor/htm/preact/standalone.module.js';
import { DRAWINGS } from './icons.js';

/** What each mark means; the same on every screen. */
export const MARK = Object.freeze({
  called: 'bell', serving: 'user', passed: 'user-x', returned: 'undo-2', parked: 'pause', paused: 'pause',
  transferred: 'arrow-left-right', moved: 'arrow-left-right', finished: 'circle-check', free: 'circle-check', done: 'circle-check',
  cancelled: 'x', abandoned: 'x', left: 'x', unserved: 'x', voided: 'x', overdue: 'triangle-alert', missing: 'triangle-alert',
  why: 'scale', later: 'hourglass',
});

/**
 * @param {{name: string, class?: string, size?: string}} props name of a drawing or of a meaning in MARK; size in any CSS unit
 */
export function Icon(props) {
  const style = props.size ? { width: props.size, height: props.size } : undefined;
  const attributes = { class: 'icon' + (props.class ? ' ' + props.class : ''), viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false', style };
  return h('svg', attributes, drawing(props.name).map(([tag, shape]) => h(tag, shape)));
}

/**
 * The same as markup, for places without virtual nodes.
 * @param {string} name
 * @returns {string}
 */
export function iconString(name) {
  const shapes = drawing(name).map(([tag, shape]) => '<' + tag + attributeText(shape) + '/>').join('');
  return '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">' + shapes + '</svg>';
}

/** @param {Object<string, string>} shape @returns {string} */
function attributeText(shape) { return Object.keys(shape).map(k => ' ' + k + '="' + shape[k] + '"').join(''); }

/** @param {string} name @returns {Array<[string, Object<string, string>]>} */
function drawing(name) {
  const found = DRAWINGS[/** @type {Object<string, string>} */ (MARK)[name] || name];
  if (!found) throw new Error('no icon ' + name);
  return found;
}
