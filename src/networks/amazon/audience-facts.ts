import type { Settings } from '../../config/settings.js';
import { describeConsent, judgeConsent } from '../../consent/consent.js';
import { findDestinationRefusal } from '../../consent/destinations.js';
import { chooseAmazonRules } from '../../identity/amazon/rules.js';
import { toCountryCode } from '../../identity/country.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import type { MembershipAction, Person } from '../../people/person.js';
import type { Skip } from '../network.js';
import type { AmazonConsent } from './consent.js';
import { isDeniedAtAmazon, needsConsentSignal, readAmazonConsent } from './consent.js';

/** A list as its records have to name it. */
export interface AudienceTarget {
  /** Digits of a 64-bit number. */
  id: string;
  /** The AMC connection that it was made for; absent: it is an advertiser's. */
  connectionId?: string;
}

/** Amazon's names of hashed identifiers in a record. */
export type AudiencePii = Partial<
  Record<'firstname' | 'lastname' | 'address' | 'phone' | 'city' | 'state' | 'postal' | 'email', string>
>;

/** All that Amazon is told of one person in a list, but for the external id: pure JSON, hashed. */
export interface AudienceContent {
  action: MembershipAction;
  pii: AudiencePii;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  consent?: AmazonConsent;
}

/** What one record is made of; `who` is the external id, sealed. */
export interface AudienceFacts extends AudienceContent {
  list: AudienceTarget;
  who: string;
}

/** Where the person lives by the list, where the line does not say. */
export interface AudienceDefaults {
  country?: string;
  /** Of the connection. */
  region: string;
}

/**
 * Hashes and keeps what Amazon may be told of a person, or says why nothing may. Who goes needs neither consent nor
 * anything to be found by.
 */
export function prepareAudienceContent(
  person: Person,
  settings: Settings,
  defaults: AudienceDefaults,
): AudienceContent | Skip {
  const { action, identifiers } = person;
  const country = toCountryCode(identifiers.country ?? defaults.country ?? settings['amazon.defaultCountry']);
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const hashes = hashIdentifiers(identifiers, chooseAmazonRules(settings['amazon.emailPlus']), {
    country,
    phoneCountry,
  });
  const pii: AudiencePii = {};
  for (const [name, field] of PII_FIELDS) if (hashes[field] !== undefined) pii[name] = hashes[field];
  const content: AudienceContent = { action, pii, ...(country === undefined ? {} : { country }) };
  if (action === 'DELETE') return content;
  const consent = readAmazonConsent(person, settings['consent.amazonFromLevel']);
  const refusal = findRefusal(person, consent, country, defaults.region);
  if (refusal) return refusal;
  if (Object.keys(pii).length === 0) return NOBODY;
  return consent === undefined ? content : { ...content, consent };
}

const PII_FIELDS = [
  ['firstname', 'first_name'],
  ['lastname', 'last_name'],
  ['address', 'address'],
  ['phone', 'phone'],
  ['city', 'city'],
  ['state', 'state'],
  ['postal', 'postal_code'],
  ['email', 'email'],
] as const;

const NOBODY: Skip = {
  reason: 'no_match_key',
  message: 'the line carries nothing that Amazon could find the person by (e-mail, phone, name or address)',
};

/** A list is advertising: what allows less than that keeps a person out of it (docs/audiences.md). */
function findRefusal(
  person: Person,
  consent: AmazonConsent | undefined,
  country: string | undefined,
  region: string,
): Skip | undefined {
  const judged = judgeConsent(person, 'not_set');
  if (judged.level === 'none' || judged.level === 'anonymous') {
    return {
      reason: 'consent_none',
      message: `${describeConsent(person, judged)}; a list needs consent to advertising`,
    };
  }
  if (person.consent.unclear !== undefined) {
    return { reason: 'consent_unknown', message: `${describeConsent(person, judged)}; a list needs consent` };
  }
  const refusal = findDestinationRefusal(person.consent, 'amazon');
  if (refusal) return refusal;
  if (judged.optOut !== undefined || person.consent.limitedDataUse) {
    return { reason: 'opted_out', message: `the person opted out (${judged.optOut ?? 'limited_data_use'})` };
  }
  if (isDeniedAtAmazon(person.consent)) {
    return { reason: 'consent_none', message: "the person denied it, by Amazon's own consent signal" };
  }
  // A region says where the advertiser is, not the person: it counts where no country is known.
  const isAsked = country === undefined ? region === 'eu' : needsConsentSignal('', country);
  if (!isAsked || consent !== undefined) return undefined;
  const place =
    country === undefined ? 'no country is known and the connection is of the region eu' : `country ${country}`;
  return {
    reason: 'eu_consent_missing',
    message: `${place}, and Amazon requires a consent signal in the EEA, the UK and Switzerland; the line carries none of tcf, gpp and amznUserData`,
  };
}
