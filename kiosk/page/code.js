/**
 * Draws a QR code that came as rows of hex digits, one bit a module.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';

/**
 * The dark stretches of the code as one path, a unit a module.
 * @param {string[]} rows each of as many bits as there are rows, filled up with zeros
 * @returns {string}
 */
export function pathOf(rows) {
  let path = '';
  rows.forEach((row, y) => {
    const bits = row.split('').map(d => ('000' + parseInt(d, 16).toString(2)).slice(-4)).join('');
    bits.replace(/1+/g, (run, x) => { path += 'M' + x + ' ' + y + 'h' + run.length + 'v1h-' + run.length + 'z'; return run; });
  });
  return path;
}

/**
 * The code with four modules of white around, on whole pixels.
 * @param {{rows: string[], size: number}} props size in px at most, white included not
 */
export function Code(props) {
  const n = props.rows.length, module = Math.max(2, Math.floor(props.size / n)), side = (n + 8) * module;
  return html`<svg class="qr" width=${side} height=${side} viewBox=${'-4 -4 ' + (n + 8) + ' ' + (n + 8)} shape-rendering="crispEdges" aria-hidden="true"><path d=${pathOf(props.rows)} /></svg>`;
}
