import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Item } from '../../../src/delivery/batch.js';
import {
  askForDecisions,
  awaitDecisions,
  type DecidingQueue,
} from '../../../src/delivery/follow-up.js';
import { SteadyTime } from '../../../src/delivery/steady-time.js';
import { AccountQueue } from '../../../src/delivery/account-queue.js';
import type { AccountQueueDeps } from '../../../src/delivery/account-queue-types.js';
import type { Update } from '../../../src/delivery/report.js';
import { Tally } from '../../../src/delivery/tally.js';
import { CheckpointTracker } from '../../../src/delivery/checkpoint-tracker.js';
import { InFlightSet } from '../../../src/delivery/in-flight-set.js';
import { createHttpClient } from '../../../src/http/client.js';
import type { HttpAnswer } from '../../../src/http/http.js';
import { SqliteDeliveryLog } from '../../../src/log/sqlite/sqlite-delivery-log.js';
import type {
  AcceptedIndexes,
  Channel,
  Outcome,
  Outgoing,
  Verdict,
} from '../../../src/networks/network.js';
import { testRandom } from '../../kit/seeded-random.js';
import { FakeClock } from '../../kit/clock.js';
import { makeEntry, makeFolder, readLog, WORKSPACE } from '../../kit/log.js';

const ORIGIN = 'https://decider.example';
const PAUSE_MS = 5_000;

/** What the network says of a request, by the numbers of its events. */
type Decide = (numbers: number[], asked: number) => { status?: number; body: unknown };

interface RunContext {
  clock: FakeClock;
  updates: Update[];
  path: string;
  /** Numbers of the events of each request, in order of arrival. */
  requests: number[][];
  open: () => Run;
}

interface Run {
  log: SqliteDeliveryLog;
  accountQueue: AccountQueue;
  tally: Tally;
  deciding: DecidingQueue[];
  send: (...numbers: number[]) => Promise<void>;
  close: () => Promise<void>;
}

const numberOf = ({ postback }: Outgoing): number => (postback.facts as { number: number }).number;
const REASONS: Record<string, Outcome> = {
  OK: { kind: 'delivered', reason: 'accepted' },
  WARNED: { kind: 'delivered', reason: 'accepted', warning: 'The network warns: region' },
  BAD: { kind: 'payload', reason: 'INVALID', message: 'bad click' },
  GONE: { kind: 'unknown', reason: 'not_known' },
  WAIT: { kind: 'processing', reason: 'processing' },
  LATER: { kind: 'transient', reason: 'TOO_RECENT_CLICK', message: 'send it again in 6 hours' },
  NO: { kind: 'credential', reason: 'forbidden', message: 'not yours' },
};

/**
 * A network that takes every request and decides when it is asked: a word for all, or none where it
 * does not say.
 */
const channel: Channel = {
  network: 'google',
  account: '1112223333',
  limits: {
    maxEvents: 4,
    maxBytes: 10_000,
    requestsPerSecond: 0,
    windowMs: 90 * 86_400_000,
    futureMs: 300_000,
  },
  check: () => undefined,
  sizeOf: () => 10,
  request: (items) => ({
    method: 'POST',
    url: `${ORIGIN}/ingest`,
    headers: {},
    body: JSON.stringify(items.map(numberOf)),
  }),
  classify: (items, answer) => {
    const outcome = REASONS['WAIT'] as Outcome;
    return {
      outcomes: items.map(() => outcome),
      requestId: JSON.parse(answer.body.toString()) as string,
    };
  },
  followUp: {
    pauseMs: PAUSE_MS,
    request: (id) => ({ method: 'GET', url: `${ORIGIN}/status?id=${id}`, headers: {} }),
    classify: (
      items: readonly Outgoing[],
      answer: HttpAnswer,
      { positions }: AcceptedIndexes,
    ): Verdict => {
      const word = JSON.parse(answer.body.toString()) as string;
      const [, place, waitS] = /^(?:AT:(\d+)|BUSY:(\d+))$/.exec(word) ?? [];
      if (place !== undefined) {
        return {
          outcomes: positions.map((at) => REASONS[at === Number(place) ? 'BAD' : 'OK'] as Outcome),
        };
      }
      if (waitS !== undefined) {
        return {
          outcomes: items.map(() => REASONS['WAIT'] as Outcome),
          retryAfterMs: Number(waitS) * 1000,
        };
      }
      const outcome = REASONS[word === 'SOME' ? 'BAD' : word] as Outcome;
      return { outcomes: items.map(() => outcome), ...(word === 'SOME' ? { split: true } : {}) };
    },
  },
};

