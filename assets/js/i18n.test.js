import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as i18n from './i18n.js';

const read = lang => JSON.parse(readFileSync(new URL('../messages/' + lang + '.json', import.meta.url), 'utf8'));
const texts = {
  zh: { hello: '您好', ahead: '前面 {n} 人', both: '{a} 到 {b}，{a}' },
  en: { hello: 'Hello', ahead: '{n} people ahead', 'ahead.one': '{n} person ahead', both: '{a} to {b}, {a}' },
};

test('the language comes from the query, then the document, then the store, then is Chinese', () => {
  assert.equal(i18n.detectLang({ search: '?lang=en', html: 'zh-CN', stored: 'zh' }), 'en');
  assert.equal(i18n.detectLang({ search: '', html: 'en', stored: 'zh' }), 'en');
  assert.equal(i18n.detectLang({ search: '', html: '', stored: 'en' }), 'en');
  assert.equal(i18n.detectLang({ search: '?lang=fr', html: '', stored: null }), 'zh');
});

test('one language leads and the other follows', () => {
  i18n.useTexts(texts, 'zh');
  assert.equal(i18n.t('hello'), '您好');
  assert.equal(i18n.t2('hello'), 'Hello');
  i18n.setLang('en', { store: false });
  assert.equal(i18n.t('hello'), 'Hello');
  assert.equal(i18n.t2('hello'), '您好');
  assert.equal(i18n.lang() + i18n.otherLang(), 'enzh');
});

test('placeholders are filled everywhere, unknown ones stay to be seen', () => {
  i18n.useTexts(texts, 'zh');
  assert.equal(i18n.t('both', { a: 1, b: 2 }), '1 到 2，1');
  assert.equal(i18n.t('both', { a: 1 }), '1 到 {b}，1');
});

test('one person is not one people', () => {
  i18n.useTexts(texts, 'en');
  assert.equal(i18n.t('ahead', { n: 1 }), '1 person ahead');
  assert.equal(i18n.t('ahead', { n: 0 }), '0 people ahead');
  assert.equal(i18n.textIn('zh', 'ahead', { n: 1 }), '前面 1 人');
});

test('a missing key is reported and shown as itself', () => {
  const seen = [];
  i18n.useTexts(texts, 'zh');
  i18n.onMissing((key, lang) => seen.push(lang + ':' + key));
  assert.equal(i18n.t('no.such'), 'no.such');
  assert.deepEqual(seen, ['zh:no.such']);
  assert.equal(i18n.hasText('no.such'), false);
  assert.equal(i18n.hasText('hello'), true);
});

test('names take the leading language, else the other, and the second line never repeats the first', () => {
  i18n.useTexts(texts, 'en');
  assert.equal(i18n.name({ zh: '社保', en: 'Social security' }), 'Social security');
  assert.equal(i18n.name2({ zh: '社保', en: 'Social security' }), '社保');
  assert.equal(i18n.name({ zh: '社保' }), '社保');
  assert.equal(i18n.name2({ zh: '社保' }), '');
  assert.equal(i18n.name(undefined), '');
});

test('watchers are told until they stop', () => {
  const seen = [];
  i18n.useTexts(texts, 'zh');
  const stop = i18n.onLang(l => seen.push(l));
  i18n.setLang('en', { store: false });
  stop();
  i18n.setLang('zh', { store: false });
  assert.deepEqual(seen, ['en']);
});

test('both languages are loaded, and a refusal of one fails the whole', async () => {
  const fetch = url => Promise.resolve({ ok: true, json: () => Promise.resolve(read(url.slice(-7, -5))) });
  assert.equal(await i18n.loadTexts({ lang: 'en', fetch }), 'en');
  assert.equal(i18n.t('rating.level.5'), 'Very satisfied');
  assert.equal(i18n.t2('rating.level.5'), '非常满意');
  await assert.rejects(i18n.loadTexts({ lang: 'en', fetch: () => Promise.resolve({ ok: false, status: 404 }) }), /404/);
});
