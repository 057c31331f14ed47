import { toCountryCode } from '../identity/country.js';
import { readHash } from '../identity/hash.js';
import type { JsonObject } from '../json.js';
import { IDENTIFIER_NAMES } from './audience-fields.js';
import type { HashedField, Identifiers } from './conversion-event.js';
import { HASHED_FIELDS } from './conversion-event.js';
import { FieldProblem } from './field-problem.js';
import { readLooseText } from './field-values.js';
import { IDENTIFIER_BITS, type Presence } from './presence.js';
import { ignoreWarnings, type Warn } from './warnings.js';

/** Where a line may carry identifiers, most specific first, each with the path that messages name. */
export type Place = readonly [from: JsonObject, path: string, present: Presence];

const HASH_OF = Object.fromEntries(HASHED_FIELDS.map((field) => [field, [`${field}_hash`]])) as unknown as Readonly<
  Record<HashedField, readonly string[]>
>;
const OTHER_FIELDS = ['externalId', 'maid', 'rampId', 'matchId', 'ip', 'userAgent'] as const;

/**
 * Reads what identifies the person from the given places: the first place that has a field wins.
 * @param warn receives what cannot be used; the message never quotes the value
 * @throws FieldProblem for a wrong type or a hash that is not one
 */
export function readIdentifiers(places: readonly Place[], _warn: Warn = ignoreWarnings): Identifiers {
  const identifiers: Identifiers = { plain: {}, hashed: {} };
  let present = 0;
  for (const place of places) present |= place[2];
  for (const field of HASHED_FIELDS) {
    if ((present & IDENTIFIER_BITS[field]) !== 0) readHashedField(places, field, identifiers);
  }
  if ((present & IDENTIFIER_BITS.country) !== 0) {
    const country = find(places, IDENTIFIER_NAMES.country);
    assign(identifiers, 'country', country === undefined ? undefined : toCountryCode(country));
  }
  for (const field of OTHER_FIELDS) {
    if ((present & IDENTIFIER_BITS[field]) !== 0) assign(identifiers, field, find(places, IDENTIFIER_NAMES[field]));
  }
  return identifiers;
}

function readHashedField(places: readonly Place[], field: HashedField, into: Identifiers): void {
  const hashNames = HASH_OF[field];
  const given = find(places, hashNames, true);
  if (given !== undefined) {
    const hash = readHash(given);
    if (hash === undefined) {
      throw new FieldProblem(
        'invalid_hash',
        `${pathOf(places, hashNames[0] as string)}${hashNames[0]}`,
        'is no SHA-256 hash; expected 64 hex digits, with or without sha256: before them',
      );
    }
    into.hashed[field] = hash;
    return;
  }
  const text = find(places, IDENTIFIER_NAMES[field]);
  if (text === undefined) return;
  const hash = readHash(text);
  if (hash === undefined) into.plain[field] = text;
  else into.hashed[field] = hash;
}

function pathOf(places: readonly Place[], name: string): string {
  return places.find(([from]) => Boolean(from[name]))?.[1] ?? '';
}

function find(places: readonly Place[], names: readonly string[], isHash = false): string | undefined {
  for (const [from, path] of places) {
    for (const name of names) {
      const found = from[name];
      if (found === undefined || found === null || found === '') continue;
      // An `address` object (Segment traits) is not a street.
      if (!isHash && typeof found === 'object') continue;
      const text = readLooseText(from, name, `${path}${name}`);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

function assign<K extends keyof Identifiers>(into: Identifiers, key: K, value: Identifiers[K] | undefined): void {
  if (value !== undefined) into[key] = value;
}
