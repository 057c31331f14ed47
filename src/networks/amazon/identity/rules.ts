import type { RuleSet } from '../../../identity/hash-identifiers.js';
import { normalisePhone } from '../../../identity/phone.js';
import { normaliseAddress } from './address.js';
import { normalisePostal } from './postal.js';
import { normaliseState } from './state.js';

const NOT_IN_EMAIL = /[^a-z0-9.@-]+/g;
const NOT_IN_EMAIL_WITH_PLUS = /[^a-z0-9.@+-]+/g;
const NOT_ALPHANUMERIC = /[^a-z0-9]+/g;
const TRANSLITERATED = /[ßäöüøæ]/g;
const TRANSLITERATIONS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ø: 'o',
  æ: 'ae',
};

/**
 * Amazon's form of each identifier before it is hashed (docs/reference/identity.md#amazon).
 * `emailPlus` is the setting `amazon.emailPlus`: whether `+` stays in e-mail addresses.
 */
export function chooseAmazonRules(emailPlus: 'drop' | 'keep'): RuleSet {
  return emailPlus === 'keep' ? RULES_WITH_PLUS : RULES;
}

const RULES: RuleSet = {
  email: (text) => normaliseEmail(text, NOT_IN_EMAIL),
  phone: (text, { country, phoneCountry }) => normalisePhone(text, phoneCountry ?? country),
  first_name: normaliseName,
  last_name: normaliseName,
  address: normaliseAddress,
  city: normaliseCity,
  state: normaliseState,
  postal_code: normalisePostal,
};

const RULES_WITH_PLUS: RuleSet = {
  ...RULES,
  email: (text) => normaliseEmail(text, NOT_IN_EMAIL_WITH_PLUS),
};

/**
 * Returns the address in lower case with only `[a-z0-9.@-]`. An empty part before or after `@`
 * makes it invalid.
 */
function normaliseEmail(text: string, dropped: RegExp): string {
  const email = text.toLowerCase().replace(dropped, '');
  const at = email.indexOf('@');
  return at > 0 && at < email.length - 1 ? email : '';
}

/** Lower-case, German and Nordic letters spelt out, then letters and digits only. */
function normaliseName(text: string): string {
  const name = text.normalize('NFC').toLowerCase();
  return name
    .replace(TRANSLITERATED, (letter) => TRANSLITERATIONS[letter] ?? letter)
    .replace(NOT_ALPHANUMERIC, '');
}

/** Lower-case, letters and digits only; unlike names, nothing is spelt out. */
function normaliseCity(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(NOT_ALPHANUMERIC, '');
}
