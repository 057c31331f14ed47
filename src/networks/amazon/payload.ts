import { roundToHundredths } from '../../decimal.js';
import type { Settings } from '../../config/settings.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import { chooseAmazonRules } from './identity/rules.js';
import { toCountryCode } from '../../identity/country.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { isJsonObject } from '../../json.js';
import { readUserAgent } from '../plain-identifiers.js';
import { readArefTokens } from './aref.js';
import type { AmazonConsent } from './consent.js';
import { isDeniedAtAmazon, readAmazonConsent } from './consent.js';
import type { MatchKeys } from './match-keys.js';
import { buildMatchKeys } from './match-keys.js';

/**
 * All that either contract may be told of one conversion: pure JSON, identifiers hashed, no IP
 * address.
 */
export interface AmazonPayload {
  keys: MatchKeys;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  /** The country is that of the browser's language: consent does not follow it. */
  countryByLanguage?: true;
  /** The event is named `purchase`: CAPI v1 does not say which definitions count purchases. */
  purchase?: true;
  /** Decimal text with at most two decimals; it may be negative, or lack its currency. */
  value?: string;
  currency?: string;
  units?: number;
  consent?: AmazonConsent;
  /** Amazon's own signal is a refusal: it is passed on, or nothing is sent. */
  denied?: true;
  limitedDataUse?: true;
  /** Measurement tokens of the click, joined by `|`. */
  aref?: string;
  adEventKey?: string;
  userAgent?: string;
}

/**
 * Whether a stored payload is one of Amazon's conversions: it has match keys, of which there may be
 * none.
 */
export function isAmazonPayload(stored: object): stored is AmazonPayload {
  return 'keys' in stored && isJsonObject(stored.keys);
}

const MAX_UNITS = 9_999_999_999_999;

/**
 * Hashes and keeps what Amazon may be told of `event`. Nothing that identifies a person is left in
 * plain text.
 */
export function prepareAmazonPayload(event: ConversionEvent, settings: Settings): AmazonPayload {
  const { country: given, countryByLanguage } = event.identifiers;
  const country = toCountryCode(given ?? countryByLanguage ?? settings['amazon.defaultCountry']);
  const isByLanguage = given === undefined && countryByLanguage !== undefined;
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const rules = chooseAmazonRules(settings['amazon.emailPlus']);
  const origin = { country: isByLanguage ? undefined : country, phoneCountry };
  const hashes = hashIdentifiers(event.identifiers, rules, origin);
  const payload: AmazonPayload = {
    keys: buildMatchKeys(hashes, event.identifiers, settings['amazon.rampId']),
  };
  if (country !== undefined) payload.country = country;
  if (country !== undefined && isByLanguage) payload.countryByLanguage = true;
  if (event.name === 'purchase') payload.purchase = true;
  addMoney(payload, event);
  const consent = readAmazonConsent(event, settings['consent.amazonFromLevel']);
  if (consent !== undefined) payload.consent = consent;
  if (isDeniedAtAmazon(event.consent)) payload.denied = true;
  if (event.consent.limitedDataUse) payload.limitedDataUse = true;
  addClick(payload, event);
  return payload;
}

function addMoney(payload: AmazonPayload, event: ConversionEvent): void {
  const value = event.value === undefined ? undefined : roundToHundredths(event.value);
  if (value !== undefined) payload.value = value;
  if (event.currency !== undefined) payload.currency = event.currency;
  const { quantity } = event;
  // Units that Amazon could not take are left out: they are optional, and count as 1.
  if (
    quantity !== undefined &&
    Number.isInteger(quantity) &&
    quantity >= 1 &&
    quantity <= MAX_UNITS
  ) {
    payload.units = quantity;
  }
}

function addClick(payload: AmazonPayload, event: ConversionEvent): void {
  const aref = readArefTokens(event.click.fields.aref);
  if (aref !== undefined) payload.aref = aref;
  const adEventKey = event.click.fields.amazon_ad_event_key?.trim();
  if (adEventKey) payload.adEventKey = adEventKey;
  const userAgent = readUserAgent(event.identifiers);
  if (userAgent !== undefined) payload.userAgent = userAgent;
}
