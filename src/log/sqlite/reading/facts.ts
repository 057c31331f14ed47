import type {
  Conversion,
  DeliveredFact,
  FactFilter,
  LogFacts,
  SkippedFact,
  WaitingFact,
} from '../../facts.js';
import { makeUnfinished, takesPostback } from '../../facts.js';
import { derivePostbackId } from '../../../identity/postback-id.js';
import type { NetworkName } from '../../../networks/names.js';
import type { SqlRow, SqlValue } from '../database/database.js';
import {
  integer,
  optionalInteger,
  optionalText,
  packed,
  rowReader,
  text,
} from '../database/row-reader.js';
import { unpackDetails, unpackEntries, unpackIds } from '../../packed/packing.js';
import { listCountedFacts } from '../../general-skips.js';
import { readSkips } from '../../packed/attempt-rows.js';
import { readUnlessDamaged } from '../../stored-json.js';
import { answer, inBatches, toAsync } from '../async-batches.js';
import { readSkipCounts } from '../postbacks/skip-rows.js';
import type { ReadContext } from './read-context.js';

const HOUR_MS = 3_600_000;

/**
 * Reads what figures are made of, a request or a packed row at a time. Test events and changes of
 * audience lists are left out.
 */
export class Facts implements LogFacts {
  readonly #context: ReadContext;
  readonly #filter: FactFilter;
  #replays: ReadonlySet<number> | undefined;

  constructor(context: ReadContext, filter: FactFilter) {
    this.#context = context;
    this.#filter = filter;
  }

