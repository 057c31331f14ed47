import type { Origin } from '../../../identity/hash-identifiers.js';
import { streetWordsOf } from './street-words.js';

const BETWEEN_TOKENS = /[\s,.!()[\]{}]+/;
const CARE_OF = /(?<![\p{L}\p{N}_])C\/O(?![\p{L}\p{N}_])/gu;
/** `12-B` is two tokens, `12-14` and `RUE-HAUTE` are one. */
const NUMBER_DASH = /^(\d+)-(?=.*\D)([^-]+)$/;
const POUND = /^([A-Z]*)#([0-9A-Z/-]*)$/;

/**
 * A street address in Amazon's form: upper-cased, split into words, street words abbreviated by the
 * country's table, joined without spaces, lower-cased. `8 Bluestem Terrace` in the US is
 * `8bluestemter` (docs/reference/identity.md#amazon).
 */
export function normaliseAddress(text: string, origin: Origin): string {
  const words = streetWordsOf(origin.country);
  let joined = '';
  for (const token of text.toUpperCase().replace(CARE_OF, ' ').split(BETWEEN_TOKENS)) {
    for (const part of splitToken(token)) joined += words.get(part) ?? part;
  }
  return joined.toLowerCase();
}

function splitToken(token: string): readonly string[] {
  const [, number, rest] = NUMBER_DASH.exec(token) ?? [];
  if (number !== undefined && rest !== undefined) return [number, rest];
  const [, before, after] = POUND.exec(token) ?? [];
  return before !== undefined && after !== undefined ? [before, '#', after] : [token];
}
