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
import { CONTAINER_BIT, IDENTIFIER_BITS, type Presence, readPresence, UNREAD_BIT, VARIANT_BIT } from './presence.js';
import { hasLostDigits, scalarText } from './scalars.js';
import { ignoreWarnings, type Warn } from './warnings.js';

/** Where a line may carry identifiers, most specific first, each with the path that messages name. */
export type Place = readonly [from: JsonObject, path: string, present: Presence];

/** What one value turned out to be: `absent` stands for no value, `unusable` is left out with a warning. */
type Verdict = 'taken' | 'absent' | 'unusable';
type Take = (text: string) => Verdict;
interface Search {
  field: IdentifierField;
  isHash: boolean;
  take: Take;
}

const HASH_NAMES = Object.fromEntries(
  HASHED_FIELDS.map((field) => [field, [hashNameOf(field)]]),
) as unknown as Readonly<Record<HashedField, readonly string[]>>;
const OTHER_FIELDS = ['externalId', 'maid', 'rampId', 'matchId', 'ip', 'userAgent'] as const;
/** Maximum number of values of one field that are looked at. */
const MAX_VALUES = 100;

/**
 * Reads what identifies the person from the given places, and from objects such as `user_data` in them: the first usable
 * value of a field counts. Text that stands for no value is absent, and so is its hash.
 * @param warn receives what cannot be used or looks like an identifier and is not read; never quotes a value
 */
export function readIdentifiers(places: readonly Place[], warn: Warn = ignoreWarnings): Identifiers {
  const reader = new IdentifierReader(places, warn);
  return reader.read();
}

class IdentifierReader {
  readonly #identifiers: Identifiers = { plain: {}, hashed: {} };
  readonly #warn: Warn;
  #places: readonly Place[];
  #present: Presence = 0;

