import { normaliseE164 } from '../../../identity/e164.js';
import { NO_NAMES_OR_ADDRESSES, type RuleSet } from '../../../identity/hash-identifiers.js';

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/**
 * X's form of each identifier before it is hashed (docs/reference/identity.md#x); it takes no names
 * and addresses.
 */
export const X_RULES: RuleSet = {
  email: normaliseEmail,
  phone: normaliseE164,
  ...NO_NAMES_OR_ADDRESSES,
};

/**
 * Trims and lower-cases; keeps dots and `+`. Returns empty for an invalid address, which X rejects.
 */
function normaliseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  return ADDRESS.test(email) ? email : '';
}
