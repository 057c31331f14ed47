import type { Entry, RequestResult } from '../../entry.js';
import type { Detail } from '../../packed/packing.js';
import { packDetails, packIds, packPeople } from '../../packed/packing.js';
import { typeOf } from '../../packed/postback-type.js';
import type { PgSession, PgValue } from '../connection/pg-database.js';
import type { PgPostbackTypes } from './postback-types.js';
import { findCommon, problemOf } from '../../packed/outcomes.js';

/** A request that is about to leave. */
export interface PgRequestStart {
  id: number;
  run: number;
  account: string;
  entries: readonly Entry[];
  startedMs: number;
}

/** Takes the next numbers of requests in blocks, so that most requests cost no question. */
export class RequestNumbers {
  readonly #database: Pick<PgSession, 'rows'>;
  #numbers: number[] = [];

  constructor(database: Pick<PgSession, 'rows'>) {
    this.#database = database;
  }

  async next(): Promise<number> {
    if (this.#numbers.length === 0) {
      const rows = await this.#database.rows(
        `SELECT nextval('@request_id') AS id FROM generate_series(1, $1::int)`,
        [NUMBERS_PER_BLOCK],
      );
      this.#numbers = rows.map(({ id }) => Number(id)).sort((one, other) => other - one);
    }
    return this.#numbers.pop() as number;
  }
}

const NUMBERS_PER_BLOCK = 32;

/** Writes the row of a request. Its types have numbers already. */
export async function insertRequest(
  session: PgSession,
  types: PgPostbackTypes,
  { id, run, account, entries, startedMs }: PgRequestStart,
): Promise<void> {
  const details = entries.map(({ postback, attempts }): Detail => {
    const { value, eventTimeMs } = postback;
    const kind = types.numberOf(typeOf(postback));
    const detail = { kind, eventTimeMs, attempt: attempts + 1 };
    return value === undefined ? detail : { ...detail, value };
  });
  const ids = packIds(entries.map(({ postback }) => postback.eventId));
  const isText = typeof ids === 'string';
  await session.change(
    `INSERT INTO @request (id, run, network, account, started, count, ids, ids_text, details,
       people)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      run,
      (entries[0] as Entry).postback.network,
      account,
      startedMs,
      entries.length,
      isText ? null : ids,
      isText ? ids : null,
      packDetails(details, startedMs),
      packPeople(entries.map(({ postback }) => postback.person)),
    ],
  );
}

/** Completes the row of a request; false when another process has done so. */
export async function closeRequest(
  session: PgSession,
  request: number,
  { http, latencyMs, requestId, verdicts }: RequestResult,
  nowMs: number,
): Promise<boolean> {
  const delivered = verdicts.filter(({ status }) => status === 'success').length;
  const hasWarnings = verdicts.some(({ outcome }) => outcome.warning !== undefined);
  const common = findCommon(verdicts.map(({ outcome }) => outcome));
  const changed = await session.change(
    `UPDATE @request SET ended = $2, http = $3, latency = $4, remote_id = $5, delivered = $6,
       verdicts = $7, kind = $8,
       reason = $9, message = $10, changed = pg_current_xact_id() WHERE id = $1 AND ended IS NULL`,
    [
      request,
      nowMs,
      http ?? null,
      Math.round(latencyMs),
      requestId ?? null,
      delivered,
      delivered === verdicts.length && !hasWarnings
        ? null
        : verdicts.map(({ status }) => status[0]).join(''),
      common?.kind ?? null,
      common?.reason ?? null,
      common?.message ?? null,
    ],
  );
  if (changed === 0) return false;
  if (common) return true;
  const problems = verdicts.flatMap((verdict, position): Problem[] =>
    verdict.status === 'success' && verdict.outcome.warning === undefined
      ? []
      : [{ position, columns: problemOf(verdict) }],
  );
  await putProblems(session, request, problems);
  return true;
}

/** What the row of one entry's problem says. */
export interface Problem {
  position: number;
  columns: ReturnType<typeof problemOf>;
}

/** Writes what problem rows say; a warning that is there already stays. */
export async function putProblems(
  session: PgSession,
  request: number,
  problems: readonly Problem[],
): Promise<void> {
  if (problems.length === 0) return;
  const column = (index: number): PgValue => problems.map(({ columns }) => columns[index as 0]);
  await session.change(
    `INSERT INTO @problem AS p (request, position, kind, reason, message, warning)
     SELECT $1::bigint, * FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
     ON CONFLICT (request, position) DO UPDATE SET kind = excluded.kind, reason = excluded.reason,
       message = excluded.message, warning = coalesce(excluded.warning, p.warning)`,
    [request, problems.map(({ position }) => position), column(0), column(1), column(2), column(3)],
  );
}
