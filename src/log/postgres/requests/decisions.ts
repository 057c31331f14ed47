import type { NetworkName } from '../../../networks/names.js';
import type { Postback } from '../../../networks/network.js';
import type { AcceptedRequest, Decision } from '../../decisions.js';
import type { Entry } from '../../entry.js';
import { unpackDetails, unpackIds } from '../../packed/packing.js';
import { confirmMemberships } from '../audiences/memberships.js';
import type { PgRow, PgSession } from '../connection/pg-database.js';
import type { PgWrite } from '../database/write-queue.js';
import type { PgParts } from '../parts.js';
import { releaseLocks } from '../people/once-locks.js';
import { putRows, removeRows, type RowWrite } from '../postbacks/rows.js';
import { readStoredRow, STORED_COLUMNS } from '../postbacks/states.js';
import { idsOf, locksOf } from './begin.js';
import type { PgPostbackTypes } from './postback-types.js';
import { putProblems, type Problem } from './requests.js';
import { problemOf } from '../../packed/outcomes.js';

/** The accepted requests of networks that no run has claimed, see `DeliveryLog.listAccepted`. */
export async function listAccepted(
  session: PgSession,
  types: PgPostbackTypes,
  networks: readonly NetworkName[],
): Promise<AcceptedRequest[]> {
  const rows = await session.rows(
    `SELECT ${STORED_COLUMNS} FROM @postback p WHERE request IS NOT NULL AND run IS NULL
       AND network = ANY($1::text[])
     ORDER BY request, event_time, id`,
    [networks],
  );
  if (rows.length === 0) return [];
  await types.load();
  const numbers = [...new Set(rows.map((row) => Number(row['request'])))];
  const requests = await session.rows(
    `SELECT id, run, account, remote_id, ended, ids, ids_text, details, started FROM @request
     WHERE id = ANY($1::bigint[])`,
    [numbers],
  );
  const found = new Map<number, AcceptedRequest>();
  const positions = new Map<number, Positions>();
  for (const row of requests) {
    const request = Number(row['id']);
    const read = readPositions(row, types);
    positions.set(request, read);
    found.set(request, {
      request,
      network: networks[0] as NetworkName,
      account: String(row['account']),
      remoteId: String(row['remote_id'] ?? ''),
      acceptedMs: Number(row['ended']),
      entries: [],
      positions: [],
      total: read.total,
      run: Number(row['run']),
    });
  }
  for (const row of rows) {
    const { postback, attempts, request } = readStoredRow(row);
    const accepted = found.get(request as number);
    if (!accepted) continue;
    accepted.network = postback.network;
    accepted.entries.push({ postback, attempts, stored: true });
    accepted.positions.push(positions.get(accepted.request)?.find(postback) ?? -1);
  }
  return [...found.values()].sort((one, other) => one.request - other.request);
}

interface Positions {
  total: number;
  find(postback: Pick<Postback, 'eventId' | 'goal'>): number | undefined;
}

function readPositions(row: PgRow, types: PgPostbackTypes): Positions {
  const eventIds = unpackIds((row['ids'] ?? row['ids_text']) as Uint8Array | string);
  const details = unpackDetails(String(row['details']), Number(row['started']));
  const positions = new Map(
    eventIds.map((eventId, position) => [
      `${eventId}\0${types.find(details[position]?.kind ?? 0).goal}`,
      position,
    ]),
  );
  return {
    total: eventIds.length,
    find: ({ eventId, goal }) => positions.get(`${eventId}\0${goal}`),
  };
}

