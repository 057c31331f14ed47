import type { Origin } from '../../../identity/hash-identifiers.js';

interface PostalRule {
  /** What is taken out before anything else. */
  drop: RegExp;
  length: number;
  shape: RegExp;
}

const NOT_DIGITS = /\D+/g;
const NOT_ALPHANUMERIC = /[^0-9A-Za-z]+/g;

/** Amazon's rules by country (docs/reference/identity.md#amazon); letters keep their case. */
const RULES: Readonly<Record<string, PostalRule>> = {
  CA: { drop: NOT_ALPHANUMERIC, length: 6, shape: /^(?:[A-Za-z]\d){3}$/ },
  GB: {
    drop: NOT_ALPHANUMERIC,
    length: 7,
    shape: /^(?:[A-Za-z]{1,2}\d{2,3}|[A-Za-z]{1,2}\d[A-Za-z]\d)[A-Za-z]{2}$/,
  },
  IN: { drop: NOT_DIGITS, length: 6, shape: /^\d{6}$/ },
  JP: { drop: NOT_DIGITS, length: 7, shape: /^\d{7}$/ },
};
const FIVE_DIGITS: PostalRule = { drop: NOT_DIGITS, length: 5, shape: /^\d{5}$/ };

/**
 * A postal code in Amazon's form for its country: by default its first five digits. Empty when it
 * is none.
 */
export function normalisePostal(text: string, origin: Origin): string {
  const rule = (origin.country === undefined ? undefined : RULES[origin.country]) ?? FIVE_DIGITS;
  const code = text.replace(rule.drop, '').slice(0, rule.length);
  return rule.shape.test(code) ? code : '';
}
