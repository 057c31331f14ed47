import { Secret } from '../secret.js';
import { readConsentAnswer, type ConsentAnswer } from './consent-answer.js';
import type { OAuthProvider } from './provider.js';
import { textBefore, trimEndOf } from '../text-ends.js';

/** A code alone: long enough not to be a word typed by mistake. */
const BARE_CODE = /^[A-Za-z0-9._~+/|%-]{12,2048}=*$/;

/**
 * Reads what was pasted instead of a callback: the whole redirect URL, its query string or the code
 * alone. The state is checked where there is one. `empty` when nothing of the kind is in it. Pure.
 */
export function parsePaste(text: string, state: string, provider: OAuthProvider): ConsentAnswer {
  const pasted = trimEndOf(text.trim().replace(/^["'<]+/, ''), /["'>]/);
  const query = queryOf(pasted, provider.codeParameter ?? 'code');
  if (query !== undefined)
    return readConsentAnswer(new URLSearchParams(query), state, provider, false);
  return BARE_CODE.test(pasted)
    ? { kind: 'code', code: new Secret(safeDecode(pasted)) }
    : { kind: 'empty' };
}

function queryOf(text: string, codeParameter: string): string | undefined {
  if (URL.canParse(text) && /^https?:/i.test(text)) return new URL(text).search;
  const query = textBefore(text.slice(text.indexOf('?') + 1), /#/);
  const parameters = new URLSearchParams(query);
  return [codeParameter, 'error', 'state'].some((name) => parameters.has(name)) ? query : undefined;
}

/** A code cut out of an address bar may still be percent-encoded. */
function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
