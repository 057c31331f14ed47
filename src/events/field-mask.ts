import type { JsonObject } from '../json.js';
import { COMMERCE_FIELDS, GEO_FIELDS } from './audience-fields.js';
import { CLICK_ALIASES } from './click-names.js';
import { CONSENT_NAMES } from './consent-carriers.js';
import { CLICK_FIELDS, type HashedField, HASHED_FIELDS } from './conversion-event.js';
import {
  classifyName,
  CONTAINER_NAMES,
  hashNameOf,
  IDENTIFIER_NAMES,
  type IdentifierField,
} from './identifier-names.js';

/**
 * Which fields that we know an object has any of, as bits. Pass it on to the readers of that
 * object.
 */
export type FieldMask = number;

const BITS = new Map<string, FieldMask>();
let count = 0;

/** A bit for some fields together. */
function defineBit(names: readonly string[]): FieldMask {
  const bit = 2 ** count++;
  for (const name of names) BITS.set(name, (BITS.get(name) ?? 0) | bit);
  return bit;
}

/** Adds names to a bit that is defined; a name that has a bit keeps it. */
export function addMaskNames(names: readonly string[], bit: FieldMask): void {
  for (const name of names) BITS.set(name, (BITS.get(name) ?? 0) | bit);
}

type CommerceName = keyof typeof COMMERCE_FIELDS;

/** A bit per identifier, for all of its names, plain or hashed. */
export const IDENTIFIER_BITS = Object.fromEntries(
  Object.entries(IDENTIFIER_NAMES).map(([field, names]) => {
    const hashed = (HASHED_FIELDS as readonly string[]).includes(field)
      ? [hashNameOf(field as HashedField)]
      : [];
    return [field, defineBit([...names, ...hashed])];
  }),
) as Record<IdentifierField, FieldMask>;

export const COMMERCE_BITS = Object.fromEntries(
  Object.keys(COMMERCE_FIELDS).map((name) => [name, defineBit([name])]),
) as Record<CommerceName, FieldMask>;

export const UTM_FIELDS = CLICK_FIELDS.filter((name) => name.startsWith('utm_'));
export const CLICK_ID_FIELDS = CLICK_FIELDS.filter((name) => !name.startsWith('utm_'));
export const UTM_BIT = defineBit(UTM_FIELDS);
/** Click ids, and when it was clicked. */
export const CLICK_BIT = defineBit([...CLICK_ID_FIELDS, 'click_time']);
/** Click ids by the names of their cookies and of the Audience SDK. */
export const CLICK_ALIAS_BIT = defineBit(Object.keys(CLICK_ALIASES));
/** Bit of all consent fields. */
export const CONSENT_BIT = defineBit(CONSENT_NAMES);
export const GEO_BIT = defineBit(Object.keys(GEO_FIELDS));

/** A hash that was made elsewhere, under the name of any identifier: `email_hash`. */
export const HASH_BIT = defineBit(HASHED_FIELDS.map(hashNameOf));

/** Objects that may hold identifiers of their own. */
export const CONTAINER_BIT = defineBit(CONTAINER_NAMES);
/** An identifier by a spelling that is not in our tables. */
export const VARIANT_BIT = defineBit([]);
/** A name that looks like an identifier's and is not read. */
export const UNREAD_BIT = defineBit([]);

/** Returns one presence of the bits of all given fields. */
export function bitsOf(fields: readonly IdentifierField[]): FieldMask {
  return fields.reduce((bits, field) => bits | IDENTIFIER_BITS[field], 0);
}

/** Anything that the reader of identifiers looks at. */
export const IDENTITY_BITS =
  bitsOf(Object.keys(IDENTIFIER_NAMES) as IdentifierField[]) |
  CONTAINER_BIT |
  VARIANT_BIT |
  UNREAD_BIT;

/** Maximum number of names that are remembered: data can be in names too. */
const MAX_NAMES = 5000;

/**
 * Returns what an object has. Most lines carry ten of the seventy names that we know: to walk
 * through the ten once costs a fraction of asking for the seventy, each under all its names.
 */
export function readFieldMask(from: JsonObject): FieldMask {
  let present = 0;
  for (const name in from) present |= BITS.get(name) ?? addName(name);
  return present;
}

/** A name that was not met before. */
function addName(name: string): FieldMask {
  const known = classifyName(name);
  const bit = known === undefined ? 0 : known === 'unread' ? UNREAD_BIT : variantBits(known);
  if (BITS.size < MAX_NAMES) BITS.set(name, bit);
  return bit;
}

function variantBits({ field, isHash }: { field: IdentifierField; isHash: boolean }): FieldMask {
  return IDENTIFIER_BITS[field] | VARIANT_BIT | (isHash ? HASH_BIT : 0);
}
