import type { HashedField } from './conversion-event.js';

/**
 * Names that identifiers have, the first being ours (docs/events.md). Other spellings are found by
 * {@link classifyName}.
 */
export const IDENTIFIER_NAMES = {
  email: ['email', 'email_address', 'emailAddress', 'em'],
  phone: ['phone', 'phone_number', 'phoneNumber', 'mobile', 'ph'],
  first_name: ['first_name', 'firstName', 'given_name', 'givenName', 'fn'],
  last_name: ['last_name', 'lastName', 'family_name', 'familyName', 'ln'],
  address: ['address', 'street', 'street_address', 'streetAddress'],
  city: ['city', 'ct'],
  state: ['state', 'region', 'province', 'st'],
  postal_code: ['postal_code', 'postalCode', 'zip', 'zip_code', 'zipCode', 'postcode', 'zp'],
  country: ['country', 'country_code', 'countryCode'],
  externalId: ['external_id', 'externalId'],
  maid: ['maid', 'idfa', 'gaid'],
  rampId: ['ramp_id', 'rampId'],
  matchId: ['match_id', 'matchId'],
  ip: ['ip', 'ip_address', 'ipAddress', 'client_ip_address'],
  userAgent: ['user_agent', 'userAgent', 'client_user_agent'],
} as const;
export type IdentifierField = keyof typeof IDENTIFIER_NAMES;

/**
 * Objects that hold identifiers: gtag's and Meta's `user_data`, and what shops and hand-written
 * exports have.
 */
export const CONTAINER_NAMES = [
  ...(['user_data', 'userData', 'user', 'customer'] as const),
  ...([
    'billing',
    'billing_address',
    'billingAddress',
    'billing_details',
    'billingDetails',
  ] as const),
];
/** Objects of an address inside another. */
export const ADDRESS_NAMES = ['address', 'addresses'] as const;

/**
 * Classification of a name: the identifier, and whether it is a precomputed hash. `unread`: it only
 * looks like one.
 */
export type NameClass = { field: IdentifierField; isHash: boolean } | 'unread' | undefined;

/** Names in lower case without separators, in addition to those of {@link IDENTIFIER_NAMES}. */
const MORE_NAMES: Readonly<Partial<Record<IdentifierField, string>>> = {
  email: 'emails emailaddresses mail mailaddress',
  phone:
    'phones phonenumbers mobilephone mobilenumber mobilephonenumber telephone telephonenumber ' +
    'tel cellphone msisdn',
  first_name: 'forename fname',
  last_name: 'surname lname',
  address: 'address1 addressline1 line1 streetaddress1 street1',
  city: 'town locality',
  state: 'statecode provincecode regioncode administrativearea',
  postal_code: 'zippostalcode plz pincode',
  country: 'countryname countryiso countryalpha2',
  maid:
    'advertisingid deviceadvertisingid mobileadvertisingid googleadvertisingid appleidfa ' +
    'androididfa aaid',
  ip: 'clientip userip remoteip ipaddr eventipaddress',
  userAgent: 'useragentstring eventuseragent',
};

const SEPARATORS = /[^a-z0-9]+/g;
/** Prefixes that do not change an identifier. `user_state` and `customer_address` are ambiguous. */
const OWNER = /^(?:user|customer)(?=(?:e?mail|phone|mobile|firstname|lastname|zip|post))/;
const HASH_MARK = /^(?:sha256|hashed)(?=.)|(?<=.)(?:sha256|hashed|hash)$/g;
/** Names that look like identifiers but may not belong to the player or be usable. */
const LOOKS_LIKE_ONE =
  /^(?:user|customer|client|buyer|contact|billing|shipping|bill|ship|primary|secondary|home|work|player|account|member|person|lead|raw|plain|hashed|sha1|sha256|md5|enc|encrypted)*(?:e?mails?|emailaddress(?:es)?|phones?|phonenumbers?|mobile(?:phone|number)?|telephone|cell(?:phone)?|msisdn|firstname|lastname|fullname|surname|givenname|familyname|zip|zipcode|postcode|postalcode|streetaddress|address(?:line)?1|idfa|gaid|aaid|advertisingid|ipaddress|useragent)(?:hash(?:ed)?|sha1|sha256|md5|\d)*$/;
const LONGEST_NAME = 60;

const CANONICAL = collectCanonical();

function collectCanonical(): ReadonlyMap<string, IdentifierField> {
  const names = new Map<string, IdentifierField>();
  for (const [field, exact] of Object.entries(IDENTIFIER_NAMES)) {
    const more = MORE_NAMES[field as IdentifierField]?.split(' ') ?? [];
    for (const name of [...exact, ...more]) names.set(canonicalOf(name), field as IdentifierField);
  }
  return names;
}

/**
 * Says what a field's name means, in any case and with any separators: `Email-Address`,
 * `hashedPhoneNumber`, `sha256_email_address`. Costs a few hundred nanoseconds: callers remember
 * the answer.
 */
export function classifyName(name: string): NameClass {
  if (name.length > LONGEST_NAME) return undefined;
  const canonical = canonicalOf(name);
  const field = fieldOf(canonical);
  if (field !== undefined) return { field, isHash: false };
  const hashed = fieldOf(canonical.replace(HASH_MARK, ''));
  if (hashed !== undefined && canonical !== canonical.replace(HASH_MARK, ''))
    return { field: hashed, isHash: true };
  return LOOKS_LIKE_ONE.test(canonical) ? 'unread' : undefined;
}

function fieldOf(canonical: string): IdentifierField | undefined {
  return CANONICAL.get(canonical) ?? CANONICAL.get(canonical.replace(OWNER, ''));
}

function canonicalOf(name: string): string {
  return name.toLowerCase().replace(SEPARATORS, '');
}

/** The names of a hash made elsewhere: `email_hash` and the like. */
export function hashNameOf(field: HashedField): `${HashedField}_hash` {
  return `${field}_hash`;
}
