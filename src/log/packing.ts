import { Buffer } from 'node:buffer';

import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import type { Entry } from './entry.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID_BYTES = 16;

/** Event ids of one request: 16 bytes each where all are lower-case UUIDs, else a JSON array. */
export function packIds(ids: readonly string[]): Buffer | string {
  if (!ids.every((id) => UUID.test(id))) return JSON.stringify(ids);
  // One call for all of them: each costs more than the digits that it reads.
  let hex = '';
  for (const id of ids) hex += id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24);
  return Buffer.from(hex, 'hex');
}

/** The ids that {@link packIds} packed, in order. */
export function unpackIds(packed: Uint8Array | string): string[] {
  if (typeof packed === 'string') return JSON.parse(packed) as string[];
  const hex = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('hex');
  const ids: string[] = [];
  for (let at = 0; at < hex.length; at += ID_BYTES * 2) {
    const parts = [hex.slice(at, at + 8), hex.slice(at + 8, at + 12), hex.slice(at + 12, at + 16)];
    ids.push([...parts, hex.slice(at + 16, at + 20), hex.slice(at + 20, at + 32)].join('-'));
  }
  return ids;
}

const PERSON_BYTES = 16;
const NOBODY_HEX = '0'.repeat(PERSON_BYTES * 2);

/** The people of one request, 16 bytes each, zeros where nobody is known; null where nobody is at all. */
export function packPeople(people: readonly (string | undefined)[]): Buffer | null {
  if (people.every((person) => person === undefined)) return null;
  let hex = '';
  for (const person of people) hex += person?.length === NOBODY_HEX.length ? person : NOBODY_HEX;
  return Buffer.from(hex, 'hex');
}

/** What a request row keeps of one postback beside its id. */
export interface Detail {
  /** Row of the `kind` table: goal, event, currency, test. */
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

/** The details that {@link packDetails} packed, in order. */
export function unpackDetails(packed: string, startedMs: number): Detail[] {
  return (JSON.parse(packed) as PackedDetail[]).map(([kind, delta, value, attempt]) => ({
    kind,
    eventTimeMs: startedMs + delta,
    attempt: attempt ?? 1,
    ...(value === 0 ? {} : { value }),
  }));
}

/** What the postbacks of one flight have in common, each combination once. */
type PackedKind = [
  goal: string,
  goalName: string,
  event: string,
  test: boolean,
  currency: string | null,
  once: boolean | null,
];

/** What is told by place, most of it; the rest by name. */
type PackedEntry = [
  /** Which of the kinds. */
  kind: number,
  id: string,
  eventId: string,
  eventTimeMs: number,
  attempts: number,
  facts: object,
  members: string[] | 0,
  /** A number: which of the members. */
  person: string | number,
  value: string | 0,
  rest: Rest | 0,
];

interface PackedFlight {
  kinds: PackedKind[];
  entries: PackedEntry[];
}

type Named = 'id' | 'eventId' | 'eventTimeMs' | 'facts' | 'members' | 'person' | 'value' | 'network' | 'dedupeId';
type OfKind = 'goal' | 'goalName' | 'event' | 'test' | 'currency' | 'once';
type Rest = Omit<Postback, Named | OfKind> & { dedupeId?: string; stored?: boolean };
/** Every field by name, so that none is forgotten. */
type Every<T> = { [K in keyof Required<T>]: T[K] | undefined };

const NOBODY = -1;

/** The entries of one flight, all of one network, as JSON text: half as long as as objects. All that a flight writes is written twice. */
export function packEntries(entries: readonly Entry[]): string {
  const kinds = new KindList();
  const packed: PackedFlight = { kinds: kinds.list, entries: entries.map((entry) => packEntry(entry, kinds)) };
  return JSON.stringify(packed);
}

/** Finds the number of each kind; a flight has few. */
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
    return known === -1 ? this.list.push([goal, goalName, event, test, currencyOrNull, onceOrNull]) - 1 : known;
  }
}

function packEntry({ postback, attempts, stored }: Entry, kinds: KindList): PackedEntry {
  const { id, eventId, eventTimeMs, facts, members, person, value } = postback;
  const place = person === undefined ? NOBODY : (members?.indexOf(person) ?? NOBODY);
  const who = person === undefined || place !== NOBODY ? place : person;
  const rest = packRest(postback, stored);
  return [kinds.numberOf(postback), id, eventId, eventTimeMs, attempts, facts, members ?? 0, who, value ?? 0, rest];
}

/** What most postbacks have none of. */
function packRest({ id, dedupeId, membership }: Postback, stored: boolean | undefined): Rest | 0 {
  if (dedupeId === id && membership === undefined && stored === undefined) return 0;
  // JSON leaves out what is undefined.
  const rest: Every<Rest> = { membership, dedupeId: dedupeId === id ? undefined : dedupeId, stored };
  return rest;
}

/** The entries that {@link packEntries} packed. */
export function unpackEntries(packed: unknown, network: unknown): Entry[] {
  const found = JSON.parse(String(packed)) as PackedFlight | (FourthEntry | Entry)[];
  const name = network as NetworkName;
  if (!Array.isArray(found)) return found.entries.map((entry) => unpackEntry(entry, found.kinds, name));
  // As the fourth version of the file format has them, and the third.
  return found.map((entry) => (Array.isArray(entry) ? unpackFourth(entry, name) : entry));
}

function unpackEntry(packed: PackedEntry, kinds: readonly PackedKind[], network: NetworkName): Entry {
  const [kind, id, eventId, eventTimeMs, attempts, facts, members, who, value, others] = packed;
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

function addPeople(postback: Postback, members: string[] | 0, who: string | number): void {
  if (members !== 0) postback.members = members;
  if (typeof who === 'string') postback.person = who;
  else if (who !== NOBODY && members !== 0) postback.person = members[who];
}

type FourthEntry = [
  id: string,
  goal: string,
  goalName: string,
  event: string,
  eventId: string,
  eventTimeMs: number,
  attempts: number,
  facts: object,
  members: string[] | 0,
  person: string | number,
  rest: Omit<Postback, Exclude<Named, 'value'> | 'goal' | 'goalName' | 'event'> & {
    dedupeId?: string;
    stored?: boolean;
  },
];

function unpackFourth(packed: FourthEntry, network: NetworkName): Entry {
  const [id, goal, goalName, event, eventId, eventTimeMs, attempts, facts, members, who, { stored, ...rest }] = packed;
  const postback: Postback = { id, dedupeId: id, network, goal, goalName, event, eventId, eventTimeMs, facts, ...rest };
  addPeople(postback, members, who);
  return stored === undefined ? { postback, attempts } : { postback, attempts, stored };
}
