import type { Origin, RuleSet } from './hash-identifiers.js';
import { normalisePhone } from './phone.js';
import { dropCountry, findStateCode } from './state-codes.js';

const ADDRESS = /^[^\s@]+@[^\s@]+$/;
const SPACES = /\s+/g;
const LEADING_ZEROS = /^0+/;
/** Blanks, punctuation and symbols of any script; letters and digits of any script stay. */
const NOT_IN_NAME = /[\s\p{P}\p{S}]+/gu;
const NOT_LETTERS = /[^A-Z]+/g;

/**
 * The form that several networks ask for in the same words: email addresses and names trimmed and
 * in lower case, phone numbers as digits with their country code and without `+`, states of the US
 * as two letters. A network with these rules says so, and where, in its own folder.
 */
export const DIGIT_PHONE_RULES: RuleSet = {
  email: lowerAddress,
  phone: (text, { country, phoneCountry }) =>
    normalisePhone(text, phoneCountry ?? country).replace(LEADING_ZEROS, ''),
  first_name: lowerName,
  last_name: lowerName,
  address: undefined,
  city: lowerName,
  state: lowerState,
  postal_code: (text) => text.toLowerCase().replace(NOT_IN_NAME, ''),
};

function lowerAddress(text: string): string {
  const email = text.replace(SPACES, '').toLowerCase();
  return ADDRESS.test(email) ? email : '';
}

function lowerName(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(NOT_IN_NAME, '');
}

function lowerState(text: string, { country }: Origin): string {
  const state = dropCountry(text, country);
  const code =
    country === 'US'
      ? findStateCode('US', state.toUpperCase().replace(NOT_LETTERS, ''))
      : undefined;
  return code?.toLowerCase() ?? lowerName(state);
}
