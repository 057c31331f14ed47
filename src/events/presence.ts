import type { JsonObject } from '../json.js';
import { COMMERCE_FIELDS, IDENTIFIER_NAMES, PLACE_FIELDS } from './audience-fields.js';
import { CONSENT_NAMES } from './consent-carriers.js';
import { CLICK_FIELDS, HASHED_FIELDS } from './conversion-event.js';

/** Which fields that we know an object has any of, as bits. Pass it on to the readers of that object. */
export type Presence = number;

const BITS = new Map<string, Presence>();
let count = 0;

/** A bit for some fields together. */
function defineBit(names: readonly string[]): Presence {
  const bit = 2 ** count++;
  for (const name of names) BITS.set(name, (BITS.get(name) ?? 0) | bit);
  return bit;
}

type IdentifierName = keyof typeof IDENTIFIER_NAMES;
type CommerceName = keyof typeof COMMERCE_FIELDS;

/** A bit for each identifier, under whichever of its names, and plain or hashed. */
export const IDENTIFIER_BITS = Object.fromEntries(
  Object.entries(IDENTIFIER_NAMES).map(([field, names]) => {
    const hashed = (HASHED_FIELDS as readonly string[]).includes(field) ? [`${field}_hash`] : [];
    return [field, defineBit([...names, ...hashed])];
  }),
) as Record<IdentifierName, Presence>;

export const COMMERCE_BITS = Object.fromEntries(
  Object.keys(COMMERCE_FIELDS).map((name) => [name, defineBit([name])]),
) as Record<CommerceName, Presence>;

export const UTM_FIELDS = CLICK_FIELDS.filter((name) => name.startsWith('utm_'));
export const CLICK_ID_FIELDS = CLICK_FIELDS.filter((name) => !name.startsWith('utm_'));
export const UTM_BIT = defineBit(UTM_FIELDS);
/** Click ids, and when it was clicked. */
export const CLICK_BIT = defineBit([...CLICK_ID_FIELDS, 'click_time']);
/** Whatever says something of consent. */
export const CONSENT_BIT = defineBit(CONSENT_NAMES);
export const PLACE_BIT = defineBit(Object.keys(PLACE_FIELDS));

/**
 * What an object has. Most lines carry ten of the seventy names that we know: to walk through the ten once costs a fraction of
 * asking for the seventy, each under all its names.
 */
export function readPresence(from: JsonObject): Presence {
  let present = 0;
  for (const name in from) present |= BITS.get(name) ?? 0;
  return present;
}
