import { Buffer } from 'node:buffer';

import type { SqlRow } from './sql-row.js';

const PERSON_BYTES = 16;

/**
 * The people of a request without one of them, and how many of that one's postbacks were delivered.
 */
export function takeOff(row: SqlRow, person: Buffer): { people: Buffer; delivered: number } {
  const people = Buffer.from(row['people'] as Uint8Array);
  const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
  let delivered = 0;
  for (let at = 0; at < people.length; at += PERSON_BYTES) {
    if (!people.subarray(at, at + PERSON_BYTES).equals(person)) continue;
    if (verdicts === undefined || verdicts[at / PERSON_BYTES] === 's') delivered++;
    people.fill(0, at, at + PERSON_BYTES);
  }
  return { people, delivered };
}
