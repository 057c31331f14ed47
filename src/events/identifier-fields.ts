import { cleanText } from '../identity/clean-text.js';
import { toCountryCode } from '../identity/country.js';
import { readEmailAddress } from '../identity/email.js';
import { isOtherHash, readHash } from '../identity/hash.js';
import { readPublicIp } from '../identity/ip-address.js';
import { isNotAValue, isPlaceholderHash } from '../identity/not-a-value.js';
import { canBePhone } from '../identity/phone.js';
import { readPostalCode } from '../identity/postal-code.js';
import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import type { HashedField, Identifiers } from './conversion-event.js';
import { HASHED_FIELDS } from './conversion-event.js';
import { MAX_TEXT_LENGTH } from './field-values.js';
import {
  ADDRESS_NAMES,
  classifyName,
  CONTAINER_NAMES,
  hashNameOf,
  IDENTIFIER_NAMES,
  type IdentifierField,
} from './identifier-names.js';
import {
  bitsOf,
  CONTAINER_BIT,
  HASH_BIT,
  IDENTIFIER_BITS,
  type FieldMask,
  readFieldMask,
  UNREAD_BIT,
  VARIANT_BIT,
} from './field-mask.js';
import { hasLostDigits, scalarText } from './scalars.js';
import { ignoreWarnings, type Warn } from './warnings.js';

/**
 * Where a line may carry identifiers, most specific first, each with the path that messages name.
 */
export type IdentifierCarrier = readonly [from: JsonObject, path: string, present: FieldMask];

/**
 * Result for one value: `absent` is a placeholder or missing, `unusable` is left out with a
 * warning.
 */
type Verdict = 'taken' | 'absent' | 'unusable';
/** Search target: a field, or its precomputed hash. */
interface Search {
  field: IdentifierField;
  isHash: boolean;
  names: readonly string[];
  bit: FieldMask;
}

const PLAIN_SEARCHES = Object.fromEntries(
  Object.entries(IDENTIFIER_NAMES).map(([name, names]): [string, Search] => {
    const field = name as IdentifierField;
    return [field, { field, isHash: false, names, bit: IDENTIFIER_BITS[field] }];
  }),
) as Record<IdentifierField, Search>;
const HASH_SEARCHES = Object.fromEntries(
  HASHED_FIELDS.map((field): [string, Search] => [
    field,
    { field, isHash: true, names: [hashNameOf(field)], bit: IDENTIFIER_BITS[field] },
  ]),
) as Record<HashedField, Search>;
const OTHER_FIELDS = ['externalId', 'maid', 'rampId', 'matchId', 'ip', 'userAgent'] as const;
const OTHER_BITS = bitsOf(OTHER_FIELDS);
/**
 * Objects in a list: to look up searches and bits by the names of the fields took 0.2 us a line.
 */
const HASHED_SEARCHES = HASHED_FIELDS.map((field) => ({
  bit: IDENTIFIER_BITS[field],
  hash: HASH_SEARCHES[field],
  plain: PLAIN_SEARCHES[field],
}));
const OTHER_SEARCHES = OTHER_FIELDS.map((field) => PLAIN_SEARCHES[field]);
const OBJECT_BITS = CONTAINER_BIT | IDENTIFIER_BITS.address;
/** Maximum number of values of one field that are looked at. */
const MAX_VALUES = 100;

/**
 * Reads what identifies the person from the given places, and from objects such as `user_data` in
 * them: the first usable value of a field counts. Text that stands for no value is absent, and so
 * is its hash.
 * @param warn receives what cannot be used or looks like an identifier and is not read; never
 *   quotes a value
 */
export function readIdentifiers(
  carriers: readonly IdentifierCarrier[],
  warn: Warn = ignoreWarnings,
): Identifiers {
  const reader = new IdentifierReader(carriers, warn);
  return reader.read();
}

class IdentifierReader {
  readonly #identifiers: Identifiers = { plain: {}, hashed: {} };
  readonly #warn: Warn;
  #carriers: readonly IdentifierCarrier[];
  #present: FieldMask = 0;

