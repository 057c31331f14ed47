import type { Database } from '../database/database.js';
import type { Entry, RequestResult } from '../../entry.js';
import { typeOf } from '../../packed/postback-type.js';
import type { PostbackTypes } from '../postbacks/postback-types.js';
import { findCommon, problemOf } from '../../packed/outcomes.js';
import type { Detail } from '../../packed/packing.js';
import { packDetails, packIds, packPeople } from '../../packed/packing.js';

/** A request that is about to leave. */
export interface RequestStart {
  run: number;
  account: string;
  entries: readonly Entry[];
  startedMs: number;
}

/** Writes the row of a request; its number. Call inside a write transaction. */
export function insertRequest(
  database: Database,
  postbackTypes: PostbackTypes,
  { run, account, entries, startedMs }: RequestStart,
): number {
  const details = entries.map(({ postback, attempts }): Detail => {
    const { value, eventTimeMs } = postback;
    const kind = postbackTypes.numberOf(typeOf(postback));
    return value === undefined
      ? { kind, eventTimeMs, attempt: attempts + 1 }
      : { kind, eventTimeMs, attempt: attempts + 1, value };
  });
  const { lastInsertRowid } = database
    .prepare(
      'INSERT INTO request (run, network, account, started, count, ids, details, people) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      run,
      (entries[0] as Entry).postback.network,
      account,
      startedMs,
      entries.length,
      packIds(entries.map(({ postback }) => postback.eventId)),
      packDetails(details, startedMs),
      packPeople(entries.map(({ postback }) => postback.person)),
    );
  return Number(lastInsertRowid);
}

/**
 * Completes the row of a request; false when another process has done so. Call inside a write
 * transaction.
 */
export function closeRequest(
  database: Database,
  request: number,
  { http, latencyMs, requestId, verdicts }: RequestResult,
  nowMs: number,
): boolean {
  const delivered = verdicts.filter(({ status }) => status === 'success').length;
  const common = findCommon(verdicts.map(({ outcome }) => outcome));
  const { changes } = database
    .prepare(
      `UPDATE request SET ended = ?, http = ?, latency = ?, remote_id = ?, delivered = ?,
         verdicts = ?, kind = ?,
         reason = ?, message = ? WHERE id = ? AND ended IS NULL`,
    )
    .run(
      nowMs,
      http ?? null,
      Math.round(latencyMs),
      requestId ?? null,
      delivered,
      delivered === verdicts.length && !verdicts.some(hasWarning)
        ? null
        : verdicts.map(({ status }) => status[0]).join(''),
      common?.kind ?? null,
      common?.reason ?? null,
      common?.message ?? null,
      request,
    );
  if (Number(changes) === 0) return false;
  if (!common) insertProblems(database, request, verdicts);
  return true;
}

function hasWarning({ outcome }: RequestResult['verdicts'][number]): boolean {
  return outcome.warning !== undefined;
}

function insertProblems(
  database: Database,
  request: number,
  verdicts: RequestResult['verdicts'],
): void {
  const insert = database.prepare(PUT_PROBLEM);
  verdicts.forEach((verdict, position) => {
    if (verdict.status === 'success' && !hasWarning(verdict)) return;
    insert.run(request, position, ...problemOf(verdict));
  });
}

/** Writes what one entry's problem row says; a warning that is there already stays. */
export const PUT_PROBLEM = `
INSERT INTO problem (request, position, kind, reason, message, warning) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (request, position) DO UPDATE SET kind = excluded.kind, reason = excluded.reason,
  message = excluded.message, warning = coalesce(excluded.warning, warning)`;
