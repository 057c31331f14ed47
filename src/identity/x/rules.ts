import { normaliseE164 } from '../e164.js';
import type { RuleSet } from '../hash-identifiers.js';

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/** X's form of each identifier before it is hashed (networks.md section 8); it takes no names and addresses. */
export const X_RULES: RuleSet = {
  email: normaliseEmail,
  phone: normaliseE164,
  first_name: undefined,
  last_name: undefined,
  address: undefined,
  city: undefined,
  state: undefined,
  postal_code: undefined,
};

/** Trimmed and lower-case, dots and `+` kept. X refuses what is no address, so that is left out. */
function normaliseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  return ADDRESS.test(email) ? email : '';
}