  constructor(carriers: readonly IdentifierCarrier[], warn: Warn) {
    this.#carriers = carriers;
    this.#warn = warn;
    for (const carrier of carriers) this.#present |= carrier[2];
    if ((this.#present & OBJECT_BITS) !== 0) this.#openContainers();
  }

  read(): Identifiers {
    const present = this.#present;
    // First, because a postal code is read by its country.
    if ((present & PLAIN_SEARCHES.country.bit) !== 0) this.#search(PLAIN_SEARCHES.country);
    const hasHashes = (present & HASH_BIT) !== 0;
    for (const { bit, hash, plain } of HASHED_SEARCHES) {
      // A hash made elsewhere comes first; a plain field may hold one too.
      if ((present & bit) === 0 || (hasHashes && this.#search(hash))) continue;
      this.#search(plain);
    }
    if ((present & OTHER_BITS) !== 0) {
      for (const search of OTHER_SEARCHES) if ((present & search.bit) !== 0) this.#search(search);
    }
    if ((present & UNREAD_BIT) !== 0) this.#warnOfUnread();
    return this.#identifiers;
  }

  /** Objects of identifiers, each after the place that it is in. */
  #openContainers(): void {
    const carriers: IdentifierCarrier[] = [];
    const add = (from: unknown, path: string, names: readonly string[]): void => {
      const inner: unknown = Array.isArray(from) ? from[0] : from;
      if (!isJsonObject(inner)) return;
      const present = readFieldMask(inner);
      this.#present |= present;
      carriers.push([inner, path, present]);
      for (const name of names) add(inner[name], `${path}${name}.`, []);
    };
    for (const carrier of this.#carriers) {
      carriers.push(carrier);
      const [from, path, present] = carrier;
      if ((present & CONTAINER_BIT) !== 0) {
        for (const name of CONTAINER_NAMES) add(from[name], `${path}${name}.`, ADDRESS_NAMES);
      }
      if ((present & IDENTIFIER_BITS.address) !== 0) add(from['address'], `${path}address.`, []);
    }
    this.#carriers = carriers;
  }

  /**
   * Whether a place has a usable value under one of the names, or under another spelling of them.
   */
  #search(search: Search): boolean {
    let unusable: string | undefined;
    for (const [from, path, present] of this.#carriers) {
      if ((present & search.bit) === 0) continue;
      const names =
        (present & VARIANT_BIT) === 0
          ? search.names
          : [...search.names, ...variantsOf(from, search)];
      for (const name of names) {
        const value = from[name];
        if (value === undefined || value === null || value === '') continue;
        const verdict = Array.isArray(value)
          ? this.#takeList(value, search, path + name)
          : takeScalar(this.#identifiers, search, value);
        if (verdict === 'taken') return true;
        if (verdict === 'unusable') unusable ??= path + name;
      }
    }
    if (unusable !== undefined) this.#warnOfUnusable(unusable, search);
    return false;
  }

  #takeList(values: readonly unknown[], search: Search, path: string): Verdict {
    let verdict: Verdict = 'absent';
    for (const one of values.slice(0, MAX_VALUES)) {
      const found = takeElement(this.#identifiers, search, one);
      if (found === 'unusable') verdict = 'unusable';
      if (found !== 'taken') continue;
      if (values.length > 1) {
        this.#warn({
          code: 'list_value',
          field: path,
          message: 'is a list; the first usable value is used',
        });
      }
      return 'taken';
    }
    return verdict;
  }

  #warnOfUnusable(path: string, { field, isHash }: Search): void {
    const expected = isHash ? EXPECTED_HASH : (EXPECTED[field] ?? 'another value');
    this.#warn({
      code: 'unusable_field',
      field: path,
      message: `cannot be used; expected ${expected}; left out`,
    });
  }

  #warnOfUnread(): void {
    for (const [from, path, present] of this.#carriers) {
      if ((present & UNREAD_BIT) === 0) continue;
      for (const [name, value] of Object.entries(from)) {
        if (!isGiven(value) || classifyName(name) !== 'unread') continue;
        const message =
          'looks like an identifier but is not read; postback help events-guide lists the supported names';
        this.#warn({ code: 'unread_identifier', field: path + name, message });
      }
    }
  }
}

