import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { useTexts } from './i18n.js';
import { ago, clockTime, dateText, duration, minutes, number, percent, waitText } from './format.js';

const read = lang => JSON.parse(readFileSync(new URL('../messages/' + lang + '.json', import.meta.url), 'utf8'));
const texts = { zh: read('zh'), en: read('en') };
const zh = () => useTexts(texts, 'zh');
const en = () => useTexts(texts, 'en');
const wait = (s, low, high) => ({ seconds: s * 60, lowSeconds: low * 60, highSeconds: high * 60, basis: 'fallback' });

test('a wait is about a point with its range', () => {
  zh();
  const w = waitText(18, wait(42, 35, 55), 10);
  assert.deepEqual(w, { kind: 'point', value: '42', range: '35–55', unit: '分钟', text: '约 42 分钟', full: '约 42 分钟（35–55）' });
  en();
  assert.equal(waitText(18, wait(42, 35, 55)).full, 'About 42 min (35–55)');
});

test('nobody ahead is no wait, whatever was computed', () => {
  zh();
  assert.equal(waitText(0, wait(3, 1, 5)).text, '无需等候');
  assert.equal(waitText(0, undefined).kind, 'none');
});

test('never zero minutes', () => {
  zh();
  assert.equal(waitText(1, { seconds: 10, lowSeconds: 5, highSeconds: 15 }).text, '约 1 分钟');
  assert.equal(waitText(1, { seconds: 0, lowSeconds: 0, highSeconds: 20 }).text, '1 分钟');
});

test('a range wider than 60 % either way stands alone', () => {
  zh();
  assert.equal(waitText(3, wait(10, 4, 16)).kind, 'point');
  assert.deepEqual(waitText(3, wait(10, 4, 17)), { kind: 'range', value: '', range: '4–17', unit: '分钟', text: '4–17 分钟', full: '4–17 分钟' });
});

test('a point older than two minutes is not said', () => {
  zh();
  assert.equal(waitText(3, wait(20, 15, 25), 120).kind, 'point');
  assert.equal(waitText(3, wait(20, 15, 25), 121).text, '15–25 分钟');
});

test('no estimate says so', () => {
  zh();
  assert.equal(waitText(30, undefined).text, '人数较多，暂无法估计');
  assert.equal(waitText(undefined, undefined).kind, 'unknown');
});

test('over two hours it is hours', () => {
  zh();
  assert.equal(waitText(90, wait(120, 100, 140)).text, '约 120 分钟');
  assert.equal(waitText(90, wait(121, 100, 140)).text, '约 2 小时');
  assert.equal(waitText(90, wait(150, 130, 175)).full, '约 2.5 小时（2–3）');
});

test('a range of one figure is one figure', () => {
  zh();
  assert.equal(waitText(1, { seconds: 60, lowSeconds: 60, highSeconds: 60 }).full, '约 1 分钟（1）');
});

test('running times', () => {
  assert.equal(duration(402), '06:42');
  assert.equal(duration(0), '00:00');
  assert.equal(duration(-3), '00:00');
  assert.equal(duration(4002.9), '1:06:42');
});

test('times of day are read as the hall wrote them', () => {
  assert.equal(clockTime('2026-11-23T09:42:10.123+08:00'), '9:42');
  assert.equal(clockTime('2026-11-23T00:05:10.123+08:00'), '0:05');
  assert.equal(clockTime(undefined), '–');
});

test('dates with their weekday', () => {
  zh();
  assert.equal(dateText('2026-11-23'), '11月23日 星期一');
  en();
  assert.equal(dateText('2026-11-23'), 'Monday, 23 November');
});

test('how long ago', () => {
  zh();
  assert.deepEqual([5, 60, 119, 7199, 7200].map(ago), ['刚刚', '1 分钟前', '1 分钟前', '119 分钟前', '2 小时前']);
});

test('figures', () => {
  zh();
  assert.equal(minutes(59), '0');
  assert.equal(minutes(1080), '18');
  assert.equal(minutes(-5), '0');
  assert.equal(number(12345), '12,345');
  assert.equal(number(0), '0');
  assert.equal(number(undefined), '–');
  assert.equal(percent(0.823), '82%');
  assert.equal(percent(null), '–');
});
