import { Buffer } from 'node:buffer';

import type { NetworkName } from '../../networks/names.js';
import type { Postback } from '../../networks/network.js';
import type { Entry } from '../entry.js';
import { readRow } from '../stored-json.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID_BYTES = 16;
const ID_DIGITS = ID_BYTES * 2;

/** Event ids of one request: 16 bytes each where all are lower-case UUIDs, else a JSON array. */
export function packIds(ids: readonly string[]): Buffer | string {
  if (!ids.every((id) => UUID.test(id))) return JSON.stringify(ids);
  // One call for all of them: each costs more than the digits that it reads.
  let hex = '';
  for (const id of ids) hex += digitsOf(id);
  return Buffer.from(hex, 'hex');
}

function digitsOf(uuid: string): string {
  return (
    uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)
  );
}

/** The UUID whose digits are in `hex` from `at` on. */
function uuidAt(hex: string, at: number): string {
  const parts = [hex.slice(at, at + 8), hex.slice(at + 8, at + 12), hex.slice(at + 12, at + 16)];
  return [...parts, hex.slice(at + 16, at + 20), hex.slice(at + 20, at + ID_DIGITS)].join('-');
}

/**
 * The ids that {@link packIds} packed, in order. @throws InternalError `log_damaged` where they
 * cannot be read
 */
export function unpackIds(packed: Uint8Array | string): string[] {
  if (typeof packed === 'string') return readList(packed) as string[];
  const hex = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('hex');
  const ids: string[] = [];
  for (let at = 0; at < hex.length; at += ID_DIGITS) ids.push(uuidAt(hex, at));
  return ids;
}

function readList(json: string, isNested = false): unknown[] {
  return readRow('a request', () => {
    const list: unknown = JSON.parse(json);
    if (!Array.isArray(list) || (isNested && !list.every(Array.isArray)))
      throw new TypeError('not a list');
    return list as unknown[];
  });
}

const NOBODY_HEX = '0'.repeat(ID_DIGITS);

/**
 * The people of one request, 16 bytes each, zeros where nobody is known; null where nobody is at
 * all.
 */
export function packPeople(people: readonly (string | undefined)[]): Buffer | null {
  if (people.every((person) => person === undefined)) return null;
  let hex = '';
  for (const person of people) hex += person?.length === NOBODY_HEX.length ? person : NOBODY_HEX;
  return Buffer.from(hex, 'hex');
}

/** What a request row keeps of one postback in addition to its id. */
export interface Detail {
  /** Row of the `postback_type` table: goal, event, currency, test. */
  kind: number;
  eventTimeMs: number;
  value?: string;
  attempt: number;
}

type PackedDetail = [kind: number, timeDelta: number, value: string | 0, attempt?: number];

/** Details of one request as JSON text; times are kept as the distance to `startedMs`. */
export function packDetails(details: readonly Detail[], startedMs: number): string {
  const packed = details.map(({ kind, eventTimeMs, value, attempt }): PackedDetail => {
    const delta = eventTimeMs - startedMs;
    return attempt === 1 ? [kind, delta, value ?? 0] : [kind, delta, value ?? 0, attempt];
  });
  return JSON.stringify(packed);
}

/**
 * The details that {@link packDetails} packed, in order. @throws InternalError `log_damaged` where
 * they cannot be read
 */
export function unpackDetails(packed: string, startedMs: number): Detail[] {
  return (readList(packed, true) as PackedDetail[]).map(([kind, delta, value, attempt]) => ({
    kind,
    eventTimeMs: startedMs + delta,
    attempt: attempt ?? 1,
    ...(value === 0 ? {} : { value }),
  }));
}

/** What the postbacks of one batch have in common, each combination once. */
type PackedKind = [
  goal: string,
  goalName: string,
  event: string,
  test: boolean,
  currency: string | null,
  once: boolean | null,
];

/** A text, or 0 where its digits are among those that follow the JSON. */
type Packed = string | 0;