const EXPECTED_HASH = 'SHA-256 in 64 hex digits or in base64 of 32 bytes';
const EXPECTED: Readonly<Partial<Record<IdentifierField, string>>> = {
  email: 'one email address, or its SHA-256',
  phone: 'a phone number, or its SHA-256',
  postal_code: 'a complete postal code with leading zeros',
  country: 'a country, such as US, DE or Germany',
  ip: 'a public IP address',
};

/**
 * Objects, and true or false, are another system's: `address` of a person, `mobile` of a device.
 */
function takeScalar(into: Identifiers, search: Search, value: unknown): Verdict {
  const given = typeof value === 'string' ? value : scalarText(value);
  if (given === undefined) return typeof value === 'number' ? 'unusable' : 'absent';
  if (given.length > MAX_TEXT_LENGTH || hasLostDigits(given)) return 'unusable';
  const text = cleanText(given);
  if (text === '' || isNotAValue(text)) return 'absent';
  const hash = readHash(text);
  if (hash !== undefined && isPlaceholderHash(hash)) return 'absent';
  const { field } = search;
  return isHashedField(field)
    ? takeHashable(into, field, text, search.isHash ? (hash ?? '') : hash)
    : takeOther(into, field, text);
}

/**
 * Members of a listed object that hold its value, as in
 * `[{"value": "+16505551212", "type": "work"}]`.
 */
const VALUE_NAMES = ['value', 'number', 'address'];

/** Takes an element of a list: the value itself, or an object that holds it. */
function takeElement(into: Identifiers, search: Search, element: unknown): Verdict {
  // Objects in `address` are opened as containers.
  if (!isJsonObject(element) || search.field === 'address')
    return takeScalar(into, search, element);
  const held = [...search.names, ...VALUE_NAMES]
    .map((name) => element[name])
    .find((value) => isGiven(value));
  return held === undefined ? 'unusable' : takeScalar(into, search, held);
}

function takeOther(
  into: Identifiers,
  field: Exclude<IdentifierField, HashedField>,
  text: string,
): Verdict {
  const usable =
    field === 'country' ? toCountryCode(text) : field === 'ip' ? readPublicIp(text) : text;
  if (usable === undefined) return 'unusable';
  into[field] = usable;
  return 'taken';
}

function isHashedField(field: IdentifierField): field is HashedField {
  return field in HASH_SEARCHES;
}

/** @param hash what the text is a hash of; empty where it should have been one */
function takeHashable(
  into: Identifiers,
  field: HashedField,
  text: string,
  hash: string | undefined,
): Verdict {
  if (hash === '') return 'unusable';
  if (hash !== undefined) {
    into.hashed[field] = hash;
    return 'taken';
  }
  const plain = isOtherHash(text) ? undefined : readPlain(field, text, into.country);
  if (plain === undefined) return 'unusable';
  into.plain[field] = plain;
  return 'taken';
}

function readPlain(
  field: HashedField,
  text: string,
  country: string | undefined,
): string | undefined {
  if (field === 'email') return readEmailAddress(text);
  if (field === 'phone') return canBePhone(text) ? text : undefined;
  return field === 'postal_code' ? readPostalCode(text, country) : text;
}

/** Names in `from` that mean the field and are in no table, in their own order. */
function variantsOf(from: JsonObject, { field, isHash, names }: Search): string[] {
  return Object.keys(from).filter((name) => {
    if (names.includes(name)) return false;
    const known = classifyName(name);
    return typeof known === 'object' && known.field === field && known.isHash === isHash;
  });
}

function isGiven(value: unknown): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && value !== '' && !isNotAValue(value);
}
