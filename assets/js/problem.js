/**
 * What went wrong, in words: the server's own sentence, or ours when it could not answer.
 * @module
 */
import { hasText, t } from './i18n.js';
import { Problem } from './http.js';

/**
 * Title and sentence of a failure. What is no Problem is a fault of the page itself and reads as one.
 * @param {unknown} failure
 * @returns {{code: string, title: string, detail: string}}
 */
export function problemText(failure) {
  const p = failure instanceof Problem ? failure : new Problem({ status: 0, code: 'internal' });
  const base = 'problem.' + (hasText('problem.' + p.code + '.title') ? p.code : 'internal');
  const byReason = base + '.detail.' + p.params.reason;
  const detail = hasText(byReason) ? byReason : base + '.detail';
  return { code: p.code, title: p.title || t(base + '.title', p.params), detail: p.detail || t(detail, p.params) };
}
