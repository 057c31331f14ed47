import type { Buffer } from 'node:buffer';

import { derivePostbackId } from '../../../identity/postback-id.js';
import { NETWORK_NAMES } from '../../../networks/names.js';
import type { Database } from '../database/database.js';
import { hashOf } from '../dedupe/hash.js';
import { readNames, indexedThrough } from '../dedupe/index-scope.js';
import type { PostbackTypes } from '../postbacks/postback-types.js';
import { packIds } from '../../packed/packing.js';
import { EVERY_REQUEST } from '../dedupe/dedupe-index.js';

/**
 * Numbers of the requests that may hold an event, and certainly of all that do: by the index of
 * ids, so that a large log is not read for one event. Only what is not sorted into it (the newest
 * 65,536 ids or so; four times as many in a large log) is looked through.
 */
export function findRequestsOf(
  database: Database,
  postbackTypes: PostbackTypes,
  eventId: string,
): number[] {
  // Before the index is asked: what is sorted in meanwhile is found twice rather than missed.
  const through = indexedThrough(database);
  const found = new Set<number>();
  const indexed = database.prepare(EVERY_REQUEST);
  const goals = new Set(postbackTypes.all().map(({ goal }) => goal));
  const networks = [...NETWORK_NAMES, ...listEndpoints(database)];
  for (const workspace of readNames(database)) {
    for (const goal of goals) {
      for (const network of networks) {
        const hash = hashOf(derivePostbackId(workspace, network, goal, eventId));
        for (const { request } of indexed.all(hash)) found.add(Number(request));
      }
    }
  }
  for (const request of listHolding(database, eventId, through)) found.add(request);
  return [...found];
}

/** The endpoints that requests went to: their names are the operator's, and any may be gone. */
function listEndpoints(database: Database): string[] {
  return database
    .prepare("SELECT DISTINCT network FROM request WHERE network GLOB 'http:*'")
    .all()
    .map(({ network }) => String(network));
}

/**
 * Requests after `after` whose packed ids hold the event's: SQLite looks for bytes far quicker than
 * we unpack them.
 */
function listHolding(database: Database, eventId: string, after: number): number[] {
  const packed = packIds([eventId]);
  // Compared with null, packed UUIDs hold nothing: this id is none.
  const bytes: Buffer | null = typeof packed === 'string' ? null : packed;
  return database
    .prepare(
      `SELECT id FROM request WHERE id > ? AND
         CASE typeof(ids) WHEN 'blob' THEN instr(ids, ?) ELSE instr(ids, ?) END > 0`,
    )
    .all(after, bytes, JSON.stringify(eventId))
    .map(({ id }) => Number(id));
}
