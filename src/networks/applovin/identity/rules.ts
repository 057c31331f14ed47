import type { RuleSet } from '../../../identity/hash-identifiers.js';
import { DIGIT_PHONE_RULES } from '../../../identity/digit-phone-rules.js';

/**
 * AppLovin's form of each identifier before it is hashed (docs/reference/applovin.md#user-data). It
 * takes no names and addresses.
 */
export const APPLOVIN_RULES: RuleSet = {
  ...DIGIT_PHONE_RULES,
  first_name: undefined,
  last_name: undefined,
  city: undefined,
  state: undefined,
  postal_code: undefined,
};
