import type { Clock } from '../clock.js';
import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import { slotOf } from './claims.js';
import type { SqlRow } from './database.js';
import type { DeliveryLog } from './delivery-log.js';
import type { Entry, EntryVerdict } from './entry.js';
import { Flights } from './flights.js';
import { unpackDetails, unpackIds } from './packing.js';
import { Memberships, settleMembership } from './memberships.js';
import { PostbackRows } from './postback-rows.js';
import { problemOf, PUT_PROBLEM } from './request-rows.js';

/** A request that its network accepted and has not decided, with the postbacks that wait for it. */
export interface AcceptedRequest {
  request: number;
  network: NetworkName;
  account: string;
  /** The network's id of the request. */
  remoteId: string;
  acceptedMs: number;
  entries: Entry[];
  /** Where each entry stood in the request, from 0; -1 where the log does not tell. */
  positions: number[];
  /** Postbacks that the request held. */
  total: number;
  /** The run that made it. */
  run: number;
}

/** What became of the postbacks of an accepted request. */
export interface Decision {
  /** One per entry; without `settled` and not a success: still undecided, or to be sent again at once. */
  verdicts: readonly EntryVerdict[];
  /** Those without `settled` leave the request and are claimed by this run, to be sent again. */
  again: boolean;
}

/** The accepted requests of these networks that no run is at, oldest first. */
export function listAccepted(
  { database }: Pick<DeliveryLog, 'database'>,
  clock: Clock,
  networks: readonly NetworkName[],
) {
  const found = new Map<number, AcceptedRequest>();
  const select = database.prepare(
    'SELECT run, account, remote_id, ended, ids, details, started FROM request WHERE id = ?',
  );
  const placesOf = new Map<number, Places>();
  for (const { request, postback, attempts } of new PostbackRows(database, clock).listAccepted(networks)) {
    const id = request as number;
    const row = found.has(id) ? undefined : select.get(id);
    if (row) {
      placesOf.set(id, readPlaces(database, row));
      found.set(id, {
        request: id,
        network: postback.network,
        account: String(row['account']),
        remoteId: String(row['remote_id'] ?? ''),
        acceptedMs: Number(row['ended']),
        entries: [],
        positions: [],
        total: placesOf.get(id)?.total ?? 0,
        run: Number(row['run']),
      });
    }
    const accepted = found.get(id);
    if (!accepted) continue;
    accepted.entries.push({ postback, attempts, stored: true });
    accepted.positions.push(placesOf.get(id)?.find(postback) ?? -1);
  }
  return [...found.values()];
}

/** Where the postbacks of a request stood in it. */
interface Places {
  total: number;
  find(postback: Pick<Postback, 'eventId' | 'goal'>): number | undefined;
}

/** @param row of `request`, with `ids`, `details` and `started` */
function readPlaces(database: DeliveryLog['database'], row: SqlRow): Places {
  const eventIds = unpackIds(row['ids'] as Uint8Array | string);
  const kinds = unpackDetails(String(row['details']), Number(row['started'])).map(({ kind }) => kind);
  const goalOf = database.prepare('SELECT goal FROM kind WHERE id = ?');
  const goals = new Map([...new Set(kinds)].map((kind) => [kind, String(goalOf.get(kind)?.['goal'])]));
  const keys = eventIds.map((eventId, position) => `${eventId}\0${goals.get(kinds[position] as number)}`);
  const positions = new Map(keys.map((key, position) => [key, position]));
  return { total: eventIds.length, find: ({ eventId, goal }) => positions.get(`${eventId}\0${goal}`) };
}

/**
 * Records what a network decided on an accepted request: its attempts get their final status, the delivered lose their
 * rows (their facts are kept as those of any delivery), the failed keep theirs, the pending wait for a later run.
 * @returns whether it was still ours to record: another process may have asked too
 */
export function recordDecision(
  log: Pick<DeliveryLog, 'database' | 'run' | 'people' | 'write'>,
  accepted: AcceptedRequest,
  { verdicts, again }: Decision,
  { clock, keepDelivered }: { clock: Clock; keepDelivered: number },
): Promise<boolean> {
  const { database } = log;
  const rows = new PostbackRows(database, clock);
  const memberships = new Memberships(database);
  return log.write(() => {
    const isOurs = accepted.entries.map(({ postback }) => rows.find(postback.id)?.request === accepted.request);
    if (!isOurs.includes(true)) return false;
    const delivered: Entry[] = [];
    verdicts.forEach((verdict, index) => {
      const entry = accepted.entries[index] as Entry;
      if (!isOurs[index]) return;
      if (verdict.status === 'success') {
        if (!entry.postback.membership) delivered.push(entry);
        settleMembership(memberships, entry.postback, clock.now());
        rows.remove(entry.postback.id);
      } else if (verdict.settled === 'failed') {
        rows.put(entry, 'failed', accepted.account, verdict.outcome);
        const slot = slotOf(entry.postback);
        if (slot) log.people.claims.release(slot);
      } else if (verdict.settled === 'pending') {
        rows.put(entry, 'pending', accepted.account, verdict.outcome);
      } else if (again && verdict.status !== 'accepted') {
        rows.put(entry, 'pending', accepted.account, verdict.outcome);
        rows.claim(entry.postback.id, log.run.id);
      }
    });
    if (delivered.length > 0) {
      const flights = new Flights(database, log.run.id, keepDelivered);
      // As before the attempt that delivered them, like every other landed flight.
      const facts = delivered.map(({ postback, attempts }) => ({ postback, attempts: attempts - 1 }));
      flights.land(flights.insert(accepted.account, facts, accepted.request), delivered.length, clock.now());
    }
    rewriteRequest(log, accepted, verdicts, clock.now());
    return true;
  });
}

/** The request's own row: what `logs` shows of each attempt. */
function rewriteRequest(
  { database }: Pick<DeliveryLog, 'database'>,
  { request, entries, positions, total }: AcceptedRequest,
  verdicts: readonly EntryVerdict[],
  nowMs: number,
): void {
  const row = database.prepare('SELECT verdicts, kind, reason, message FROM request WHERE id = ?').get(request);
  if (!row) return;
  const letters = (row['verdicts'] === null ? 's'.repeat(total) : String(row['verdicts'])).split('');
  const put = database.prepare(PUT_PROBLEM);
  // What all attempts of the request had in common is told of each from now on: they part ways.
  if (row['kind'] !== null) {
    letters.forEach((letter, position) => {
      if (letter === 's') return;
      put.run(request, position, row['kind'] ?? null, row['reason'] ?? null, row['message'] ?? null, null);
    });
  }
  verdicts.forEach((verdict, index) => {
    const position = positions[index] as number;
    if (position < 0 || !entries[index]) return;
    letters[position] = verdict.status[0] as string;
    put.run(request, position, ...problemOf(verdict));
  });
  // Of what was delivered only a warning is worth a row.
  database.prepare("DELETE FROM problem WHERE request = ? AND kind = 'delivered' AND warning IS NULL").run(request);
  const delivered = letters.filter((letter) => letter === 's').length;
  const hasWarnings = database.prepare('SELECT 1 FROM problem WHERE request = ? LIMIT 1').get(request) !== undefined;
  database
    .prepare(
      'UPDATE request SET ended = ?, delivered = ?, verdicts = ?, kind = NULL, reason = NULL, message = NULL WHERE id = ?',
    )
    .run(nowMs, delivered, delivered === letters.length && !hasWarnings ? null : letters.join(''), request);
}
