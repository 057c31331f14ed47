import { DIGIT_PHONE_RULES } from '../../../identity/digit-phone-rules.js';

/**
 * Snapchat's form of each identifier before it is hashed (docs/reference/snapchat.md#user-data).
 */
export const SNAPCHAT_RULES = DIGIT_PHONE_RULES;
