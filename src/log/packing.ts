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

/** What is told by place, most of it; the rest by name. Numbers stand for what is there already. */
type PackedEntry = [
  id: string,
  goal: string,
  goalName: string,
  event: string,
  eventId: string,
  eventTimeMs: number,
  attempts: number,
  facts: object,
  members: string[] | 0,
  /** A number: which of the members. */
  person: string | number,
  rest: Rest,
];

type Rest = Omit<Postback, NamedByPlace | 'dedupeId'> & { dedupeId?: string; stored?: boolean };
/** Every field by name, so that none is forgotten. */
type Every<T> = { [K in keyof Required<T>]: T[K] | undefined };

type NamedByPlace =
  'id' | 'network' | 'goal' | 'goalName' | 'event' | 'eventId' | 'eventTimeMs' | 'facts' | 'members' | 'person';

const NOBODY = -1;

/** The entries of one flight, all of one network, as JSON text: a third shorter than as objects. */
export function packEntries(entries: readonly Entry[]): string {
  return JSON.stringify(entries.map(packEntry));
}

function packEntry({ postback, attempts, stored }: Entry): PackedEntry {
  const { id, dedupeId, goal, goalName, event, eventId, eventTimeMs, facts, members, person } = postback;
  const { test, value, currency, once, membership } = postback;
  // Field by field, what is undefined to be left out by JSON: to copy all but some of an object costs as much as to pack it.
  const rest: Every<Rest> = {
    test,
    value,
    currency,
    once,
    membership,
    dedupeId: dedupeId === id ? undefined : dedupeId,
    stored,
  };
  const place = person === undefined ? NOBODY : (members?.indexOf(person) ?? NOBODY);
  const who = person === undefined || place !== NOBODY ? place : person;
  return [id, goal, goalName, event, eventId, eventTimeMs, attempts, facts, members ?? 0, who, rest as Rest];
}

/** The entries that {@link packEntries} packed. */
export function unpackEntries(packed: unknown, network: unknown): Entry[] {
  return (JSON.parse(String(packed)) as (PackedEntry | Entry)[]).map((entry) =>
    // As the third version of the file format has them.
    Array.isArray(entry) ? unpackEntry(entry, network as NetworkName) : entry,
  );
}

function unpackEntry(packed: PackedEntry, network: NetworkName): Entry {
  const [id, goal, goalName, event, eventId, eventTimeMs, attempts, facts, members, who, { stored, ...rest }] = packed;
  const postback: Postback = { id, dedupeId: id, network, goal, goalName, event, eventId, eventTimeMs, facts, ...rest };
  if (members !== 0) postback.members = members;
  if (typeof who === 'string') postback.person = who;
  else if (who !== NOBODY && members !== 0) postback.person = members[who];
  return stored === undefined ? { postback, attempts } : { postback, attempts, stored };
}
