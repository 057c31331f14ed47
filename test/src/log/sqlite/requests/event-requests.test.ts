import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from '../../../../kit/property.js';
import { describe, expect, it } from 'vitest';
import { derivePostbackId } from '../../../../../src/identity/postback-id.js';
import type { Database } from '../../../../../src/log/sqlite/database/database.js';
import type { SqliteDeliveryLog } from '../../../../../src/log/sqlite/sqlite-delivery-log.js';
import { openDatabase } from '../../../../../src/log/sqlite/database/database.js';
import type { Entry, EntryVerdict } from '../../../../../src/log/entry.js';
import { noteName } from '../../../../../src/log/sqlite/dedupe/index-scope.js';
import { PostbackTypes } from '../../../../../src/log/sqlite/postbacks/postback-types.js';
import { pruneLog } from '../../../../../src/log/open-log.js';
import { LogQuery } from '../../../../../src/log/sqlite/reading/query.js';
import {
  closeRequest,
  insertRequest,
} from '../../../../../src/log/sqlite/requests/request-rows.js';
import { prepareSchema } from '../../../../../src/log/sqlite/database/schema.js';
import { DedupeIndex } from '../../../../../src/log/sqlite/dedupe/dedupe-index.js';
import type { NetworkName } from '../../../../../src/networks/names.js';
import { testRandom } from '../../../../kit/seeded-random.js';
import { makeUuid } from '../../../../kit/events.js';
import {
  DELIVERED,
  makeEntry,
  makeFolder,
  openLog,
  readLog,
  REFUSED,
  THROTTLED,
  WORKSPACE,
} from '../../../../kit/log.js';

const NAMES = ['game', 'renamed', 'other name'];
const GOALS = ['first-purchase', 'second-goal'];
/** Few, so that they meet again; UUIDs, and texts of which one is part of the other. */
const EVENTS = [makeUuid(1), makeUuid(2), 'order-1', 'order-12'];
const NETWORKS: readonly NetworkName[] = ['amazon', 'x'];
const ALL = ['success', 'failed', 'retried', 'skipped'] as const;
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, rowState: 'failed' };
const RETRY: EntryVerdict = { status: 'retried', outcome: THROTTLED };
/** After so long the index forgets the ids of what was pruned. */
const FORGOTTEN_DAYS = 400;
/** As many processes write the log at once. */
const PROCESSES = 2;

type Item = [event: string, goal: string, attempts: number, idOf: string, verdict: EntryVerdict];
type Step =
  | {
      do: 'send';
      process: number;
      network: NetworkName;
      items: Item[];
      isOpen: boolean;
    }
  | { do: 'skip'; event: string }
  | { do: 'flush' | 'reopen'; process: number }
  | { do: 'rename'; to: string }
  | { do: 'prune'; afterDays: number };

const item = fc.tuple(
  fc.constantFrom(...EVENTS),
  fc.constantFrom(...GOALS),
  fc.nat({ max: 3 }),
  fc.constantFrom(...NAMES),
  fc.constantFrom(SUCCESS, FAILURE, RETRY),
);
const writer = fc.nat({ max: PROCESSES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      process: writer,
      network: fc.constantFrom(...NETWORKS),
      items: fc.array(item, { minLength: 1, maxLength: 4 }),
      isOpen: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('flush' as const, 'reopen' as const),
      process: writer,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('skip' as const), event: fc.constantFrom(...EVENTS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('rename' as const), to: fc.constantFrom(...NAMES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('prune' as const),
      afterDays: fc.constantFrom(0, FORGOTTEN_DAYS),
    }),
  },
);

/**
 * A log that several processes write, as they do: each reads what the others wrote before it
 * writes, and sorts ids in now and then.
 */
class Play {
  readonly #path = join(makeFolder(), 'delivery.db');
  readonly database: Database;
  readonly #postbackTypes: PostbackTypes;
  #name = NAMES[0]!;
  #names = [this.#name];
  #indexes: DedupeIndex[] = [];
  #nowMs = 1_000;

