import type { Settings } from '../../config/settings.js';
import type { ConversionEvent, EventSource } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { GOOGLE_RULES } from '../../identity/google/rules.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { toAmountText } from '../amount-text.js';
import type { GoogleClick } from './click.js';
import { readGoogleClick } from './click.js';
import type { GoogleConsent } from './consent.js';
import { readGoogleAdsConsent } from './consent.js';

/** Where a conversion happened, in the Data Manager API's words. IN_STORE is for store sales, which is another product. */
type GoogleSource = 'WEB' | 'APP' | 'OTHER';

/** All that Google may be told of one conversion: pure JSON, identifiers hashed, no IP address, no user agent. */
export interface GoogleFacts {
  click?: GoogleClick;
  /** SHA-256, 64 hex digits. */
  email?: string;
  phone?: string;
  source?: GoogleSource;
  /** Decimal text as JSON writes a number; with its currency or not at all. */
  value?: string;
  currency?: string;
  consent?: GoogleConsent;
  /** The event has a dclid, which only a Campaign Manager account takes: said where nothing else is there. */
  dclid?: true;
}

const SOURCES: Readonly<Record<EventSource, GoogleSource>> = {
  website: 'WEB',
  app: 'APP',
  android: 'APP',
  ios: 'APP',
  fire_tv: 'APP',
  offline: 'OTHER',
};

/** Hashes and keeps what Google may be told of `event`. Nothing that identifies a person is left in plain text. */
export function prepareGoogleFacts(event: ConversionEvent, settings: Settings): GoogleFacts {
  const facts: GoogleFacts = {};
  const click = readGoogleClick(event.click, event.source);
  if (click !== undefined) facts.click = click;
  addIdentifiers(facts, event, settings);
  if (event.source !== undefined) facts.source = SOURCES[event.source];
  const value = event.value === undefined ? undefined : toAmountText(event.value);
  if (value !== undefined && event.currency !== undefined) Object.assign(facts, { value, currency: event.currency });
  const consent = readGoogleAdsConsent(event);
  if (consent !== undefined) facts.consent = consent;
  if (event.click.fields.dclid !== undefined) facts.dclid = true;
  return facts;
}

function addIdentifiers(facts: GoogleFacts, { identifiers }: ConversionEvent, settings: Settings): void {
  const country = identifiers.country === undefined ? undefined : toCountryCode(identifiers.country);
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const { email, phone } = hashIdentifiers(identifiers, GOOGLE_RULES, { country, phoneCountry });
  if (email !== undefined) facts.email = email;
  if (phone !== undefined) facts.phone = phone;
}
