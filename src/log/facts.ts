import { parseStored } from './stored-json.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { NetworkName } from '../networks/names.js';
import type { SqlRow, SqlValue } from './database.js';
import { LogPeek } from './log-peek.js';
import { isListGoal, LIST_GOAL } from './memberships.js';
import { unpackDetails, unpackEntries, unpackIds } from './packing.js';
import type { PackedSkip } from './attempt-rows.js';

/** Which part of the log figures are made of. Times in milliseconds since the epoch; empty lists: all. */
export interface FactFilter {
  sinceMs: number;
  untilMs: number;
  /** The present: what is under way counts where the time reaches to it. */
  nowMs: number;
  networks: readonly string[];
  goals: readonly string[];
}

/** Where and when something became of a conversion. */
export interface Fact {
  network: string;
  goal: string;
  atMs: number;
}

/** One postback that a network took. */
export interface DeliveredFact extends Fact {
  /** From the conversion to the recorded answer. */
  responseMs: number;
  /** Money that was reported with it, as decimal text. */
  value: string | undefined;
  currency: string;
}

/** Postbacks with one fate. */
export interface WaitingFact extends Fact {
  state: 'failed' | 'pending';
  kind: string;
  reason: string;
  /** What the network said to one of them. */
  message: string | undefined;
  count: number;
}

/** One event or postback that was not sent. Event-wide reasons have no goal, and no network where nobody owns the click. */
export interface SkippedFact {
  network: string | undefined;
  goal: string | undefined;
  atMs: number;
  reason: string;
  eventId: string;
}

const HOUR_MS = 3_600_000;

/** Opens the log at `path` for figures; undefined where nothing was ever sent. @throws as openDatabase. */
export function openFacts(path: string, workspace: string, filter: FactFilter): Facts | undefined {
  const peek = LogPeek.open(path, workspace);
  return peek && new Facts(peek, workspace, filter);
}

/**
 * What the log knows that figures are made of, a request or a packed row at a time, so that memory stays flat whatever
 * the log's size. Test events are left out: nobody counts them; records of audience
 * lists too: they are no conversions.
 */
export class Facts {
  readonly #peek: LogPeek;
  readonly #filter: FactFilter;
  readonly #workspace: string;
  readonly #replays: Set<number>;

  constructor(peek: LogPeek, workspace: string, filter: FactFilter) {
    this.#peek = peek;
    this.#filter = filter;
    this.#workspace = workspace;
    const replays = peek.database.prepare("SELECT id FROM run WHERE command = 'replay'").all();
    this.#replays = new Set(replays.map((row) => Number(row['id'])));
  }

  close(): void {
    this.#peek.close();
  }

  /** What each request of the time delivered. A second delivery that `replay --force` made is no second conversion. */
  *delivered(): Generator<DeliveredFact[]> {
    const { sinceMs, untilMs, networks } = this.#filter;
    const values: SqlValue[] = [sinceMs, untilMs];
    const among = amongNames('network', networks, values);
    const rows = this.#peek.database
      .prepare(
        `SELECT id, run, network, started, ended, details, verdicts FROM request
         WHERE started >= ? AND started <= ? AND ended IS NOT NULL AND delivered > 0${among} ORDER BY started`,
      )
      .iterate(...values);
    for (const row of rows) yield this.#unpack(row);
  }

  /** What failed for good and what waits, in groups: one for each hour, network, goal and reason. */
  *undelivered(): Generator<WaitingFact> {
    const { sinceMs, untilMs, nowMs, networks, goals } = this.#filter;
    for (const state of ['failed', 'pending'] as const) {
      const values: SqlValue[] = [HOUR_MS, state, sinceMs, untilMs];
      const among = amongNames('network', networks, values) + amongNames('goal', goals, values);
      const rows = this.#peek.database
        .prepare(
          `SELECT network, goal, kind, reason, max(message) AS message, updated / ? AS hour, count(*) AS n FROM postback
           WHERE state = ? AND updated >= ? AND updated <= ?${among} AND CASE WHEN json_valid(data) THEN json_extract(data, '$.test') END IS NOT 1
             AND goal NOT LIKE '${LIST_GOAL}%'
             AND reason IS NOT 'replayed'
           GROUP BY network, goal, kind, reason, hour`,
        )
        .iterate(...values);
      for (const row of rows) yield readWaiting(row, state);
    }
    if (untilMs >= nowMs) yield* this.#flying(nowMs);
  }