  constructor() {
    this.database = openDatabase(this.#path, 'normal');
    prepareSchema(this.database, this.#path, testRandom);
    this.#postbackTypes = new PostbackTypes(this.database);
    for (let process = 0; process < PROCESSES; process++) this.#open(process);
  }

  get query(): LogQuery {
    return new LogQuery(this.database, this.#postbackTypes, this.#name);
  }

  async take(step: Step): Promise<void> {
    this.#nowMs++;
    switch (step.do) {
      case 'send':
        this.#send(step);
        return;
      case 'skip':
        this.database
          .prepare('INSERT INTO skip (run, at, count, general, entries) VALUES (1, ?, 1, 0, ?)')
          .run(this.#nowMs, JSON.stringify([[step.event, 'purchase', 'no_goal', null, null]]));
        return;
      case 'flush':
        this.database.transact(() => {
          this.#indexes[step.process]!.catchUp();
          this.#indexes[step.process]!.flush();
        });
        return;
      case 'reopen':
        this.#open(step.process);
        return;
      case 'rename':
        this.#name = step.to;
        if (!this.#names.includes(step.to)) this.#names.push(step.to);
        for (let process = 0; process < PROCESSES; process++) this.#open(process);
        return;
      case 'prune':
        this.#nowMs += step.afterDays * 86_400_000;
        await this.#prune();
    }
  }

  async #prune(): Promise<void> {
    const clock = { now: () => this.#nowMs, sleep: () => Promise.resolve() };
    const { signal } = new AbortController();
    await pruneLog(
      { path: this.#path, workspace: this.#name, clock },
      { beforeMs: this.#nowMs - 3, keepIdsMs: 365 * 86_400_000, dryRun: false, clock, signal },
    );
  }

  #open(process: number): void {
    const name = this.#name;
    this.database.transact(() => noteName(this.database, name));
    this.#indexes[process] = new DedupeIndex(
      this.database,
      this.#postbackTypes,
      (network, goal, eventId) => derivePostbackId(name, network, goal, eventId),
    );
  }

  #send({ process, network, items, isOpen }: Extract<Step, { do: 'send' }>): void {
    const entries = items.map(([eventId, goal, attempts, idOf]): Entry => {
      // What waited for its delivery has the id that it was given under an earlier name of the
      // workspace.
      const id = derivePostbackId(
        this.#names.includes(idOf) ? idOf : this.#name,
        network,
        goal,
        eventId,
      );
      const names = { network, goal, goalName: goal, event: 'purchase', eventId };
      const times = { eventTimeMs: this.#nowMs, test: false };
      return { attempts, postback: { id, dedupeId: id, ...names, ...times, facts: {} } };
    });
    const verdicts = items.map((one) => one[4]);
    this.database.transact(() => {
      const index = this.#indexes[process]!;
      index.catchUp();
      const start = { run: 1, account: '1', entries, startedMs: this.#nowMs };
      const request = insertRequest(this.database, this.#postbackTypes, start);
      const ids = entries.map(({ postback }) => postback.id);
      index.add(ids, request);
      if (!isOpen)
        closeRequest(this.database, request, { http: 207, latencyMs: 1, verdicts }, this.#nowMs);
    });
  }
}

describe('the rows of one event', () => {
  it('are those that a look at every row finds, whatever was sent, sent again, sorted in, pruned or renamed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }),
        async (steps) => {
          const play = new Play();
          try {
            for (const one of steps) await play.take(one);
            const rows = [...play.query.oldestFirst({ statuses: ALL })].flat();
            for (const event of [...EVENTS, makeUuid(99), 'order', '']) {
              const expected = rows.filter(({ eventId }) => eventId === event);
              expect(
                [...play.query.oldestFirst({ statuses: ALL, eventIds: [event] })].flat(),
              ).toEqual(expected);
              expect(play.query.newest({ statuses: ALL, eventIds: [event] }, 2)).toEqual(
                expected.slice(-2),
              );
            }
            const two = [EVENTS[0]!, EVENTS[2]!];
            const expected = rows.filter(
              ({ eventId, status }) => two.includes(eventId) && status !== 'skipped',
            );
            expect([...play.query.oldestFirst({ eventIds: two, sinceMs: 0 })].flat()).toEqual(
              expected,
            );
          } finally {
            play.database.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

const ACCOUNT = '1234567890123';

/**
 * One request with these entries. Each that is to be retried waits for another attempt in the batch
 * that this returns.
 */
async function attempt(
  log: SqliteDeliveryLog,
  entries: Entry[],
  verdicts: EntryVerdict[],
  batchId?: number,
): Promise<number> {
  const { open } = await log.begin({ account: ACCOUNT, entries: entries, batchId: batchId });
  const again = entries.filter((_, index) => verdicts[index] === RETRY);
  const result = { http: 207, latencyMs: 1, verdicts };
  const [next] =
    (await log.finish({
      account: ACCOUNT,
      open: open!,
      result,
      again: again.length === 0 ? [] : [again],
    })) ?? [];
  return next ?? 0;
}

/** Sorts all ids into the index, as a log of many has them. */
function sortIn({ database, postbackTypes }: SqliteDeliveryLog): void {
  const identify = (network: string, goal: string, eventId: string): string =>
    derivePostbackId(WORKSPACE, network, goal, eventId);
  database.transact(() => new DedupeIndex(database, postbackTypes, identify).flush());
}

describe.each([
  ['that is not sorted in yet', false],
  ['whose ids are in the index', true],
])('one event in a log %s', (_name, isSorted) => {
  const open = (): { path: string; log: SqliteDeliveryLog } => {
    const path = join(makeFolder(), WORKSPACE, 'delivery.db');
    return { path, log: openLog(path) };
  };
  const close = async (log: SqliteDeliveryLog): Promise<void> => {
    if (isSorted) sortIn(log);
    await log.close({});
  };
  const statusesOf = (path: string, eventId: string): string[] =>
    readLog(path, { eventIds: [eventId], statuses: ALL }).map(({ status }) => status);

  it('is found with all its attempts, replays and skips', async () => {
    const { path, log } = open();
    await attempt(log, [makeEntry(1), makeEntry(2)], [SUCCESS, SUCCESS]);
    const batchId = await attempt(log, [makeEntry(3), makeEntry(4)], [RETRY, FAILURE]);
    await attempt(log, [{ ...makeEntry(3), attempts: 1 }], [SUCCESS], batchId);
    await attempt(log, [makeEntry(1, makeUuid(1), 'a goal that is gone')], [FAILURE]);
    await log.skip([{ eventId: makeUuid(2), event: 'purchase', reason: 'duplicate' }]);
    await close(log);
    const replay = openLog(path, 'replay');
    const rest = { http: 207, updatedMs: 0, run: undefined, kind: undefined, reason: undefined };
    const { postback } = makeEntry(3);
    const again = {
      postback,
      account: undefined,
      attempts: 2,
      state: 'delivered',
      message: undefined,
      request: undefined,
      ...rest,
    } as const;
    await replay.reclaim([again]);
    await attempt(replay, [{ postback, attempts: 2, stored: true }], [SUCCESS]);
    await close(replay);
    expect(statusesOf(path, makeUuid(1))).toEqual(['success', 'failed']);
    expect(statusesOf(path, makeUuid(2))).toEqual(['success', 'skipped']);
    expect(statusesOf(path, makeUuid(3))).toEqual(['retried', 'success', 'success']);
    expect(statusesOf(path, makeUuid(4))).toEqual(['failed']);
    expect(statusesOf(path, makeUuid(5))).toEqual([]);
  });

  it('is found where the folder of its workspace has another name', async () => {
    const { path, log } = open();
    await attempt(log, [makeEntry(1)], [SUCCESS]);
    await close(log);
    const moved = join(dirname(dirname(path)), 'moved', 'delivery.db');
    renameSync(dirname(path), dirname(moved));
    expect(readLog(moved, { eventIds: [makeUuid(1)] }, 'moved')).toHaveLength(1);
  });

  it('is not found where only part of its id is, however it is written', async () => {
    const { path, log } = open();
    const ids = ['order-1', 'order-12', '"', '\\', 'é\u2028\n', '\ud800'];
    const entries = ids.map((id, index) => makeEntry(index, id));
    await attempt(
      log,
      entries,
      entries.map(() => SUCCESS),
    );
    await log.skip(ids.map((eventId) => ({ eventId, event: 'purchase', reason: 'no_goal' })));
    await close(log);
    for (const id of ids) expect(statusesOf(path, id)).toEqual(['success', 'skipped']);
    for (const part of ['rder-1', '', ',', 'n', 'd800']) expect(statusesOf(path, part)).toEqual([]);
  });
});