async function openRunContext(decide: Decide): Promise<RunContext> {
  const requests: number[][] = [];
  const asked = new Map<number, number>();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const id = new URL(request.url ?? '/', ORIGIN).searchParams.get('id');
      if (id === null)
        return void response.end(
          JSON.stringify(String(requests.push(JSON.parse(text) as number[]) - 1)),
        );
      const count = (asked.get(Number(id)) ?? 0) + 1;
      asked.set(Number(id), count);
      const { status = 200, body } = decide(requests[Number(id)] as number[], count);
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = createHttpClient({ gateway, timeoutMs: 5_000, userAgent: 'postback/test' });
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  const clock = new FakeClock();
  const updates: Update[] = [];
  const path = join(makeFolder(), WORKSPACE, 'delivery.db');
  const open = (): Run => {
    const parts = {
      synchronous: 'normal',
      keepDelivered: 100,
      keepSkips: 1_000,
      clock,
      random: testRandom,
    } as const;
    const log = SqliteDeliveryLog.open({ path, workspace: WORKSPACE, ...parts }, 'send');
    const tally = new Tally({ run: log.run.name, command: 'send', workspace: WORKSPACE });
    const inFlight = new InFlightSet();
    const deps: AccountQueueDeps = {
      channel,
      grantSource: 'store',
      tokens: {
        accessToken: () => Promise.resolve('t'),
        renew: () => Promise.resolve('t'),
        reportRefused: () => Promise.resolve(),
      },
      http,
      log,
      clock,
      steadyTime: new SteadyTime(clock),
      random: testRandom,
      tally,
      inFlight,
      checkpoints: new CheckpointTracker(inFlight),
      elsewhere: { add: () => undefined },
      mappingOf: () => '1',
      report: (update) => void updates.push(update),
      signal: new AbortController().signal,
      options: { concurrency: 2, requestsPerSecond: 0, maxAttempts: 5, timeoutMs: 5_000 },
      sharesReader: false,
    };
    const accountQueue = new AccountQueue(deps);
    return {
      log,
      accountQueue,
      tally,
      deciding: [{ accountQueue, deps, followUp: channel.followUp! }],
      send: async (...numbers) => {
        for (const number of numbers) {
          tally.plan('google');
          const entry = makeEntry(number);
          entry.postback.network = 'google';
          // The rows come back in the order of their event times.
          entry.postback.eventTimeMs = clock.now() - 60_000 + number;
          accountQueue.add({
            outgoing: { postback: entry.postback, mapping: '1' },
            entry,
            tries: 0,
          } satisfies Item);
        }
        await accountQueue.drain();
      },
      close: () => log.close({ summary: tally.summary }),
    };
  };
  return { clock, updates, path, requests, open };
}

const statuses = (path: string): string[] =>
  readLog(path).map(({ status, kind, reason }) => `${status} ${kind ?? ''} ${reason ?? ''}`.trim());

