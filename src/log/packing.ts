import { Buffer } from 'node:buffer';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID_BYTES = 16;

/** Event ids of one request: 16 bytes each where all are lower-case UUIDs, else a JSON array. */
export function packIds(ids: readonly string[]): Buffer | string {
  if (!ids.every((id) => UUID.test(id))) return JSON.stringify(ids);
  const packed = Buffer.allocUnsafe(ids.length * ID_BYTES);
  ids.forEach((id, index) => packed.write(id.replaceAll('-', ''), index * ID_BYTES, 'hex'));
  return packed;
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

/** The people of one request, 16 bytes each, zeros where nobody is known; null where nobody is at all. */
export function packPeople(people: readonly (string | undefined)[]): Buffer | null {
  if (people.every((person) => person === undefined)) return null;
  const packed = Buffer.alloc(people.length * PERSON_BYTES);
  people.forEach((person, index) => packed.write(person ?? '', index * PERSON_BYTES, 'hex'));
  return packed;
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
