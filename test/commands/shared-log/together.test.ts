import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { makeLines, makePurchase, makeUuid } from '../../kit/events.js';
import { hasPostgres, startPostgres, type TestServer } from '../../kit/postgres.js';
import { SEED } from '../../kit/seed.js';
import { makeSeededRandom } from '../../kit/seeded-random.js';
import { idOf, SharedLog, until } from '../../kit/shared-log.js';
import { PURCHASE_GOAL, type RunSummary } from '../../kit/test-workspace.js';

/** Sizes; the long form takes TOGETHER_LINES=100000 TOGETHER_PLAYERS=10000. */
const LINES = Number(process.env['TOGETHER_LINES'] ?? 2_000);
const PLAYERS = Number(process.env['TOGETHER_PLAYERS'] ?? 400);
const PER_PLAYER = 5;
const PROCESSES = 4;

const LONG = { timeout: 3_600_000 };
const ONCE_GOAL = { ...PURCHASE_GOAL, trigger: 'once' };

describe.skipIf(!hasPostgres())('several processes with one log', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  const open = (goals?: readonly object[], faults: object[] = []): Promise<SharedLog> =>
    SharedLog.create(server, {
      ...(goals && { goals }),
      faults: [{ match: 'eventData', latencyMs: 5 }, ...faults],
      timeoutMs: LONG.timeout,
    });

  /** Runs the same commands on machines of their own, at once; expects each to end with 0. */
  async function runAll(shared: SharedLog, commands: readonly string[][]): Promise<RunSummary[]> {
    const runs = await Promise.all(
      commands.map(async (args) => (await shared.makeMachine()).run([...args, '--json'])),
    );
    return runs.map(({ code, stdout, stderr }) => {
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as RunSummary;
    });
  }

  test('7: two send the same file at once: each line arrives once', LONG, async () => {
    const shared = await open();
    shared.write('events.jsonl', makeLines(LINES, Date.now()));
    const startedMs = performance.now();
    const [one, two] = await runAll(shared, [
      ['send', 'events.jsonl'],
      ['send', 'events.jsonl'],
    ]);
    const seconds = (performance.now() - startedMs) / 1000;
    console.log(
      `${LINES} lines, two processes: ${one!.delivered} + ${two!.delivered} in ${seconds.toFixed(1)} s`,
    );
    expect(one!.delivered + two!.delivered).toBe(LINES);
    const expected = Array.from({ length: LINES }, (_, index) => idOf(makeUuid(index)));
    expect([...shared.arrivals().keys()].sort()).toEqual(expected.sort());
    expect(shared.sandbox.state.received()).toBe(LINES);
    expect(server.readLog()).not.toContain('deadlock detected');
  });

  test('7: a goal that counts once per player counts once over all of them', LONG, async () => {
    const random = makeSeededRandom(SEED);
    const shared = await open([ONCE_GOAL]);
    const lines = Array.from({ length: PLAYERS * PER_PLAYER }, (_, number) => {
      const player = `player-${number % PLAYERS}`;
      const eventTimestamp = new Date(Date.now() - 3_600_000 + number).toISOString();
      const ids = { messageId: makeUuid(number), userId: player, anonymousId: `${player}-visit` };
      return JSON.stringify(
        makePurchase({ ...ids, eventTimestamp }, { email: `${player}@example.com` }),
      );
    });
    const shuffled = lines
      .map((line) => ({ line, order: random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ line }) => line);
    const commands = Array.from({ length: PROCESSES }, (_, part) => {
      const own = shuffled.filter((_line, index) => index % PROCESSES === part);
      shared.write(`part-${part}.jsonl`, `${own.join('\n')}\n`);
      return ['send', `part-${part}.jsonl`];
    });
    const summaries = await runAll(shared, commands);
    const delivered = summaries.map((summary) => summary.delivered);
    const counted = summaries.map(({ skips }) => skips['already_counted'] ?? 0);
    console.log(`${PLAYERS} players: ${delivered.join(' + ')} delivered`);
    expect(sum(delivered)).toBe(PLAYERS);
    expect(sum(counted)).toBe(PLAYERS * (PER_PLAYER - 1));
    expect(shared.sandbox.state.received()).toBe(PLAYERS);
    const players = new Set(
      shared.sandbox.state.conversions().map(({ event }) => JSON.stringify(event['matchKeys'])),
    );
    expect(players.size).toBe(PLAYERS);
    expect(server.readLog()).not.toContain('deadlock detected');
  });

  test('7: the pace of an account is shared', LONG, async () => {
    const shared = await open();
    const commands = Array.from({ length: PROCESSES }, (_, part) => {
      const lines = makeLines(LINES, Date.now()).trimEnd().split('\n');
      const own = lines.filter((_line, index) => index % PROCESSES === part).slice(0, 400);
      shared.write(`part-${part}.jsonl`, `${own.join('\n')}\n`);
      return ['send', `part-${part}.jsonl`, '--rate', '5'];
    });
    await runAll(shared, commands);
    const times = shared.sandbox.state
      .lastRequests()
      .filter(({ path }) => path.includes('eventData'))
      .map(({ time }) => Date.parse(time))
      .sort((a, b) => a - b);
    expect(times.length).toBeGreaterThanOrEqual(PROCESSES);
    const spanMs = times.at(-1)! - times[0]!;
    console.log(`${times.length} requests in ${spanMs} ms at --rate 5`);
    // One at the start, and two that the sandbox has noted late.
    expect(times.length).toBeLessThanOrEqual((5 * spanMs) / 1000 + 3);
  });

  test('7: an erasure on a third machine reaches two that send', LONG, async () => {
    const shared = await open();
    const lineOf = (number: number, userId: string): string => {
      const eventTimestamp = new Date(Date.now() - 3_600_000 + number).toISOString();
      const ids = { messageId: makeUuid(number), userId, anonymousId: `${userId}-visit` };
      return `${JSON.stringify(makePurchase({ ...ids, eventTimestamp }, { email: `${userId}@example.com` }))}\n`;
    };
    const some = Math.floor(LINES / 10);
    const senders = await Promise.all(
      [0, 1].map(async () => (await shared.makeMachine()).start(['send', '-', '--json'])),
    );
    // Each line of its own number; every other one is the player's.
    const feed = (round: number): void => {
      for (const [part, { child }] of senders.entries()) {
        const first = (2 * round + part) * some;
        const numbers = Array.from({ length: some }, (_, index) => first + index);
        const lines = numbers.map((number) =>
          lineOf(number, number % 2 === 0 ? 'erased-player' : `player-${number}`),
        );
        child.stdin.write(lines.join(''));
      }
    };
    feed(0);
    await until(() => shared.sandbox.state.received() > 0);
    const third = await shared.makeMachine();
    const erased = await third.run(['erase', '--user-id', 'erased-player', '--yes', '--json']);
    expect(erased.code, erased.stderr).toBe(0);
    feed(1);
    for (const { child } of senders) child.stdin.end();
    const runs = await Promise.all(senders.map(({ finished }) => finished));
    for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
    const summaries = runs.map(({ stdout }) => JSON.parse(stdout) as RunSummary);
    const suppressed = sum(summaries.map(({ skips }) => skips['suppressed'] ?? 0));
    const arrived = shared.arrivals();
    const late = Array.from({ length: 2 * some }, (_, index) => 2 * some + index);
    const arrivedLate = late.filter((number) => arrived.has(idOf(makeUuid(number))));
    // What was read after the receipt: all lines of others, none of the player's.
    expect(arrivedLate).toEqual(late.filter((number) => number % 2 === 1));
    expect(suppressed).toBeGreaterThanOrEqual(some);
    const delivered = sum(summaries.map((summary) => summary.delivered));
    expect(delivered).toBe(arrived.size);
    expect(delivered + suppressed).toBe(4 * some);
    console.log(`${delivered} delivered, ${suppressed} suppressed by an erasure meanwhile`);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
