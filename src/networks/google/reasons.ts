import type { OutcomeKind } from '../network.js';

/**
 * What to do about a reason of Google's: an outcome kind; `duplicate`, which is what a postback
 * that Google has already gives; or `later`, which is worth another try in {@link LATER_MS}.
 */
export type ReasonKind = OutcomeKind | 'duplicate' | 'later';

/**
 * Google wants six hours between a click, or the making of a conversion action, and the upload
 * (docs/reference/google.md#upload-of-the-google-ads-api).
 */
export const LATER_MS = 6 * 60 * 60 * 1000;

const PREFIX = /^PROCESSING_ERROR_(?:REASON_)?/;

/**
 * All others are about the payload. From `error.proto` and `processing_errors.proto` of the Data
 * Manager API.
 */
const TYPE_BY_REASON: Readonly<Record<string, ReasonKind>> = {
  EVENT_TOO_OLD: 'expired',
  DUPLICATE_TRANSACTION_ID: 'duplicate',
  TOO_RECENT_CLICK: 'later',
  CONVERSION_ACTION_TOO_RECENTLY_CREATED: 'later',
  DESTINATION_TOO_RECENTLY_CREATED: 'later',
  INTERNAL_ERROR: 'transient',
  DEADLINE_EXCEEDED: 'transient',
  RESOURCE_EXHAUSTED: 'throttled',
  PERMISSION_DENIED: 'credential',
  NOT_FOUND: 'configuration',
  NOT_ALLOWLISTED: 'configuration',
  INVALID_DESTINATION: 'configuration',
  INVALID_CONVERSION_ACTION_ID: 'configuration',
  INVALID_CONVERSION_ACTION_TYPE: 'configuration',
  INVALID_CLIENT_ACCOUNT_ID: 'configuration',
  MISMATCHED_ACCOUNT_TYPE: 'configuration',
  DESTINATION_ACCOUNT_TYPE_MISMATCH: 'configuration',
  OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH: 'configuration',
  TERMS_AND_CONDITIONS_NOT_SIGNED: 'configuration',
  DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS: 'configuration',
  DESTINATION_ACCOUNT_DATA_POLICY_PROHIBITS_ENHANCED_CONVERSIONS: 'configuration',
  DESTINATION_ACCOUNT_ENHANCED_CONVERSIONS_TERMS_NOT_SIGNED: 'configuration',
  EVENT_SOURCE_AND_DESTINATION_MISMATCH: 'configuration',
  ONE_PER_CLICK_CONVERSION_ACTION_NOT_PERMITTED_WITH_BRAID: 'configuration',
  EXTERNAL_ATTRIBUTION_DATA_MISSING: 'configuration',
  // The advertiser has not agreed to something: DENIED_CONSENT and UNKNOWN_CONSENT are about the
  // person.
  NO_CONSENT: 'configuration',
  // The click came from another account's ad.
  INVALID_AD_IDENTIFIER_FOR_ACCOUNT: 'configuration',
  INVALID_OPERATING_ACCOUNT_FOR_CLICK: 'configuration',
  OPERATING_ACCOUNT_MISMATCH_FOR_AD_IDENTIFIER: 'configuration',
};

/** A reason without the prefix that all processing errors share. */
export function shortenReason(reason: string): string {
  return reason.replace(PREFIX, '');
}

/** Classifies a reason, with or without its prefix, for its postback. */
export function classifyReason(reason: string): ReasonKind {
  return TYPE_BY_REASON[shortenReason(reason)] ?? 'payload';
}
