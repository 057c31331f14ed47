import { isConsentCountry } from '../../identity/country.js';
import type { Skip } from '../network.js';
import type { AmazonFacts } from './facts.js';

/** No limit is documented (413 exists); 1 MB is what a partner batches at (amazon-api.md section 1.4). */
export const MAX_BYTES = 1_000_000;

/**
 * 5 requests a second an advertiser, from Amazon's help pages on CAPI v1. For the Events API only "dynamic" is said: the
 * same pace is the safe side (docs/decisions/amazon-windows.md).
 */
export const REQUESTS_PER_SECOND = 5;

/** Nothing is documented about events from the future; 5 minutes allow for clocks that differ (contract.md section 6). */
export const FUTURE_MS = 5 * 60 * 1000;

export const WRONG_MAPPING: Skip = {
  reason: 'unmapped_goal',
  message: 'the goal is mapped for the other of the two Amazon contracts',
};

export const NO_COUNTRY: Skip = {
  reason: 'no_country',
  message: 'the event names no country, and Amazon requires one; the setting amazon.defaultCountry can supply it',
};

/** Amazon's own signal refuses, and the request has no field that could say so. */
export const DENIED: Skip = {
  reason: 'consent_none',
  message: 'amzn_user_data or amzn_ad_storage is denied, and the request has no field that passes this on to Amazon',
};

/** What stands in for match keys and does not suffice is named: it is what people wonder about. */
export function noMatchKey(facts: AmazonFacts): Skip {
  const hasClick = facts.aref !== undefined || facts.adEventKey !== undefined;
  const seen = facts.keys.MATCH_ID !== undefined ? 'only a match_id, which CAPI v1 does not take' : 'no identifier';
  return {
    reason: 'no_match_key',
    message:
      `the event carries ${seen}; Amazon requires at least one match key (e-mail, phone, name, address, maid or ` +
      `ramp_id)${hasClick ? ' beside the click' : ''}`,
  };
}

/** @param region of the connection. @param country of the event, alpha-2. */
export function consentMissing(region: string, country: string): Skip {
  const cause = isConsentCountry(country)
    ? `the event comes from ${country}, and Amazon requires a consent signal in the EEA, the UK and Switzerland`
    : `Amazon requires a consent signal from advertisers of its region ${region}`;
  return {
    reason: 'eu_consent_missing',
    message: `${cause}; the event carries none of tcf, gpp and amzn_user_data`,
  };
}
