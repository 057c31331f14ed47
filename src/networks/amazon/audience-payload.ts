import type { Settings } from '../../config/settings.js';
import { describeConsent, evaluateConsent } from '../../consent/consent.js';
import { findDestinationRefusal } from '../../consent/destinations.js';
import { chooseAmazonRules } from './identity/rules.js';
import { toCountryCode } from '../../identity/country.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { isJsonObject } from '../../json.js';
import type { Person } from '../../people/person.js';
import type { AudienceContent, AudienceDefaults, AudienceRecord } from '../audience-network.js';
import type { Skip } from '../network.js';
import type { AmazonConsent } from './consent.js';
import { isDeniedAtAmazon, needsConsentSignal, readAmazonConsent } from './consent.js';

/** Amazon's names of hashed identifiers in a record. */
export type AudiencePii = Partial<
  Record<
    'firstname' | 'lastname' | 'address' | 'phone' | 'city' | 'state' | 'postal' | 'email',
    string
  >
>;

/** All that Amazon is told of one person in a list, but for the external id: pure JSON, hashed. */
export interface AmazonAudienceContent extends AudienceContent {
  pii: AudiencePii;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  consent?: AmazonConsent;
}

/** What one record is made of. */
export type AudiencePayload = AmazonAudienceContent & AudienceRecord;

/** Whether a stored payload is a record of an audience list. */
export function isAudiencePayload(stored: object): stored is AudiencePayload {
  return (
    'list' in stored &&
    isJsonObject(stored.list) &&
    'who' in stored &&
    'pii' in stored &&
    isJsonObject(stored.pii)
  );
}

/**
 * Hashes and keeps what Amazon may be told of a person, or says why nothing may. Who goes needs
 * neither consent nor anything to be found by.
 */
export function prepareAudienceContent(
  person: Person,
  settings: Settings,
  defaults: AudienceDefaults,
): AmazonAudienceContent | Skip {
  const { action, identifiers } = person;
  const country = toCountryCode(
    identifiers.country ?? defaults.country ?? settings['amazon.defaultCountry'],
  );
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const hashes = hashIdentifiers(identifiers, chooseAmazonRules(settings['amazon.emailPlus']), {
    country,
    phoneCountry,
  });
  const pii: AudiencePii = {};
  for (const [name, field] of PII_FIELDS)
    if (hashes[field] !== undefined) pii[name] = hashes[field];
  const content: AmazonAudienceContent = {
    action,
    pii,
    ...(country === undefined ? {} : { country }),
  };
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
  message:
    'the line has no identifier by which Amazon can match the person (email, phone, name or ' +
    'address)',
};

/**
 * A list is advertising: what allows less than that keeps a person out of it (docs/audiences.md).
 */
function findRefusal(
  person: Person,
  consent: AmazonConsent | undefined,
  country: string | undefined,
  region: string,
): Skip | undefined {
  const evaluated = evaluateConsent(person, 'not_set');
  if (evaluated.level === 'none' || evaluated.level === 'anonymous') {
    return {
      reason: 'consent_none',
      message: `${describeConsent(person, evaluated)}; a list requires consent to advertising`,
    };
  }
  if (person.consent.unclear !== undefined) {
    return {
      reason: 'consent_unknown',
      message: `${describeConsent(person, evaluated)}; a list requires consent`,
    };
  }
  const refusal = findDestinationRefusal(person.consent, 'amazon');
  if (refusal) return refusal;
  if (evaluated.optOut !== undefined || person.consent.limitedDataUse) {
    return {
      reason: 'opted_out',
      message: `the person opted out (${evaluated.optOut ?? 'limited_data_use'})`,
    };
  }
  if (isDeniedAtAmazon(person.consent)) {
    return {
      reason: 'consent_none',
      message: "the person denied it, by Amazon's own consent signal",
    };
  }
  // A region says where the advertiser is, not the person: it counts where no country is known.
  const isAsked = country === undefined ? region === 'eu' : needsConsentSignal('', country);
  if (!isAsked || consent !== undefined) return undefined;
  const cause =
    country === undefined
      ? 'the country is unknown and the connection is in the region eu'
      : `country ${country}`;
  return {
    reason: 'eu_consent_missing',
    message:
      `${cause}, and Amazon requires a consent signal in the EEA, the UK and Switzerland; the ` +
      'line has no tcf, gpp or amznUserData',
  };
}