  /** Events and postbacks that were not sent, a packed row of the log at a time. */
  *skipped(): Generator<SkippedFact[]> {
    const { sinceMs, untilMs, networks, goals } = this.#filter;
    const wanted = (names: readonly string[], name: string | null): boolean =>
      names.length === 0 || (name !== null && names.includes(name));
    const rows = this.#peek.database
      .prepare('SELECT at, entries FROM skip WHERE at >= ? AND at <= ? ORDER BY at')
      .iterate(sinceMs, untilMs);
    for (const row of rows) {
      const atMs = Number(row['at']);
      const entries = parseStored(String(row['entries']), 'some skips') as PackedSkip[];
      yield entries.flatMap(([eventId, , reason, goal, network]) =>
        wanted(networks, network) && wanted(goals, goal) && !isListGoal(goal)
          ? { eventId, reason, goal: goal ?? undefined, network: network ?? undefined, atMs }
          : [],
      );
    }
  }

  /** Whether a conversion that was skipped is sent, waiting or refused after all: then it is counted as that. */
  isElsewhere(network: string, goal: string, eventId: string): boolean {
    const id = derivePostbackId(this.#workspace, network, goal, eventId);
    const standing = this.#peek.standing({ id, network: network as NetworkName, goal, eventId });
    return standing === 'known' || (typeof standing === 'object' && standing.state !== 'skipped');
  }

  #unpack(row: SqlRow): DeliveredFact[] {
    const { goals } = this.#filter;
    const startedMs = Number(row['started']);
    const endedMs = Number(row['ended']);
    const network = String(row['network']);
    const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
    const again = this.#replays.has(Number(row['run'])) ? this.#findRepeats(row, network) : undefined;
    const facts: DeliveredFact[] = [];
    unpackDetails(String(row['details']), startedMs).forEach(({ kind, eventTimeMs, value }, position) => {
      if (verdicts !== undefined && verdicts[position] !== 's') return;
      const { goal, currency, test } = this.#peek.kinds.find(kind);
      if (test || isListGoal(goal) || again?.has(position) || (goals.length > 0 && !goals.includes(goal))) return;
      // A game's clock may be ahead of ours.
      const responseMs = Math.max(0, endedMs - eventTimeMs);
      facts.push({ network, goal, atMs: startedMs, responseMs, value, currency });
    });
    return facts;
  }

  /** Positions of a replay's request whose conversion an earlier request had delivered. */
  #findRepeats(row: SqlRow, network: string): Set<number> {
    const request = Number(row['id']);
    const ids = this.#peek.database.prepare('SELECT ids FROM request WHERE id = ?').get(request)?.['ids'];
    const eventIds = unpackIds(ids as Uint8Array | string);
    const details = unpackDetails(String(row['details']), Number(row['started']));
    const repeats = new Set<number>();
    details.forEach(({ kind, attempt }, position) => {
      if (attempt === 1) return;
      const { goal } = this.#peek.kinds.find(kind);
      const eventId = eventIds[position] as string;
      const id = derivePostbackId(this.#workspace, network, goal, eventId);
      if (this.#peek.wasDelivered({ id, network: network as NetworkName, goal, eventId }, request)) {
        repeats.add(position);
      }
    });
    return repeats;
  }

  /** What processes have under way at this moment, or between two attempts. */
  *#flying(atMs: number): Generator<WaitingFact> {
    const rows = this.#peek.database
      .prepare(
        `SELECT f.network, f.request, c.entries FROM flight f JOIN cargo c ON c.flight = f.id WHERE f.done IS NULL`,
      )
      .all();
    for (const row of rows) {
      const isHeld = row['request'] === null;
      for (const { postback } of unpackEntries(row['entries'], row['network'])) {
        const { network, goal, eventId, test } = postback;
        if (test || isListGoal(goal) || !this.#isWanted(network, goal)) continue;
        // What was held may have moved on, into a request or a row.
        if (isHeld && this.isElsewhere(network, goal, eventId)) continue;
        const reason = isHeld ? 'stopped' : 'under_way';
        yield { network, goal, atMs, state: 'pending', kind: reason, reason, message: undefined, count: 1 };
      }
    }
  }

  #isWanted(network: string, goal: string): boolean {
    const { networks, goals } = this.#filter;
    return (networks.length === 0 || networks.includes(network)) && (goals.length === 0 || goals.includes(goal));
  }
}

function amongNames(column: string, names: readonly string[], values: SqlValue[]): string {
  if (names.length === 0) return '';
  values.push(...names);
  return ` AND ${column} IN (${names.map(() => '?').join(', ')})`;
}

function readWaiting(row: SqlRow, state: WaitingFact['state']): WaitingFact {
  const text = (name: string): string => (row[name] === null ? '' : String(row[name]));
  return {
    state,
    network: text('network'),
    goal: text('goal'),
    atMs: Number(row['hour']) * HOUR_MS,
    kind: text('kind'),
    reason: text('reason'),
    message: text('message') || undefined,
    count: Number(row['n']),
  };
}
