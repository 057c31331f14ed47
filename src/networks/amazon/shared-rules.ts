import { isConsentCountry } from '../../identity/country.js';
import type { Skip } from '../network.js';
import type { AmazonPayload } from './payload.js';

/**
 * No limit is documented (413 exists); 1 MB is what a partner batches at
 * (docs/reference/amazon.md#where-sources-disagree).
 */
export const MAX_BYTES = 1_000_000;

/**
 * 5 requests a second an advertiser, from Amazon's help pages on CAPI v1. For the Events API only
 * "dynamic" is said: the same pace is the safe side (docs/development/decisions/amazon-windows.md).
 */
export const REQUESTS_PER_SECOND = 5;

/**
 * Maximum time of an event ahead of the clock, in milliseconds. Amazon documents none; this allows
 * for clock differences.
 */
export const FUTURE_MS = 5 * 60 * 1000;

export const WRONG_MAPPING: Skip = {
  reason: 'unmapped_goal',
  message: 'the goal is mapped for the other Amazon API',
};

export const NO_COUNTRY: Skip = {
  reason: 'no_country',
  message:
    'the event has no country, which Amazon requires; the setting amazon.defaultCountry ' +
    'supplies a default',
};

/** Amazon's own signal refuses, and the request has no field that could say so. */
export const DENIED: Skip = {
  reason: 'consent_none',
  message:
    'amzn_user_data or amzn_ad_storage is denied, and the request has no field to tell Amazon',
};

/** Returns the skip for missing match keys. It names the insufficient identifier, if any. */
export function noMatchKey(payload: AmazonPayload): Skip {
  const hasClick = payload.aref !== undefined || payload.adEventKey !== undefined;
  const found =
    payload.keys.MATCH_ID !== undefined
      ? 'only a match_id, which CAPI v1 does not accept'
      : 'no identifier';
  return {
    reason: 'no_match_key',
    message:
      `the event has ${found}; Amazon requires at least one match key (email, phone, name, ` +
      `address, maid or ramp_id)${hasClick ? ' in addition to the click' : ''}`,
  };
}

/** @param region of the connection. @param country of the event, alpha-2. */
export function consentMissing(region: string, country: string): Skip {
  const cause = isConsentCountry(country)
    ? `the event is from ${country}, and Amazon requires a consent signal in the EEA, the UK and ` +
      'Switzerland'
    : `Amazon requires a consent signal from advertisers of its region ${region}`;
  return {
    reason: 'eu_consent_missing',
    message: `${cause}; the event has no tcf, gpp or amzn_user_data`,
  };
}
