import type { Outcome } from '../networks/network.js';
import type { Database } from './database.js';
import type { Entry, EntryVerdict, RequestResult } from './entry.js';
import type { Kinds } from './kinds.js';
import type { Detail } from './packing.js';
import { packDetails, packIds, packPeople } from './packing.js';

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
  kinds: Kinds,
  { run, account, entries, startedMs }: RequestStart,
): number {
  const details = entries.map(({ postback, attempts }): Detail => {
    const { goal, event, currency = '', test, value, eventTimeMs } = postback;
    const kind = kinds.numberOf({ goal, event, currency, test });
    return value === undefined
      ? { kind, eventTimeMs, attempt: attempts + 1 }
      : { kind, eventTimeMs, attempt: attempts + 1, value };
  });
  const { lastInsertRowid } = database
    .prepare(
      'INSERT INTO request (run, network, account, started, count, ids, details, people) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
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

/** Completes the row of a request; false when another process has done so. Call inside a write transaction. */
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
      `UPDATE request SET ended = ?, http = ?, latency = ?, remote_id = ?, delivered = ?, verdicts = ?, kind = ?,
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

function insertProblems(database: Database, request: number, verdicts: RequestResult['verdicts']): void {
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

/** The columns of {@link PUT_PROBLEM} after the position. A delivered entry has nothing but its warning. */
export function problemOf({ status, outcome }: EntryVerdict): [string, string | null, string | null, string | null] {
  const { kind, reason, message = null, warning = null } = outcome;
  return status === 'success' ? [kind, null, null, warning] : [kind, reason, message, warning];
}

/** The outcome that all entries share, when none was delivered: then it is told once, in the request's own row. */
function findCommon(outcomes: readonly Outcome[]): Outcome | undefined {
  const first = outcomes[0];
  if (first === undefined || first.kind === 'delivered' || first.warning !== undefined) return undefined;
  return outcomes.every((outcome) => outcome === first) ? first : undefined;
}