/** Records what a network decided on an accepted request, see `DeliveryLog.recordDecision`. */
export async function recordDecision(
  write: PgWrite,
  { run, clock, batches }: PgParts,
  accepted: AcceptedRequest,
  { verdicts, again }: Decision,
): Promise<boolean> {
  const nowMs = clock.now();
  const ours = await lockRows(write, accepted);
  if (ours.size === 0) return false;
  const delivered: Entry[] = [];
  const failed: Entry[] = [];
  const rows: RowWrite[] = [];
  verdicts.forEach((verdict, index) => {
    const entry = accepted.entries[index] as Entry;
    if (!ours.has(entry.postback.id)) return;
    const { rowState: settled, outcome, status } = verdict;
    const { account } = accepted;
    if (status === 'success') delivered.push(entry);
    else if (settled === 'failed') {
      failed.push(entry);
      rows.push({ entry, state: 'failed', account, outcome });
    } else if (settled === 'pending') rows.push({ entry, state: 'pending', account, outcome });
    else if (again && status !== 'accepted')
      rows.push({ entry, state: 'pending', account, outcome, run: run.id });
  });
  await confirmMemberships(write, delivered, nowMs);
  await removeRows(write, idsOf(delivered));
  await putRows(write, rows, nowMs);
  await releaseLocks(write, locksOf(failed));
  const kept = delivered.filter(({ postback }) => !postback.membership);
  if (kept.length > 0) {
    // As before the attempt that delivered them, like every other completed batch.
    const entries = kept.map(({ postback, attempts }) => ({ postback, attempts: attempts - 1 }));
    const batch = await batches.insert(write, accepted.account, entries, accepted.request);
    await batches.complete(write, batch, kept.length, nowMs);
  }
  await rewriteRequest(write, accepted, verdicts, nowMs);
  return true;
}

/** Ids of the entries that wait for this request still. */
async function lockRows(
  write: PgWrite,
  { entries, request }: AcceptedRequest,
): Promise<Set<string>> {
  const rows = await write.rows(
    `SELECT replace(id::text, '-', '') AS id FROM @postback WHERE id = ANY($1::uuid[])
       AND request = $2
     ORDER BY id FOR UPDATE`,
    [idsOf(entries), request],
  );
  return new Set(rows.map(({ id }) => String(id)));
}

/** The request's own row: what `logs` shows of each attempt. */
async function rewriteRequest(
  write: PgWrite,
  { request, entries, positions, total }: AcceptedRequest,
  verdicts: Decision['verdicts'],
  nowMs: number,
): Promise<void> {
  const [row] = await write.rows(
    'SELECT verdicts, kind, reason, message FROM @request WHERE id = $1 FOR UPDATE',
    [request],
  );
  if (!row) return;
  const letters = (row['verdicts'] === null ? 's'.repeat(total) : String(row['verdicts'])).split(
    '',
  );
  const problems = new Map<number, Problem>();
  // What all attempts had in common holds for each from now on, as their outcomes differ.
  if (row['kind'] !== null) {
    const columns = [row['kind'], row['reason'], row['message'], null] as Problem['columns'];
    letters.forEach((letter, position) => {
      if (letter !== 's') problems.set(position, { position, columns });
    });
  }
  verdicts.forEach((verdict, index) => {
    const position = positions[index] as number;
    if (position < 0 || !entries[index]) return;
    letters[position] = verdict.status[0] as string;
    problems.set(position, { position, columns: problemOf(verdict) });
  });
  await putProblems(write, request, [...problems.values()]);
  // Of what was delivered only a warning is worth a row.
  await write.change(
    `DELETE FROM @problem WHERE request = $1 AND kind = 'delivered' AND warning IS NULL`,
    [request],
  );
  const [left] = await write.rows('SELECT 1 AS one FROM @problem WHERE request = $1 LIMIT 1', [
    request,
  ]);
  const delivered = letters.filter((letter) => letter === 's').length;
  await write.change(
    `UPDATE @request SET ended = $2, delivered = $3, verdicts = $4, kind = NULL, reason = NULL,
       message = NULL,
       changed = pg_current_xact_id() WHERE id = $1`,
    [request, nowMs, delivered, delivered === letters.length && !left ? null : letters.join('')],
  );
}
