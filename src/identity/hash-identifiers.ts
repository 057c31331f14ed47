import type { HashedField, Identifiers } from '../events/conversion-event.js';
import { EMPTY_HASH, readHash, sha256Hex } from './hash.js';

/** A complete number, to ask a rule whether it keeps the `+`. */
const SAMPLE_PHONE = '+15714120599';

/** Context that a rule may need in addition to the text. */
export interface Origin {
  /** The event's country, alpha-2. */
  country?: string;
  /** The country in which phone numbers without country code are dialled, alpha-2. */
  phoneCountry?: string;
}

/** Brings one field into the form that is hashed; empty text when nothing usable is left. */
export type Normalise = (text: string, origin: Origin) => string;

/**
 * How one network wants each field; every network has a set of its own. Undefined: it does not take
 * the field.
 */
export type RuleSet = Readonly<Record<HashedField, Normalise | undefined>>;

/** Rules of a network that takes neither names nor addresses. */
export const NO_NAMES_OR_ADDRESSES = {
  first_name: undefined,
  last_name: undefined,
  address: undefined,
  city: undefined,
  state: undefined,
  postal_code: undefined,
} as const satisfies Partial<RuleSet>;

/**
 * The hashes (64 lower-case hex) that a network with these rules may be told. Plain text goes
 * through its rule; where there is none, or nothing is left of it, a hash that the line gave is
 * taken. The hash of an empty string is never among them.
 */
export function hashIdentifiers(
  identifiers: Identifiers,
  rules: RuleSet,
  origin: Origin,
): Partial<Record<HashedField, string>> {
  const { plain, hashed } = identifiers;
  const hashes: Partial<Record<HashedField, string>> = {};
  const take = (field: HashedField): void => {
    const rule = rules[field];
    if (rule === undefined) return;
    const hash = hashPlain(plain[field], rule, origin) ?? findGiven(identifiers, field, rule);
    if (hash !== undefined && hash !== EMPTY_HASH) hashes[field] = hash;
  };
  // Most people are known by one or two of the eight.
  for (const field in plain) take(field as HashedField);
  for (const field in hashed) if (!(field in plain)) take(field as HashedField);
  return hashes;
}

/**
 * A phone number that was hashed with its `+` matches nobody at a network that hashes digits
 * (docs/reference/identity.md#phone).
 */
function findGiven(
  identifiers: Identifiers,
  field: HashedField,
  rule: Normalise,
): string | undefined {
  const isUseless =
    field === 'phone' && identifiers.phoneHashHasPlus && !rule(SAMPLE_PHONE, {}).startsWith('+');
  return isUseless ? undefined : identifiers.hashed[field];
}

function hashPlain(text: string | undefined, rule: Normalise, origin: Origin): string | undefined {
  if (text === undefined) return undefined;
  const given = readHash(text);
  if (given !== undefined) return given;
  const normalised = rule(text, origin);
  if (normalised === '') return undefined;
  return sha256Hex(normalised);
}