  constructor(places: readonly Place[], warn: Warn) {
    this.#places = places;
    this.#warn = warn;
    for (const place of places) this.#present |= place[2];
    if ((this.#present & (CONTAINER_BIT | IDENTIFIER_BITS.address)) !== 0) this.#openContainers();
  }

  read(): Identifiers {
    const present = this.#present;
    // First, because a postal code is read by its country.
    if ((present & IDENTIFIER_BITS.country) !== 0) this.#find('country', this.#takeCountry);
    for (const field of HASHED_FIELDS) if ((present & IDENTIFIER_BITS[field]) !== 0) this.#readHashed(field);
    for (const field of OTHER_FIELDS) if ((present & IDENTIFIER_BITS[field]) !== 0) this.#readOther(field);
    if ((present & UNREAD_BIT) !== 0) this.#warnOfUnread();
    return this.#identifiers;
  }

  /** Objects of identifiers, each after the place that it is in. */
  #openContainers(): void {
    const places: Place[] = [];
    const add = (from: unknown, path: string, names: readonly string[]): void => {
      const inner: unknown = Array.isArray(from) ? from[0] : from;
      if (!isJsonObject(inner)) return;
      const present = readPresence(inner);
      this.#present |= present;
      places.push([inner, path, present]);
      for (const name of names) add(inner[name], `${path}${name}.`, []);
    };
    for (const place of this.#places) {
      places.push(place);
      const [from, path, present] = place;
      if ((present & CONTAINER_BIT) !== 0) {
        for (const name of CONTAINER_NAMES) add(from[name], `${path}${name}.`, ADDRESS_NAMES);
      }
      if ((present & IDENTIFIER_BITS.address) !== 0) add(from['address'], `${path}address.`, []);
    }
    this.#places = places;
  }

  /** A hash made elsewhere comes first; a plain field may hold one too. */
  #readHashed(field: HashedField): void {
    const { plain, hashed, country } = this.#identifiers;
    const takeHash = (text: string): Verdict => {
      const hash = readHash(text);
      if (hash === undefined) return 'unusable';
      if (isPlaceholderHash(hash)) return 'absent';
      hashed[field] = hash;
      return 'taken';
    };
    if (this.#search(HASH_NAMES[field], { field, isHash: true, take: takeHash })) return;
    this.#find(field, (text) => {
      const verdict = takeHash(text);
      if (verdict !== 'unusable') return verdict;
      const usable = isOtherHash(text) ? undefined : readPlain(field, text, country);
      if (usable === undefined) return 'unusable';
      plain[field] = usable;
      return 'taken';
    });
  }

  readonly #takeCountry: Take = (text) => {
    const country = toCountryCode(text);
    if (country === undefined) return 'unusable';
    this.#identifiers.country = country;
    return 'taken';
  };

  #readOther(field: (typeof OTHER_FIELDS)[number]): void {
    this.#find(field, (text) => {
      const hash = readHash(text);
      if (hash !== undefined && isPlaceholderHash(hash)) return 'absent';
      const usable = field === 'ip' ? readPublicIp(text) : text;
      if (usable === undefined) return 'unusable';
      this.#identifiers[field] = usable;
      return 'taken';
    });
  }

  #find(field: IdentifierField, take: Take): void {
    this.#search(IDENTIFIER_NAMES[field], { field, isHash: false, take });
  }

  /** Whether a place has a usable value under one of `names`, or under another spelling of them. */
  #search(names: readonly string[], search: Search): boolean {
    const bit = IDENTIFIER_BITS[search.field];
    let unusable: { path: string; value: unknown } | undefined;
    for (const [from, path, present] of this.#places) {
      if ((present & bit) === 0) continue;
      const others = (present & VARIANT_BIT) === 0 ? [] : variantsOf(from, search);
      for (const name of others.length === 0 ? names : [...names, ...others]) {
        const value = from[name];
        if (value === undefined || value === null || value === '') continue;
        const verdict = this.#takeValue(value, search.take, path + name);
        if (verdict === 'taken') return true;
        if (verdict === 'unusable') unusable ??= { path: path + name, value };
      }
    }
    if (unusable !== undefined) this.#warnOfUnusable(unusable.path, search);
    return false;
  }

  #takeValue(value: unknown, take: Take, path: string): Verdict {
    if (!Array.isArray(value)) return takeScalar(value, take);
    let verdict: Verdict = 'absent';
    for (const one of value.slice(0, MAX_VALUES) as unknown[]) {
      const found = takeScalar(one, take);
      if (found === 'unusable') verdict = 'unusable';
      if (found !== 'taken') continue;
      if (value.length > 1) {
        this.#warn({ code: 'list_value', field: path, message: 'is a list; the first usable value is taken' });
      }
      return 'taken';
    }
    return verdict;
  }

  #warnOfUnusable(path: string, { field, isHash }: Search): void {
    const expected = isHash ? EXPECTED_HASH : (EXPECTED[field] ?? 'another value');
    this.#warn({ code: 'unusable_field', field: path, message: `cannot be used; expected ${expected}; left out` });
  }

  #warnOfUnread(): void {
    for (const [from, path, present] of this.#places) {
      if ((present & UNREAD_BIT) === 0) continue;
      for (const [name, value] of Object.entries(from)) {
        if (!isGiven(value) || classifyName(name) !== 'unread') continue;
        const message = 'looks like an identifier and is not read; docs/events.md lists the names that are';
        this.#warn({ code: 'unread_identifier', field: path + name, message });
      }
    }
  }
}

const EXPECTED_HASH = 'SHA-256 in 64 hex digits or in base64 of 32 bytes';
const EXPECTED: Readonly<Partial<Record<IdentifierField, string>>> = {
  email: 'one e-mail address, or its SHA-256',
  phone: 'a phone number, or its SHA-256',
  postal_code: 'a whole postal code with its leading zeros',
  country: 'a country, such as US, DE or Germany',
  ip: 'a public IP address',
};

function readPlain(field: HashedField, text: string, country: string | undefined): string | undefined {
  if (field === 'email') return readEmailAddress(text);
  if (field === 'phone') return canBePhone(text) ? text : undefined;
  return field === 'postal_code' ? readPostalCode(text, country) : text;
}

/** Objects, and true or false, are another system's: `address` of a person, `mobile` of a device. */
function takeScalar(value: unknown, take: Take): Verdict {
  const given = scalarText(value);
  if (given === undefined) return typeof value === 'number' ? 'unusable' : 'absent';
  if (given.length > MAX_TEXT_LENGTH || hasLostDigits(given)) return 'unusable';
  const text = cleanText(given);
  return text === '' || isNotAValue(text) ? 'absent' : take(text);
}

/** Names in `from` that mean the field and are in no table, in their own order. */
function variantsOf(from: JsonObject, { field, isHash }: Search): string[] {
  const exact: readonly string[] = IDENTIFIER_NAMES[field];
  return Object.keys(from).filter((name) => {
    if (exact.includes(name)) return false;
    const known = classifyName(name);
    return typeof known === 'object' && known.field === field && known.isHash === isHash;
  });
}

function isGiven(value: unknown): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && value !== '' && !isNotAValue(value);
}
