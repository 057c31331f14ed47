import type { Buffer } from 'node:buffer';

import { derivePostbackId } from '../identity/postback-id.js';
import { NETWORK_NAMES } from '../networks/names.js';
import type { Database } from './database.js';
import { hashOf } from './hash.js';
import { readNames, seenThrough, unindexedThrough } from './index-scope.js';
import type { Kinds } from './kinds.js';
import { packIds } from './packing.js';
import { EVERY_REQUEST } from './seen-index.js';

/**
 * Numbers of the requests that may hold an event, and certainly of all that do: by the index of ids, so that a large log is not
 * read for one event. Only what is not sorted into it (the newest 65,536 ids or so; four times as many in a large log) is looked through.
 */
export function findRequestsOf(database: Database, kinds: Kinds, eventId: string): number[] {
  // Before the index is asked: what is sorted in meanwhile is found twice rather than missed.
  const through = seenThrough(database);
  const found = new Set(listHolding(database, eventId, 0, unindexedThrough(database)));
  const indexed = database.prepare(EVERY_REQUEST);
  const goals = new Set(kinds.all().map(({ goal }) => goal));
  for (const workspace of readNames(database)) {
    for (const goal of goals) {
      for (const network of NETWORK_NAMES) {
        const hash = hashOf(derivePostbackId(workspace, network, goal, eventId));
        for (const { request } of indexed.all(hash)) found.add(Number(request));
      }
    }
  }
  for (const request of listHolding(database, eventId, through, Number.MAX_SAFE_INTEGER)) found.add(request);
  return [...found];
}

/** Requests behind `after`, up to `through`, whose packed ids hold the event's: SQLite looks for bytes far quicker than we unpack them. */
function listHolding(database: Database, eventId: string, after: number, through: number): number[] {
  const packed = packIds([eventId]);
  // Compared with null, packed UUIDs hold nothing: this id is none.
  const bytes: Buffer | null = typeof packed === 'string' ? null : packed;
  return database
    .prepare(
      `SELECT id FROM request WHERE id > ? AND id <= ? AND
         CASE typeof(ids) WHEN 'blob' THEN instr(ids, ?) ELSE instr(ids, ?) END > 0`,
    )
    .all(after, through, bytes, JSON.stringify(eventId))
    .map(({ id }) => Number(id));
}
