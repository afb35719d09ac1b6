import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { useTexts } from './i18n.js';
import { html } from '../vendor/htm/preact/standalone.module.js';
import { DemoStrip } from './demo.js';
import { Icon, iconString, MARK } from './icon.js';
import { DRAWINGS } from './icons.js';
import { KeyHint, Num, Plate, Plates, Progress, Seal, StateTag, Wait, WhyBar, WindowTag } from './parts.js';

const read = lang => JSON.parse(readFileSync(new URL('../messages/' + lang + '.json', import.meta.url), 'utf8'));
useTexts({ zh: read('zh'), en: read('en') }, 'zh');

/** Virtual nodes as markup, enough to compare. */
function markup(node) {
  if (node === null || node === undefined || typeof node === 'boolean') return '';
  if (Array.isArray(node)) return node.map(markup).join('');
  if (typeof node !== 'object') return String(node);
  if (typeof node.type === 'function') return markup(node.type(node.props));
  const { children, ...rest } = node.props;
  const attributes = Object.keys(rest).filter(k => rest[k] !== undefined)
    .map(k => ' ' + k + '="' + (k === 'style' ? JSON.stringify(rest[k]).replace(/"/g, "'") : rest[k]) + '"').join('');
  return '<' + node.type + attributes + '>' + markup(children) + '</' + node.type + '>';
}

test('a number is bare and gives its letters a box', () => {
  assert.equal(markup(html`<${Num} number="A017" list />`), '<span class="num num--list"><span class="num__prefix">A</span>017</span>');
  assert.match(markup(html`<${Num} number="AB017" />`), /num__prefix num__prefix--two">AB<\/span>017/);
});

test('a plate is read as a window and says by its outline that it cannot be used', () => {
  assert.equal(markup(html`<${Plate} label="8" />`), '<span class="plate" role="img" aria-label="8 号窗口">8</span>');
  assert.match(markup(html`<${Plate} label="3" outlined warn size="s" />`), /class="plate plate--s plate--outlined plate--warn"/);
  assert.equal(markup(html`<${Plates} labels=${['5', '12']} />`).match(/aria-label="\d+ 号窗口"/g).length, 2);
});

test('a state is a word and a mark; waiting has no mark', () => {
  assert.match(markup(html`<${StateTag} state="called" text="已叫第 2 次" />`), /tag--called"><svg class="icon".*<\/svg>已叫第 2 次/);
  assert.equal(markup(html`<${StateTag} state="waiting" />`), '<span class="tag tag--waiting">等候</span>');
  assert.match(markup(html`<${WindowTag} state="paused" />`), /svg.*暂停/);
});

test('every state of a ticket has its word in both languages', () => {
  const states = ['waiting', 'called', 'serving', 'parked', 'passed', 'finished', 'left', 'cancelled', 'abandoned', 'unserved', 'voided', 'moved'];
  states.forEach(s => assert.doesNotMatch(markup(html`<${StateTag} state=${s} />`), /state\./, s));
});

test('a wait', () => {
  const expected = { seconds: 2520, lowSeconds: 2100, highSeconds: 3300 };
  assert.equal(markup(html`<${Wait} ahead=${18} expected=${expected} />`), '<span class="wait">约 42 分钟 <span class="second nowrap">35–55</span></span>');
  assert.equal(markup(html`<${Wait} ahead=${0} />`), '<span class="wait good">无需等候</span>');
  assert.equal(markup(html`<${Wait} ahead=${9} />`), '<span class="wait">人数较多，暂无法估计</span>');
});

test('the bar of reasons has one scale and hides credit that is none', () => {
  const bar = markup(html`<${WhyBar} waitedSeconds=${720} creditSeconds=${900} scaleSeconds=${1620} />`);
  const widths = bar.match(/'width':'([\d.]+)%'/g).map(w => parseFloat(w.slice(9)));
  assert.ok(Math.abs(widths[0] + widths[1] - 100) < 1e-9, String(widths));
  assert.doesNotMatch(markup(html`<${WhyBar} waitedSeconds=${720} creditSeconds=${0} scaleSeconds=${1620} />`), /credit/);
  assert.match(markup(html`<${WhyBar} waitedSeconds=${0} creditSeconds=${0} scaleSeconds=${0} />`), /'0%'/);
});

test('progress stays full past the promise and turns bad', () => {
  assert.match(markup(html`<${Progress} seconds=${210} promisedSeconds=${420} label="x" />`), /class="progress".*aria-valuenow="50".*scaleX\(0.5\)/s);
  assert.match(markup(html`<${Progress} seconds=${900} promisedSeconds=${420} label="x" />`), /progress--over.*aria-valuenow="100".*scaleX\(1\)/s);
  assert.match(markup(html`<${Progress} seconds=${900} promisedSeconds=${0} label="x" />`), /class="progress".*scaleX\(0\)/s);
});

test('small parts', () => {
  assert.equal(markup(html`<${KeyHint} name="Enter" />`), '<kbd class="key-hint" aria-hidden="true">Enter</kbd>');
  assert.match(markup(html`<${Seal} />`), />政</);
  assert.match(markup(html`<${Seal} src="/emblem.png" />`), /<img src="\/emblem.png" alt="">/);
  assert.equal(markup(html`<${DemoStrip} demo=${false} />`), '');
  assert.match(markup(html`<${DemoStrip} demo />`), /演示数据/);
});

test('icons are the vendored drawings, silent, and every meaning has one', () => {
  const files = readdirSync(new URL('../vendor/lucide/', import.meta.url)).filter(f => f.endsWith('.svg')).map(f => f.slice(0, -4)).sort();
  assert.deepEqual(Object.keys(DRAWINGS).sort(), files);
  Object.values(MARK).forEach(name => assert.ok(DRAWINGS[name], name));
  assert.match(markup(html`<${Icon} name="called" class="big" size="2em" />`), /<svg class="icon big" viewBox="0 0 24 24" aria-hidden="true"/);
  assert.match(iconString('bell'), /^<svg class="icon".*<path d="/);
  assert.throws(() => iconString('dragon'), /dragon/);
});

test('every drawing has all the shapes of its published file', () => {
  for (const name of Object.keys(DRAWINGS)) {
    const svg = readFileSync(new URL('../vendor/lucide/' + name + '.svg', import.meta.url), 'utf8');
    const shapes = svg.match(/<(path|circle|rect|line|polyline|polygon|ellipse)\b/g);
    assert.equal(shapes.length, DRAWINGS[name].length, name);
    DRAWINGS[name].forEach(([, a]) => Object.values(a).forEach(v => assert.ok(svg.includes('"' + v + '"'), name + ' ' + v)));
  }
});