/** What is told by place, most of it; the rest by name. */
type PackedEntry = [
  /** Which of the kinds. */
  kind: number,
  id: Packed,
  eventId: Packed,
  eventTimeMs: number,
  attempts: number,
  facts: object,
  /** A number: so many keys, whose digits follow the JSON; 0: none. */
  members: readonly string[] | number,
  /** A number: which of the members. */
  person: string | number,
  value: string | 0,
  rest: Rest | 0,
];

interface PackedBatch {
  kinds: PackedKind[];
  entries: PackedEntry[];
}

/** Told by place, or never there: a postback without a payload is in no batch. */
type Named =
  | 'isDamaged'
  | 'id'
  | 'eventId'
  | 'eventTimeMs'
  | 'facts'
  | 'members'
  | 'person'
  | 'value'
  | 'network'
  | 'dedupeId';
type OfKind = 'goal' | 'goalName' | 'event' | 'test' | 'currency' | 'once';
type Rest = Omit<Postback, Named | OfKind> & { dedupeId?: string; stored?: boolean };
/** Every field by name, so that none is forgotten. */
type Every<T> = { [K in keyof Required<T>]: T[K] | undefined };

const NOBODY = -1;

const LENGTH_BYTES = 4;

/**
 * The entries of one batch, all of one network: how long the JSON is, the JSON, and after it the
 * ids and keys as bytes. That is a third of what they are as objects, and all that a batch writes
 * is written twice.
 *
 * What has the length of a key is taken for one: in capitals it would not come back as it was, but
 * there is none of those.
 */
export function packEntries(entries: readonly Entry[]): Buffer | string {
  const digits = new Digits();
  const json = JSON.stringify(packBatch(entries, digits));
  const jsonBytes = Buffer.byteLength(json);
  const { hex } = digits;
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + jsonBytes + hex.length / 2);
  bytes.writeUInt32LE(jsonBytes);
  bytes.write(json, LENGTH_BYTES);
  // Writing ends at the first character that is not a digit.
  if (bytes.write(hex, LENGTH_BYTES + jsonBytes, 'hex') * 2 === hex.length) return bytes;
  return JSON.stringify(packBatch(entries));
}

function packBatch(entries: readonly Entry[], digits?: Digits): PackedBatch {
  const kinds = new KindList();
  return { kinds: kinds.list, entries: entries.map((entry) => packEntry(entry, kinds, digits)) };
}

/** The digits of ids and keys: appended one after the other, and taken in the same order. */
class Digits {
  hex: string;
  #at = 0;

  constructor(hex = '') {
    this.hex = hex;
  }

  putKey(key: string): Packed {
    if (key.length !== ID_DIGITS) return key;
    this.hex += key;
    return 0;
  }

  putKeys(keys: readonly string[]): number | undefined {
    if (keys.length === 0 || keys.some(({ length }) => length !== ID_DIGITS)) return undefined;
    for (const key of keys) this.hex += key;
    return keys.length;
  }

  putUuid(id: string): Packed {
    if (!UUID.test(id)) return id;
    this.hex += digitsOf(id);
    return 0;
  }

