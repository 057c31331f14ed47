import { readHash, sha256Hex } from '../../../identity/hash.js';
import type { RuleSet } from '../../../identity/hash-identifiers.js';
import { normalisePhone } from '../../../identity/phone.js';
import { normalisePostal } from './postal.js';
import { normaliseState } from './state.js';

/** One address: something, an `@`, something, and no blank in it. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const LEADING_ZEROS = /^0+/;
/** Blanks, punctuation and symbols of any script; letters and digits of any script stay. */
const NOT_IN_NAME = /[\s\p{P}\p{S}]+/gu;

/**
 * Meta's form of each identifier before it is hashed (docs/reference/identity.md#meta;
 * customer-information-parameters). There is no field for a street.
 */
export const META_RULES: RuleSet = {
  email: normaliseEmail,
  phone: (text, { country, phoneCountry }) =>
    normalisePhone(text, phoneCountry ?? country).replace(LEADING_ZEROS, ''),
  first_name: normaliseName,
  last_name: normaliseName,
  address: undefined,
  city: normaliseName,
  state: normaliseState,
  postal_code: normalisePostal,
};

/**
 * The hash of an external id, trimmed and in lower case; one that is hashed already passes.
 * Undefined when empty.
 */
export function hashExternalId(text: string | undefined): string | undefined {
  const id = text?.trim() ?? '';
  return id === '' ? undefined : (readHash(id) ?? sha256Hex(id.toLowerCase()));
}

/** The hash of a country: ISO 3166-1 alpha-2 in lower case. */
export function hashCountry(code: string): string {
  return sha256Hex(code.toLowerCase());
}

/**
 * Returns the address trimmed and in lower case, or empty if it is invalid, as in the official
 * parameter builder.
 */
function normaliseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  return EMAIL.test(email) ? email : '';
}

/**
 * Lower case without punctuation and blanks, letters of any script as UTF-8: `Valéry` is `valéry`,
 * `New York` `newyork`.
 */
function normaliseName(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(NOT_IN_NAME, '');
}