  delivered(): AsyncIterable<DeliveredFact[]> {
    return toAsync(this.#delivered());
  }

  undelivered(): AsyncIterable<WaitingFact[]> {
    return toAsync(inBatches(this.#undelivered()));
  }

  skipped(): AsyncIterable<SkippedFact[]> {
    return toAsync(this.#skipped());
  }

  areElsewhere(conversions: readonly Conversion[]): Promise<boolean[]> {
    return answer(() => conversions.map((conversion) => this.#isElsewhere(conversion)));
  }

  *#delivered(): Generator<DeliveredFact[]> {
    const { sinceMs, untilMs, networks } = this.#filter;
    const values: SqlValue[] = [sinceMs, untilMs];
    const among = amongNames('network', networks, values);
    const rows = this.#context.database
      .prepare(
        `SELECT id, run, network, started, ended, details, verdicts FROM request
         WHERE started >= ? AND started <= ? AND ended IS NOT NULL AND delivered > 0${among}
           ORDER BY started`,
      )
      .iterate(...values);
    for (const row of rows) yield readUnlessDamaged(() => this.#unpack(readDelivery(row))) ?? [];
  }

  *#undelivered(): Generator<WaitingFact> {
    const { sinceMs, untilMs, nowMs, networks, goals } = this.#filter;
    for (const state of ['failed', 'pending'] as const) {
      const values: SqlValue[] = [HOUR_MS, state, sinceMs, untilMs];
      const among = amongNames('network', networks, values) + amongNames('goal', goals, values);
      const rows = this.#context.database
        .prepare(
          `SELECT network, goal, kind, reason, max(message) AS message, updated / ? AS hour,
             count(*) AS count FROM postback
           WHERE state = ? AND updated >= ? AND updated <= ?${among} AND CASE WHEN json_valid(data)
             THEN json_extract(data, '$.test') END IS NOT 1
             AND list IS NULL
             AND reason IS NOT 'replayed'
           GROUP BY network, goal, kind, reason, hour`,
        )
        .iterate(...values);
      for (const row of rows) yield readWaiting(row, state);
    }
    if (untilMs >= nowMs) yield* this.#flying(nowMs);
  }

  *#skipped(): Generator<SkippedFact[]> {
    yield listCountedFacts(readSkipCounts(this.#context.database), this.#filter);
    const { sinceMs, untilMs, networks, goals } = this.#filter;
    const wanted = (names: readonly string[], name: string | null): boolean =>
      names.length === 0 || (name !== null && names.includes(name));
    const rows = this.#context.database
      .prepare('SELECT at AS atMs, entries FROM skip WHERE at >= ? AND at <= ? ORDER BY at')
      .iterate(sinceMs, untilMs);
    for (const row of rows) {
      const { atMs } = readTime(row);
      const entries = readSkips(row) ?? [];
      yield entries.flatMap(([eventId, , reason, goal, network, , , list]) =>
        wanted(networks, network) && wanted(goals, goal) && list === undefined
          ? { eventId, reason, goal: goal ?? undefined, network: network ?? undefined, atMs }
          : [],
      );
    }
  }

  #isElsewhere({ network, goal, eventId }: Conversion): boolean {
    const id = derivePostbackId(this.#context.workspace, network, goal, eventId);
    const found = this.#context.stateOf({ id, network: network as NetworkName, goal, eventId });
    return found === 'known' || (typeof found === 'object' && found.state !== 'skipped');
  }

  #unpack(delivery: Delivery): DeliveredFact[] {
    const { goals } = this.#filter;
    const { run, network, started: startedMs, ended: endedMs, details, verdicts } = delivery;
    const again = this.#isReplay(run) ? this.#findRepeats(delivery) : undefined;
    const facts: DeliveredFact[] = [];
    unpackDetails(details, startedMs).forEach(({ kind, eventTimeMs, value }, position) => {
      if (verdicts !== undefined && verdicts[position] !== 's') return;
      const { goal, currency, test, isForList } = this.#context.postbackTypes.find(kind);
      if (test || isForList || again?.has(position) || (goals.length > 0 && !goals.includes(goal)))
        return;
      // A game's clock may be ahead of ours.
      const responseMs = Math.max(0, endedMs - eventTimeMs);
      facts.push({ network, goal, atMs: startedMs, responseMs, value, currency });
    });
    return facts;
  }

  #isReplay(run: number): boolean {
    if (!this.#replays) {
      const rows = this.#context.database
        .prepare("SELECT id FROM run WHERE command = 'replay'")
        .all();
      this.#replays = new Set(rows.map((row) => readId(row).id));
    }
    return this.#replays.has(run);
  }

  /** Positions of a replay's request whose conversion an earlier request had delivered. */
  #findRepeats({ id: request, network, details: packedDetails, started }: Delivery): Set<number> {
    const row = this.#context.database.prepare('SELECT ids FROM request WHERE id = ?').get(request);
    const eventIds = row ? unpackIds(readIds(row).ids) : [];
    const details = unpackDetails(packedDetails, started);
    const repeats = new Set<number>();
    details.forEach(({ kind, attempt }, position) => {
      if (attempt === 1) return;
      const { goal } = this.#context.postbackTypes.find(kind);
      const eventId = eventIds[position] as string;
      const id = derivePostbackId(this.#context.workspace, network, goal, eventId);
      if (
        this.#context.index.wasDelivered(
          { id, network: network as NetworkName, goal, eventId },
          request,
        )
      ) {
        repeats.add(position);
      }
    });
    return repeats;
  }

  /** What processes have under way at this moment, or between two attempts. */
  *#flying(atMs: number): Generator<WaitingFact> {
    const rows = this.#context.database
      .prepare(
        'SELECT f.network, f.request, c.entries FROM batch f JOIN batch_payload c ON c.batch = ' +
          'f.id WHERE f.completed IS NULL',
      )
      .all();
    for (const row of rows) {
      const batch = readBatch(row);
      const isHeld = batch.request === undefined;
      const entries = readUnlessDamaged(() => unpackEntries(row['entries'], batch.network));
      for (const { postback } of entries ?? []) {
        const { network, goal, eventId, test, membership } = postback;
        if (test || membership || !takesPostback(this.#filter, network, goal)) continue;
        // What was held may have moved on, into a request or a row.
        if (isHeld && this.#isElsewhere({ network, goal, eventId })) continue;
        yield makeUnfinished({ network, goal }, atMs, isHeld);
      }
    }
  }
}

function amongNames(column: string, names: readonly string[], values: SqlValue[]): string {
  if (names.length === 0) return '';
  values.push(...names);
  return ` AND ${column} IN (${names.map(() => '?').join(', ')})`;
}

const readId = rowReader({ id: integer });
const readIds = rowReader({ ids: packed });
const readTime = rowReader({ atMs: integer });
const readBatch = rowReader({ network: text, request: optionalInteger });
const readDelivery = rowReader({
  id: integer,
  run: integer,
  network: text,
  started: integer,
  ended: integer,
  details: text,
  verdicts: optionalText,
});
type Delivery = ReturnType<typeof readDelivery>;

const readGroup = rowReader({
  network: text,
  goal: text,
  hour: integer,
  kind: optionalText,
  reason: optionalText,
  message: optionalText,
  count: integer,
});

function readWaiting(row: SqlRow, state: WaitingFact['state']): WaitingFact {
  const { hour, kind = '', reason = '', message, ...group } = readGroup(row);
  return {
    ...group,
    state,
    atMs: hour * HOUR_MS,
    kind,
    reason,
    message: message === '' ? undefined : message,
  };
}
