import type { Clock } from '../../../clock.js';
import type { NetworkName } from '../../../networks/names.js';
import type { Postback } from '../../../networks/network.js';
import { lockOf } from '../people/once-locks.js';
import type { Database, SqlRow } from '../database/database.js';
import type { AcceptedRequest, Decision } from '../../decisions.js';
import type { Entry, EntryVerdict } from '../../entry.js';
import type { CommitQueue } from '../database/commit-queue.js';
import type { People } from '../people/people.js';
import type { Run } from '../../run.js';
import { Batches } from './batches.js';
import { unpackDetails, unpackIds } from '../../packed/packing.js';
import { Memberships, recordMembership } from '../audiences/memberships.js';
import type { PostbackRows } from '../postbacks/postback-rows.js';
import { PUT_PROBLEM } from './request-rows.js';
import { problemOf } from '../../packed/outcomes.js';

/** What decisions are read from and recorded in. */
export interface DecisionParts {
  database: Database;
  /** The run that records. */
  run: Run;
  queue: CommitQueue;
  rows: PostbackRows;
  people: People;
  clock: Clock;
  /** Number of delivered postbacks whose payload is kept. */
  keepDelivered: number;
}

/** The accepted requests of these networks that no run is at, oldest first. */
export function listAccepted(
  { database, rows }: Pick<DecisionParts, 'database' | 'rows'>,
  networks: readonly NetworkName[],
): AcceptedRequest[] {
  const found = new Map<number, AcceptedRequest>();
  const select = database.prepare(
    'SELECT run, account, remote_id, ended, ids, details, started FROM request WHERE id = ?',
  );
  const indexesOf = new Map<number, Indexes>();
  for (const { request, postback, attempts } of rows.listAccepted(networks)) {
    const id = request as number;
    const row = found.has(id) ? undefined : select.get(id);
    if (row) {
      indexesOf.set(id, readIndexes(database, row));
      found.set(id, {
        request: id,
        network: postback.network,
        account: String(row['account']),
        remoteId: String(row['remote_id'] ?? ''),
        acceptedMs: Number(row['ended']),
        entries: [],
        positions: [],
        total: indexesOf.get(id)?.total ?? 0,
        run: Number(row['run']),
      });
    }
    const accepted = found.get(id);
    if (!accepted) continue;
    accepted.entries.push({ postback, attempts, stored: true });
    accepted.positions.push(indexesOf.get(id)?.find(postback) ?? -1);
  }
  return [...found.values()];
}

/** Where the postbacks of a request stood in it. */
interface Indexes {
  total: number;
  find(postback: Pick<Postback, 'eventId' | 'goal'>): number | undefined;
}

/** @param row of `request`, with `ids`, `details` and `started` */
function readIndexes(database: Database, row: SqlRow): Indexes {
  const eventIds = unpackIds(row['ids'] as Uint8Array | string);
  const postbackTypes = unpackDetails(String(row['details']), Number(row['started'])).map(
    ({ kind }) => kind,
  );
  const goalOf = database.prepare('SELECT goal FROM postback_type WHERE id = ?');
  const goals = new Map(
    [...new Set(postbackTypes)].map((kind) => [kind, String(goalOf.get(kind)?.['goal'])]),
  );
  const keys = eventIds.map(
    (eventId, position) => `${eventId}\0${goals.get(postbackTypes[position] as number)}`,
  );
  const positions = new Map(keys.map((key, position) => [key, position]));
  return {
    total: eventIds.length,
    find: ({ eventId, goal }) => positions.get(`${eventId}\0${goal}`),
  };
}

/**
 * Records what a network decided on an accepted request: its attempts get their final status, the
 * delivered lose their rows (their facts are kept as those of any delivery), the failed keep
 * theirs, the pending wait for a later run.
 * @returns whether it was still ours to record: another process may have asked too
 */
export function recordDecision(
  parts: DecisionParts,
  accepted: AcceptedRequest,
  { verdicts, again }: Decision,
): Promise<boolean> {
  const { database, rows, run, queue, people, clock, keepDelivered } = parts;
  const memberships = new Memberships(database);
  return queue.write(() => {
    const isOurs = accepted.entries.map(
      ({ postback }) => rows.find(postback.id)?.request === accepted.request,
    );
    if (!isOurs.includes(true)) return false;
    const { account } = accepted;
    const delivered: Entry[] = [];
    verdicts.forEach((verdict, index) => {
      const entry = accepted.entries[index] as Entry;
      const { outcome } = verdict;
      if (!isOurs[index]) return;
      if (verdict.status === 'success') {
        if (!entry.postback.membership) delivered.push(entry);
        recordMembership(memberships, entry.postback, clock.now());
        rows.remove(entry.postback.id);
      } else if (verdict.rowState === 'failed') {
        rows.put(entry, { state: 'failed', account, outcome });
        const lock = lockOf(entry.postback);
        if (lock) people.releaseLock(lock);
      } else if (verdict.rowState === 'pending') {
        rows.put(entry, { state: 'pending', account, outcome });
      } else if (again && verdict.status !== 'accepted') {
        rows.put(entry, { state: 'pending', account, outcome });
        rows.claim(entry.postback.id, run.id);
      }
    });
    if (delivered.length > 0) {
      const batches = new Batches(database, run.id, keepDelivered);
      // As before the attempt that delivered them, like every other completed batch.
      const facts = delivered.map(({ postback, attempts }) => ({
        postback,
        attempts: attempts - 1,
      }));
      batches.complete(
        batches.insert(accepted.account, facts, accepted.request),
        delivered.length,
        clock.now(),
      );
    }
    rewriteRequest(database, accepted, verdicts, clock.now());
    return true;
  });
}

/** The request's own row: what `logs` shows of each attempt. */
function rewriteRequest(
  database: Database,
  { request, entries, positions, total }: AcceptedRequest,
  verdicts: readonly EntryVerdict[],
  nowMs: number,
): void {
  const row = database
    .prepare('SELECT verdicts, kind, reason, message FROM request WHERE id = ?')
    .get(request);
  if (!row) return;
  const letters = (row['verdicts'] === null ? 's'.repeat(total) : String(row['verdicts'])).split(
    '',
  );
  const put = database.prepare(PUT_PROBLEM);
  // What all attempts of the request had in common is told of each from now on: they part ways.
  if (row['kind'] !== null) {
    letters.forEach((letter, position) => {
      if (letter === 's') return;
      put.run(
        request,
        position,
        row['kind'] ?? null,
        row['reason'] ?? null,
        row['message'] ?? null,
        null,
      );
    });
  }
  verdicts.forEach((verdict, index) => {
    const position = positions[index] as number;
    if (position < 0 || !entries[index]) return;
    letters[position] = verdict.status[0] as string;
    put.run(request, position, ...problemOf(verdict));
  });
  // Of what was delivered only a warning is worth a row.
  database
    .prepare("DELETE FROM problem WHERE request = ? AND kind = 'delivered' AND warning IS NULL")
    .run(request);
  const delivered = letters.filter((letter) => letter === 's').length;
  const hasWarnings =
    database.prepare('SELECT 1 FROM problem WHERE request = ? LIMIT 1').get(request) !== undefined;
  database
    .prepare(
      'UPDATE request SET ended = ?, delivered = ?, verdicts = ?, kind = NULL, reason = NULL, ' +
        'message = NULL WHERE id = ?',
    )
    .run(
      nowMs,
      delivered,
      delivered === letters.length && !hasWarnings ? null : letters.join(''),
      request,
    );
}
