import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Random } from '../../../src/random.js';
import { makeUuid } from '../../kit/events.js';
import { fakeTime } from '../../kit/faketime.js';
import { hasPostgres, startPostgres, type TestServer } from '../../kit/postgres.js';
import { makeSeededRandom } from '../../kit/seeded-random.js';
import { makeLine, PURCHASE_GOAL, steer, TestWorkspace } from '../../kit/test-workspace.js';

const SEED = 7;

const GOALS = [
  PURCHASE_GOAL,
  { ...PURCHASE_GOAL, id: 'first-purchase', name: 'First Purchase', trigger: 'once' },
];

const COMMANDS = [
  ['logs'],
  ['logs', '--json', '--all'],
  ['stats', '--json'],
  ['explain', makeUuid(1), '--json'],
  ['replay', '--state', 'pending', '--all', '--dry-run', '--json'],
  ['report', '--out', '-'],
];

function makeRandom(): Random {
  const next = makeSeededRandom(SEED);
  return {
    unit: next,
    bytes: (size) => Buffer.from(Array.from({ length: size }, () => next() * 256)),
  };
}

/** The same time for every line of both stories. */
function lineAt(nowMs: number, number: number, changes: object = {}): string {
  const eventTimestamp = new Date(nowMs - 3_600_000 + number * 1000).toISOString();
  const player = `player-${number % 9}`;
  const ids = { userId: player, anonymousId: `${player}-visit` };
  const properties = { email: `${player}@example.com` };
  return `${makeLine(number, { eventTimestamp, ...ids, ...changes }, properties)}\n`;
}

/** Delivers, skips, fails and leaves postbacks pending, in three runs. */
async function recordStory(startMs: number, env: NodeJS.ProcessEnv): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.createInProcess({
    env,
    startMs,
    goals: GOALS,
    random: makeRandom(),
    sandbox: { random: makeRandom(), seed: SEED },
    settings: { 'delivery.concurrency': 1, 'delivery.maxAttempts': 1 },
  });
  const { clock, sandbox } = workspace;
  const lines = (first: number, last: number, changes: object = {}): string =>
    Array.from({ length: last - first + 1 }, (_, index) =>
      lineAt(clock.now(), first + index, changes),
    ).join('');
  await workspace.deliver(
    lines(1, 10) + lines(11, 14, { consentLevel: 'anonymous' }) + lines(15, 16, { eventName: 'x' }),
  );
  clock.advance(60_000);
  await steer(sandbox, 'POST', '/faults', { status: 400, match: 'eventData', times: 1 });
  await workspace.deliver(lines(1, 3) + lines(21, 25));
  clock.advance(60_000);
  await steer(sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  await workspace.deliver(lines(31, 35));
  return workspace;
}

describe.skipIf(!hasPostgres())('the same story in a file and on a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  test(
    '7: logs, stats, explain, replay and report print the same bytes',
    { timeout: 300_000 },
    async (context) => {
      const startMs = Date.now();
      const file = await recordStory(startMs, {});
      const nowMs = file.clock.now() + 60_000;
      const time = new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ');
      const stopped = fakeTime(time);
      if (!stopped) return context.skip('libfaketime is not installed');
      const url = await server.makeDatabase();
      const shared = await recordStory(startMs, { POSTBACK_LOG_URL: url });
      // How long an answer took is the only thing that the seed does not decide.
      const database = new DatabaseSync(file.engine.logLocation.path);
      database.exec('UPDATE request SET latency = 5');
      database.close();
      await server.run(
        new URL(url).pathname.slice(1),
        'UPDATE postback_default.request SET latency = 5',
      );
      const show = (workspace: TestWorkspace, args: readonly string[]) =>
        workspace.run(args, { cwd: file.cwd, env: stopped });
      for (const args of COMMANDS) {
        const [one, two] = await Promise.all([show(file, args), show(shared, args)]);
        expect.soft({ args, ...two, home: '' }).toEqual({ args, ...one, home: '' });
        expect(one.stdout.length, one.stderr).toBeGreaterThan(2);
      }
    },
  );
});