it('what is accepted waits, is known as a duplicate, and is delivered when the network says so', async () => {
  const { open, path, clock } = await openRunContext((_numbers, asked) => ({
    body: asked < 3 ? 'WAIT' : 'OK',
  }));
  const run = open();
  await run.send(1, 2);
  expect(run.tally.summary).toMatchObject({ delivered: 0, pending: 2, waiting: { processing: 2 } });
  expect(statuses(path)).toEqual([
    'accepted processing processing',
    'accepted processing processing',
  ]);
  expect(run.log.postbackState({ ...makeEntry(1).postback, network: 'google' })).toMatchObject({
    state: 'pending',
    kind: 'processing',
  });
  const startedMs = clock.now();
  await awaitDecisions(run.deciding);
  expect(clock.now() - startedMs).toBeGreaterThanOrEqual(3 * PAUSE_MS - 1);
  expect(run.tally.summary).toMatchObject({
    postbacks: 2,
    delivered: 2,
    pending: 0,
    waiting: { processing: 0 },
  });
  expect(statuses(path)).toEqual(['success delivered', 'success delivered']);
  expect(run.log.postbackState({ ...makeEntry(1).postback, network: 'google' })).toBe('known');
  await run.close();
});

it('a later run picks up what an earlier one left, and counts it', async () => {
  const { open, path, clock } = await openRunContext(() => ({ body: 'OK' }));
  const first = open();
  await first.send(1, 2, 3);
  await first.close();
  const second = open();
  expect(await askForDecisions(second.deciding)).toMatchObject({ open: 1 });
  clock.advance(PAUSE_MS);
  expect(await askForDecisions(second.deciding)).toEqual({ open: 0, nextMs: Infinity });
  expect(second.tally.summary).toMatchObject({ postbacks: 3, delivered: 3, pending: 0 });
  await second.close();
  expect(statuses(path)).toEqual(Array.from({ length: 3 }, () => 'success delivered'));
});

it('where the network does not say which are bad, halves are sent until it shows', async () => {
  const { open, path, requests } = await openRunContext((numbers) => {
    if (!numbers.includes(3)) return { body: 'OK' };
    return { body: numbers.length > 1 ? 'SOME' : 'BAD' };
  });
  const run = open();
  await run.send(1, 2, 3, 4);
  await awaitDecisions(run.deciding);
  expect(run.tally.summary).toMatchObject({
    postbacks: 4,
    delivered: 3,
    failed: 1,
    pending: 0,
    failures: { payload: 1 },
  });
  expect(requests).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]);
  const bad = makeEntry(3).postback.eventId;
  const last = readLog(path)
    .filter(({ eventId }) => eventId === bad)
    .at(-1);
  expect(last).toMatchObject({
    status: 'failed',
    kind: 'payload',
    reason: 'INVALID',
    message: 'bad click',
    attempt: 3,
  });
  expect(run.log.postbackState({ ...makeEntry(3).postback, network: 'google' })).toMatchObject({
    state: 'failed',
  });
  await run.close();
});

it('what did not get there after all waits for a later run, which sends it again', async () => {
  const { open, path, requests } = await openRunContext(() => ({
    body: requests.length < 2 ? 'GONE' : 'OK',
  }));
  const run = open();
  await run.send(1, 2);
  await awaitDecisions(run.deciding);
  expect(run.tally.summary).toMatchObject({ pending: 2, waiting: { transient: 2, processing: 0 } });
  await run.close();
  const later = open();
  expect(
    await later.log.claimPending({ network: 'google', account: later.accountQueue.account }, []),
  ).toEqual({
    count: 2,
    others: 0,
  });
  later.accountQueue.deferToLog(2);
  await later.accountQueue.drain();
  await awaitDecisions(later.deciding);
  await later.close();
  expect(requests.flat().toSorted()).toEqual([1, 1, 2, 2]);
  expect(statuses(path)).toEqual([
    'retried unknown not_known',
    'retried unknown not_known',
    'success delivered',
    'success delivered',
  ]);
});

it('a grant that may not ask is told, and all stays as it is', async () => {
  const { open, updates, clock } = await openRunContext(() => ({ status: 403, body: 'NO' }));
  const run = open();
  await run.send(1);
  clock.advance(PAUSE_MS);
  expect(await askForDecisions(run.deciding)).toMatchObject({ open: 1 });
  expect(updates).toContainEqual(
    expect.objectContaining({
      type: 'notice',
      refused: true,
      message: expect.stringContaining('not yours') as string,
    }),
  );
  expect(run.tally.summary).toMatchObject({
    pending: 1,
    waiting: { processing: 0, credential: 1 },
  });
  const asked = updates.length;
  await awaitDecisions(run.deciding);
  expect(updates).toHaveLength(asked);
  await run.close();
  const later = open();
  await askForDecisions(later.deciding);
  expect(later.tally.summary).toMatchObject({
    postbacks: 1,
    pending: 1,
    waiting: { credential: 1 },
  });
  await later.close();
});

