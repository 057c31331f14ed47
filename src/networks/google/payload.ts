import type { Settings } from '../../config/settings.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { GOOGLE_RULES } from './identity/rules.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { isJsonObject } from '../../json.js';
import { amountOf, readPriced } from '../amount.js';
import type { GoogleClick } from './click.js';
import { readGoogleClick } from './click.js';
import type { GoogleConsent } from './consent.js';
import { readGoogleAdsConsent } from './consent.js';
import { readEventSource, type GoogleSource } from './event-source.js';

/**
 * All that Google may be told of one conversion: pure JSON, identifiers hashed, no IP address, no
 * user agent.
 */
export interface GooglePayload {
  click?: GoogleClick;
  /** SHA-256, 64 hex digits. */
  email?: string;
  phone?: string;
  /** Absent where the event does not tell, and in logs older than this rule. */
  source?: GoogleSource;
  /**
   * Decimal text as JSON writes a number. Money that cannot be sent is kept for a purchase only: it
   * stops the postback.
   */
  value?: string;
  currency?: string;
  consent?: GoogleConsent;
  /**
   * The event has a dclid, which only a Campaign Manager account takes: said where nothing else is
   * there.
   */
  dclid?: true;
}

/** Whether a stored payload can be one of Google's, in which every field is optional. */
export function isGooglePayload(stored: object): stored is GooglePayload {
  return !('click' in stored) || isJsonObject(stored.click);
}

/**
 * Hashes and keeps what Google may be told of `event`. Nothing that identifies a person is left in
 * plain text.
 */
export function prepareGooglePayload(event: ConversionEvent, settings: Settings): GooglePayload {
  const payload: GooglePayload = {};
  const source = readEventSource(event);
  const click = readGoogleClick(event.click, source);
  if (click !== undefined) payload.click = click;
  addIdentifiers(payload, event, settings);
  if (source !== undefined) payload.source = source;
  addMoney(payload, event);
  const consent = readGoogleAdsConsent(event);
  if (consent !== undefined) payload.consent = consent;
  if (event.click.fields.dclid !== undefined) payload.dclid = true;
  return payload;
}

/** Other events use these names for things of their own: their unusable money is left out. */
function addMoney(payload: GooglePayload, event: ConversionEvent): void {
  const { value, currency, purchase } = readPriced(event);
  if (value === undefined) return;
  if (!purchase && !amountOf({ value, ...(currency === undefined ? {} : { currency }) })) return;
  if (currency === undefined && !value.startsWith('-')) return;
  payload.value = value;
  if (currency !== undefined) payload.currency = currency;
}

function addIdentifiers(
  payload: GooglePayload,
  { identifiers }: ConversionEvent,
  settings: Settings,
): void {
  const country =
    identifiers.country === undefined ? undefined : toCountryCode(identifiers.country);
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const { email, phone } = hashIdentifiers(identifiers, GOOGLE_RULES, { country, phoneCountry });
  if (email !== undefined) payload.email = email;
  if (phone !== undefined) payload.phone = phone;
}
