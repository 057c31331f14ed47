import type { Clock } from '../clock.js';
import type { NetworkName } from '../networks/names.js';
import { slotOf } from './claims.js';
import type { DeliveryLog } from './delivery-log.js';
import type { Entry, EntryVerdict } from './entry.js';
import { Flights } from './flights.js';
import { unpackDetails, unpackIds } from './packing.js';
import { Memberships, settleMembership } from './memberships.js';
import { PostbackRows } from './postback-rows.js';

/** A request that its network accepted and has not decided, with the postbacks that wait for it. */
export interface AcceptedRequest {
  request: number;
  network: NetworkName;
  account: string;
  /** The network's id of the request. */
  remoteId: string;
  acceptedMs: number;
  entries: Entry[];
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
  const select = database.prepare('SELECT run, account, remote_id, ended FROM request WHERE id = ?');
  for (const { request, postback, attempts } of new PostbackRows(database, clock).listAccepted(networks)) {
    const known = found.get(request as number);
    if (known) {
      known.entries.push({ postback, attempts, stored: true });
      continue;
    }
    const row = select.get(request as number);
    if (!row) continue;
    found.set(request as number, {
      request: request as number,
      network: postback.network,
      account: String(row['account']),
      remoteId: String(row['remote_id'] ?? ''),
      acceptedMs: Number(row['ended']),
      entries: [{ postback, attempts, stored: true }],
      run: Number(row['run']),
    });
  }
  return [...found.values()];
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
      } else if (again) {
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
  { request, entries }: AcceptedRequest,
  verdicts: readonly EntryVerdict[],
  nowMs: number,
): void {
  const row = database
    .prepare('SELECT ids, details, started, count, verdicts, kind, reason, message FROM request WHERE id = ?')
    .get(request);
  if (!row) return;
  const eventIds = unpackIds(row['ids'] as Uint8Array | string);
  const kinds = unpackDetails(String(row['details']), Number(row['started'])).map(({ kind }) => kind);
  const goalOf = database.prepare('SELECT goal FROM kind WHERE id = ?');
  const positionOf = new Map(
    eventIds.map((eventId, position) => [
      `${eventId}\0${String(goalOf.get(kinds[position] as number)?.['goal'])}`,
      position,
    ]),
  );
  const letters = (row['verdicts'] === null ? 's'.repeat(eventIds.length) : String(row['verdicts'])).split('');
  const insert = database.prepare('INSERT OR REPLACE INTO problem VALUES (?, ?, ?, ?, ?)');
  // What all attempts of the request had in common is told of each from now on: they part ways.
  if (row['kind'] !== null) {
    letters.forEach((letter, position) => {
      if (letter !== 's')
        insert.run(request, position, row['kind'] ?? null, row['reason'] ?? null, row['message'] ?? null);
    });
  }
  verdicts.forEach(({ status, outcome }, index) => {
    const { postback } = entries[index] as Entry;
    const position = positionOf.get(`${postback.eventId}\0${postback.goal}`);
    if (position === undefined) return;
    letters[position] = status[0] as string;
    if (status === 'success')
      database.prepare('DELETE FROM problem WHERE request = ? AND position = ?').run(request, position);
    else insert.run(request, position, outcome.kind, outcome.reason, outcome.message ?? null);
  });
  const delivered = letters.filter((letter) => letter === 's').length;
  database
    .prepare(
      'UPDATE request SET ended = ?, delivered = ?, verdicts = ?, kind = NULL, reason = NULL, message = NULL WHERE id = ?',
    )
    .run(nowMs, delivered, delivered === letters.length ? null : letters.join(''), request);
}