it('what has come too early for the network waits in a row of its own for a later run', async () => {
  const { open, path, requests } = await openRunContext(() => ({ body: 'LATER' }));
  const run = open();
  await run.send(1, 2);
  await awaitDecisions(run.deciding);
  expect(requests).toHaveLength(1);
  expect(run.tally.summary).toMatchObject({
    postbacks: 2,
    pending: 2,
    waiting: { processing: 0, transient: 2 },
  });
  expect(statuses(path)).toEqual(
    Array.from({ length: 2 }, () => 'retried transient TOO_RECENT_CLICK'),
  );
  expect(run.log.postbackState({ ...makeEntry(1).postback, network: 'google' })).toMatchObject({
    state: 'pending',
    kind: 'transient',
    reason: 'TOO_RECENT_CLICK',
    request: undefined,
  });
  await run.close();
});

it('the longer the network takes, the longer the pauses', async () => {
  const { open, clock } = await openRunContext((_numbers, asked) => ({
    body: asked < 12 ? 'WAIT' : 'OK',
  }));
  const run = open();
  await run.send(1);
  const startedMs = clock.now();
  await awaitDecisions(run.deciding);
  const waitedMs = clock.now() - startedMs;
  // 5, 10, 15, 20 s, then 1.3 times as long each time; twelve questions of 5 s would be a minute.
  expect(waitedMs).toBeGreaterThan(20_000 * 1.3 ** 8 - 1000);
  expect(waitedMs).toBeLessThan(20_000 * 1.3 ** 8 + 5_000);
  await run.close();
});

it('google: a position counts in the request, whatever order the log gives its postbacks back in', async () => {
  const { open, path, requests } = await openRunContext(() => ({ body: 'AT:0' }));
  const run = open();
  // The rows come back in the order of their event times: 1, 2, 3.
  await run.send(3, 1, 2);
  await awaitDecisions(run.deciding);
  expect(requests).toEqual([[3, 1, 2]]);
  expect(readLog(path).map(({ eventId, status }) => [eventId, status])).toEqual(
    [3, 1, 2].map((number) => [
      makeEntry(number).postback.eventId,
      number === 3 ? 'failed' : 'success',
    ]),
  );
  expect(run.tally.summary).toMatchObject({ delivered: 2, failed: 1, pending: 0 });
  await run.close();
});

it('google: what the network warns of is logged and counted, and nothing is sent again', async () => {
  const { open, path, requests } = await openRunContext(() => ({ body: 'WARNED' }));
  const run = open();
  await run.send(1, 2);
  await awaitDecisions(run.deciding);
  expect(requests).toHaveLength(1);
  expect(
    readLog(path).map(({ status, kind, reason, message }) => [status, kind, reason, message]),
  ).toEqual([
    ['success', 'delivered', null, 'The network warns: region'],
    ['success', 'delivered', null, 'The network warns: region'],
  ]);
  expect(run.tally.summary).toMatchObject({ delivered: 2, warnings: { network_warning: 2 } });
  await run.close();
});

it('google: a network that wants no question for a while is not asked before', async () => {
  let busyMs = 0;
  const runContext = await openRunContext((_numbers, asked) => {
    if (asked === 1) busyMs = runContext.clock.now();
    return { body: asked === 1 ? 'BUSY:40' : 'OK' };
  });
  const run = runContext.open();
  await run.send(1);
  await awaitDecisions(run.deciding);
  expect(run.tally.summary).toMatchObject({ delivered: 1 });
  expect(runContext.clock.now() - busyMs).toBeGreaterThanOrEqual(40_000);
  await run.close();
});
