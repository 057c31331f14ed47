import { normaliseE164 } from '../../../identity/e164.js';
import { NO_NAMES_OR_ADDRESSES, type RuleSet } from '../../../identity/hash-identifiers.js';

const NOT_ALPHANUMERIC = /[^a-z0-9]+/g;
const SPACES = /\s+/g;

/**
 * Reddit's form of each identifier before it is hashed (docs/reference/identity.md#reddit); it
 * takes no names and addresses.
 */
export const REDDIT_RULES: RuleSet = {
  email: normaliseEmail,
  phone: normaliseE164,
  ...NO_NAMES_OR_ADDRESSES,
};

/**
 * Lower-case; the local part is cut at its first `+` and left with letters and digits only,
 * whatever the domain: `Al.ice$+Apple@Example.Com` is `alice@example.com`. An empty part before or
 * after `@` makes it invalid.
 */
function normaliseEmail(text: string): string {
  const email = text.toLowerCase().replace(SPACES, '');
  const at = email.lastIndexOf('@');
  const local = email.slice(0, Math.max(at, 0)).split('+', 1)[0]!.replace(NOT_ALPHANUMERIC, '');
  const domain = email.slice(at + 1);
  return local === '' || domain === '' ? '' : `${local}@${domain}`;
}
