import { NO_NAMES_OR_ADDRESSES, type RuleSet } from '../../../identity/hash-identifiers.js';
import { toE164 } from './e164.js';
import { normaliseGoogleEmail } from './email.js';

/**
 * Google's form of each identifier before it is hashed (docs/reference/identity.md#google). Names
 * and addresses are not told: Google takes them only together with the postal code in clear
 * (AddressInfo of the Data Manager API).
 */
export const GOOGLE_RULES: RuleSet = {
  email: normaliseGoogleEmail,
  phone: (text, { country, phoneCountry }) => toE164(text, phoneCountry ?? country),
  ...NO_NAMES_OR_ADDRESSES,
};
