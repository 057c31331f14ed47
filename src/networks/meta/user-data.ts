import type { ConversionEvent } from '../../events/conversion-event.js';
import { hashIdentifiers, type Origin } from '../../identity/hash-identifiers.js';
import { hashCountry, hashExternalId, META_RULES } from './identity/rules.js';
import { readIpAddress, readUserAgent } from '../plain-identifiers.js';
import { readFbc, readFbp } from './browser-ids.js';

/** User data with Meta's field names. All but the last four fields are hashed. */
export type MetaUser = Partial<Record<Key, string>>;

const KEYS = [
  'em',
  'ph',
  'fn',
  'ln',
  'ct',
  'st',
  'zp',
  'country',
  'external_id',
  'client_ip_address',
  'client_user_agent',
  'fbc',
  'fbp',
] as const;

type Key = (typeof KEYS)[number];

/**
 * Sets that fit too many people: Meta refuses an event with nothing outside one of them
 * (best-practices).
 */
const TOO_BROAD: readonly ReadonlySet<Key>[] = [
  new Set<Key>(['ct', 'st', 'zp', 'country', 'client_user_agent']),
  new Set<Key>(['fn']),
  new Set<Key>(['ln']),
];

/** Our names for them, in messages. */
const WORDS: Readonly<Partial<Record<Key, string>>> = {
  ct: 'city',
  st: 'state',
  zp: 'postal_code',
  country: 'country',
  client_user_agent: 'user_agent',
  fn: 'first_name',
  ln: 'last_name',
};

/** The user data of one event: hashes, and the ids that travel as they are. */
export function buildUserData(event: ConversionEvent, origin: Origin): MetaUser {
  const { identifiers } = event;
  const hashes = hashIdentifiers(identifiers, META_RULES, origin);
  const user: MetaUser = {};
  put(user, 'em', hashes.email);
  put(user, 'ph', hashes.phone);
  put(user, 'fn', hashes.first_name);
  put(user, 'ln', hashes.last_name);
  put(user, 'ct', hashes.city);
  put(user, 'st', hashes.state);
  put(user, 'zp', hashes.postal_code);
  put(user, 'country', origin.country === undefined ? undefined : hashCountry(origin.country));
  put(user, 'external_id', hashExternalId(identifiers.externalId));
  put(user, 'client_ip_address', readIpAddress(identifiers));
  put(user, 'client_user_agent', readUserAgent(identifiers));
  put(user, 'fbc', readFbc(event));
  put(user, 'fbp', readFbp(event));
  return user;
}

/** Describes user data that is too broad or missing. Returns undefined if it is sufficient. */
export function describeTooBroad(user: MetaUser): string | undefined {
  const keys = KEYS.filter((key) => user[key] !== undefined);
  if (keys.length === 0) return 'no identifier';
  if (!TOO_BROAD.some((set) => keys.every((key) => set.has(key)))) return undefined;
  return `only ${keys.map((key) => WORDS[key]).join(', ')}`;
}

function put(user: MetaUser, key: Key, value: string | undefined): void {
  if (value !== undefined) user[key] = value;
}
