import { DIGIT_PHONE_RULES } from '../../../identity/digit-phone-rules.js';

/**
 * Pinterest's form of each identifier before it is hashed (docs/reference/pinterest.md#user-data).
 */
export const PINTEREST_RULES = DIGIT_PHONE_RULES;
