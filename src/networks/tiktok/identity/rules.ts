import { normaliseE164 } from '../../../identity/e164.js';
import type { RuleSet } from '../../../identity/hash-identifiers.js';

const PUNCTUATION = /\p{P}+/gu;
const SPACES = /\s+/g;

/**
 * TikTok's form of each identifier before it is hashed (docs/reference/identity.md#tiktok). Street,
 * city and state are not taken: it has no field for the first, and wants the others in clear
 * (docs/development/decisions/tiktok-place.md).
 */
export const TIKTOK_RULES: RuleSet = {
  email: lower,
  phone: normaliseE164,
  first_name: normaliseName,
  last_name: normaliseName,
  address: undefined,
  city: undefined,
  state: undefined,
  postal_code: lower,
};

/** Trims and lower-cases without validation, like the official template. */
function lower(text: string): string {
  return text.trim().toLowerCase();
}

/** "Lowercase without any punctuation. Special characters are allowed." */
function normaliseName(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(PUNCTUATION, '').replace(SPACES, ' ').trim();
}