  takeKey(): string {
    this.#at += ID_DIGITS;
    return this.hex.slice(this.#at - ID_DIGITS, this.#at);
  }

  takeKeys(count: number): string[] {
    return Array.from({ length: count }, () => this.takeKey());
  }

  takeUuid(): string {
    this.#at += ID_DIGITS;
    return uuidAt(this.hex, this.#at - ID_DIGITS);
  }
}

/** Finds the number of each kind; a batch has few. */
class KindList {
  readonly list: PackedKind[] = [];

  numberOf({ goal, goalName, event, test, currency, once }: Postback): number {
    const [currencyOrNull, onceOrNull] = [currency ?? null, once ?? null];
    const known = this.list.findIndex(
      (kind) =>
        kind[0] === goal &&
        kind[1] === goalName &&
        kind[2] === event &&
        kind[3] === test &&
        kind[4] === currencyOrNull &&
        kind[5] === onceOrNull,
    );
    return known === -1
      ? this.list.push([goal, goalName, event, test, currencyOrNull, onceOrNull]) - 1
      : known;
  }
}

function packEntry(
  { postback, attempts, stored }: Entry,
  kinds: KindList,
  digits?: Digits,
): PackedEntry {
  const { id, eventId, eventTimeMs, facts, members, person, value } = postback;
  const index = person === undefined ? NOBODY : (members?.indexOf(person) ?? NOBODY);
  const who = person === undefined || index !== NOBODY ? index : person;
  const rest = packRest(postback, stored);
  const kind = kinds.numberOf(postback);
  // Taken back in this order.
  const packedId = digits?.putKey(id) ?? id;
  const packedEventId = digits?.putUuid(eventId) ?? eventId;
  const keys = members && (digits?.putKeys(members) ?? members);
  return [
    kind,
    packedId,
    packedEventId,
    eventTimeMs,
    attempts,
    facts,
    keys ?? 0,
    who,
    value ?? 0,
    rest,
  ];
}

/** What most postbacks have none of. */
function packRest({ id, dedupeId, membership }: Postback, stored: boolean | undefined): Rest | 0 {
  if (dedupeId === id && membership === undefined && stored === undefined) return 0;
  // JSON leaves out what is undefined.
  const rest: Every<Rest> = {
    membership,
    dedupeId: dedupeId === id ? undefined : dedupeId,
    stored,
  };
  return rest;
}

/**
 * The entries that {@link packEntries} packed. @throws InternalError `log_damaged` where they
 * cannot be read
 */
export function unpackEntries(packed: unknown, network: unknown): Entry[] {
  return readRow('a batch', () => unpackAny(packed, network as NetworkName));
}

function unpackAny(packed: unknown, name: NetworkName): Entry[] {
  if (packed instanceof Uint8Array) {
    const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    const jsonEnd = LENGTH_BYTES + bytes.readUInt32LE();
    const batch = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, jsonEnd)) as PackedBatch;
    return unpackBatch(batch, new Digits(bytes.toString('hex', jsonEnd)), name);
  }
  // Ids that are not hexadecimal are kept as text.
  return unpackBatch(JSON.parse(String(packed)) as PackedBatch, new Digits(), name);
}

function unpackBatch(
  { kinds, entries }: PackedBatch,
  digits: Digits,
  network: NetworkName,
): Entry[] {
  return entries.map((entry) => unpackEntry(entry, kinds, digits, network));
}

function unpackEntry(
  packed: PackedEntry,
  kinds: readonly PackedKind[],
  digits: Digits,
  network: NetworkName,
): Entry {
  const [
    kind,
    packedId,
    packedEventId,
    eventTimeMs,
    attempts,
    facts,
    packedMembers,
    who,
    value,
    others,
  ] = packed;
  const id = packedId === 0 ? digits.takeKey() : packedId;
  const eventId = packedEventId === 0 ? digits.takeUuid() : packedEventId;
  const isCount = typeof packedMembers === 'number' && packedMembers > 0;
  const members = isCount ? digits.takeKeys(packedMembers) : packedMembers;
  const [goal, goalName, event, test, currency, once] = kinds[kind] as PackedKind;
  const { stored, ...rest } = others === 0 ? {} : others;
  const names = { goal, goalName, event, eventId, eventTimeMs, test };
  const postback: Postback = { id, dedupeId: id, network, ...names, facts, ...rest };
  if (value !== 0) postback.value = value;
  if (currency !== null) postback.currency = currency;
  if (once !== null) postback.once = once;
  addPeople(postback, members, who);
  return stored === undefined ? { postback, attempts } : { postback, attempts, stored };
}

function addPeople(
  postback: Postback,
  members: readonly string[] | number,
  who: string | number,
): void {
  const known = typeof members === 'number' ? undefined : members;
  if (known) postback.members = known;
  const person = typeof who === 'string' ? who : known?.[who];
  if (person !== undefined) postback.person = person;
}
