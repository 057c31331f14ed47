import { describe, expect, test } from 'vitest';
import { seededRefreshToken } from '../../src/sandbox/amazon/seed.js';
import {
  makeFile,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  type Row,
  type RunSummary,
  steer,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { spawnPostback } from '../kit/run.js';

/** Attempts by postback, in the order of the log. */
function groupByPostback(rows: readonly Row[]): Row[][] {
  const groups = new Map<string | null, Row[]>();
  for (const row of rows) groups.set(row.postbackId, [...(groups.get(row.postbackId) ?? []), row]);
  return [...groups.values()];
}

/**
 * Each attempt of each postback is there: numbered from 1, all but the last retried, the last a
 * success.
 */
function expectWholeHistory(
  rows: readonly Row[],
  postbacks: number,
  statuses: readonly number[],
): void {
  const histories = groupByPostback(rows);
  expect(histories).toHaveLength(postbacks);
  for (const attempts of histories) {
    expect(attempts.map(({ attempt }) => attempt)).toEqual(attempts.map((_, index) => index + 1));
    expect(attempts.at(-1)).toMatchObject({ status: 'success', http: 207 });
    for (const { status, http } of attempts.slice(0, -1)) {
      expect(status).toBe('retried');
      expect(statuses).toContain(http);
    }
  }
}

/** Connects this home with a refresh token and keeps using what is stored. */
async function connect(workspace: TestWorkspace, user = 'na'): Promise<void> {
  for (const name of ['REFRESH_TOKEN', 'REGION', 'ACCOUNT'])
    delete workspace.env[`POSTBACK_AMAZON_${name}`];
  const { code, stderr } = await workspace.run(['connect', 'amazon', '--token-stdin'], {
    input: seededRefreshToken(user),
  });
  expect(code, stderr).toBe(0);
}

describe('a network that errs', () => {
  test('10% 429 and 5% 500: everything is delivered once, and every attempt is in the log', async () => {
    const faults = [
      { status: 429, rate: 0.1 },
      { status: 500, rate: 0.05 },
    ];
    const workspace = await TestWorkspace.create({ sandbox: { faults, seed: 11 } });
    const summary = await workspace.send(
      makeFile(4000),
      0,
      '--concurrency',
      '4',
      '--max-attempts',
      '20',
    );
    expect(summary).toMatchObject({ delivered: 4000, failed: 0, pending: 0, skipped: 0 });
    const rows = await workspace.logs();
    expectWholeHistory(rows, 4000, [429, 500]);
    const counts = workspace.sandbox.state
      .requestCounts()
      .filter(({ path }) => path.includes('eventData'));
    const requests = counts.reduce((sum, { count }) => sum + count, 0);
    expect(summary.networks['amazon']!['requests']).toBe(requests);
    expect(requests).toBeGreaterThan(40);
    expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(requests);
    expect(workspace.sandbox.state.received()).toBe(4000);
  });

  test('answers that are lost, cut or silent about an event: each is delivered, under one dedupe id', async () => {
    const faults = [
      { drop: 'after' as const, after: 1, times: 1 },
      { drop: 'before' as const, after: 3, times: 1 },
      { truncate: true, after: 5, times: 1 },
      { omit: 3, after: 7, times: 1 },
    ];
    const workspace = await TestWorkspace.create({
      sandbox: { faults: faults.map((fault) => ({ ...fault, match: 'eventData' })) },
    });
    const summary = await workspace.send(
      makeFile(1000),
      0,
      '--concurrency',
      '1',
      '--max-attempts',
      '20',
    );
    expect(summary).toMatchObject({ delivered: 1000, failed: 0, pending: 0 });
    expect(workspace.sandbox.state.conversions()).toHaveLength(1000);
    expect(workspace.sandbox.state.received()).toBeGreaterThan(1000);
    for (const attempts of groupByPostback(await workspace.logs())) {
      expect(attempts.filter(({ status }) => status === 'success')).toHaveLength(1);
    }
  });

  test('an access token that ends is renewed once, without a word', async () => {
    const workspace = await TestWorkspace.create({
      sandbox: { faults: [{ expire: true, times: 1, match: 'eventData' }] },
    });
    expect(await workspace.send(makeFile(3), 0)).toMatchObject({ delivered: 3, pending: 0 });
    expectWholeHistory(await workspace.logs(), 3, [401]);
  });

  test('a definition that does not exist fails for good: exit 3, with the reason, and replay has it', async () => {
    const goals = [
      PURCHASE_GOAL,
      { ...PURCHASE_GOAL, id: 'wrong', name: 'Wrong', map: { amazon: '777' } },
    ];
    const workspace = await TestWorkspace.create({ goals });
    const summary = await workspace.send(makeFile(2), 3);
    expect(summary).toMatchObject({ postbacks: 4, delivered: 2, failed: 2, pending: 0 });
    expect(summary.failures['configuration']! + summary.failures['payload']!).toBe(2);
    const failed = await workspace.logs('--status', 'failed');
    expect(failed).toMatchObject([{ goal: 'wrong' }, { goal: 'wrong' }]);
    for (const { reason, message } of failed) expect([reason, message]).not.toContain(null);
    expect(await workspace.send(makeFile(2), 0)).toMatchObject({
      skips: { duplicate: 4 },
      delivered: 0,
    });
  });
});

describe('a grant that is refused', () => {
  test.each(['stored', 'environment'])(
    '%s: exit 4, all pending, one message; restored, the same command delivers',
    async (source) => {
      const workspace = await TestWorkspace.create();
      if (source === 'stored') await connect(workspace);
      await steer(workspace.sandbox, 'POST', '/grants/revoke');
      const input = makeFile(250);
      const refused = await workspace.run(['send', '-'], { input });
      expect(refused.code, refused.stderr).toBe(4);
      expect(refused.stderr.match(/refuse|revoke|invalid_grant/gi)?.length).toBeGreaterThan(0);
      expect(refused.stderr.split('\n').filter((line) => line.startsWith('!'))).toHaveLength(1);
      expect(refused.stderr).toMatch(/postback connect amazon/);
      expect(await workspace.send(input, 4)).toMatchObject({
        delivered: 0,
        pending: 250,
        waiting: { credential: 250 },
        failed: 0,
      });
      expect(workspace.sandbox.state.received()).toBe(0);
      await steer(workspace.sandbox, 'POST', '/grants/restore');
      if (source === 'stored') await connect(workspace);
      expect(await workspace.send(input, 0)).toMatchObject({
        delivered: 250,
        pending: 0,
        skipped: 0,
      });
      expect(workspace.sandbox.state.conversions()).toHaveLength(250);
    },
  );

  test('half-way: what was delivered stays, the rest waits', async () => {
    const workspace = await TestWorkspace.create({
      sandbox: { faults: [{ revoke: true, after: 2, times: 1, match: 'eventData' }] },
    });
    const input = makeFile(500);
    const { delivered, pending, waiting } = await workspace.send(input, 4, '--concurrency', '1');
    // Two requests: on a busy machine the first of them leaves before it is full.
    expect(delivered).toBe(workspace.sandbox.state.received());
    expect([delivered > 0, delivered + pending, waiting['credential']]).toEqual([
      true,
      500,
      pending,
    ]);
    await steer(workspace.sandbox, 'POST', '/grants/restore');
    expect(await workspace.send(input, 0)).toMatchObject({
      delivered: pending,
      skips: { duplicate: delivered },
    });
    expect(workspace.sandbox.state.received()).toBe(500);
  });

  test.each([
    [
      'an advertiser without the terms',
      {
        POSTBACK_AMAZON_ACCOUNT: '4034034034034',
        POSTBACK_AMAZON_REFRESH_TOKEN: seededRefreshToken('terms'),
      },
    ],
    ['another region', { POSTBACK_AMAZON_REGION: 'fe' }],
    ['a wrong secret', { POSTBACK_AMAZON_CLIENT_SECRET: 'wrong' }],
  ])('%s: exit 4 and pending', async (_what, env) => {
    const workspace = await TestWorkspace.create({ env });
    expect(await workspace.send(makeLine(1), 4)).toMatchObject({
      pending: 1,
      waiting: { credential: 1 },
    });
  });

  test('incomplete variables are named one by one, and nothing is read', async () => {
    const workspace = await TestWorkspace.create({
      env: { POSTBACK_AMAZON_ACCOUNT: undefined, POSTBACK_AMAZON_CLIENT_SECRET: '' },
    });
    const { code, stdout, stderr } = await workspace.run(['send', '-', '--json'], {
      input: makeLine(1),
    });
    expect([code, stdout]).toEqual([4, '']);
    expect(readError(stderr).message).toMatch(/POSTBACK_AMAZON_CLIENT_SECRET/);
    expect(readError(stderr).message).toMatch(/POSTBACK_AMAZON_ACCOUNT/);
  });
});

describe('a network that is not there', () => {
  test('exit 5, pending; back again, the same command delivers', async () => {
    const workspace = await TestWorkspace.create();
    const input = makeFile(3);
    const down = { env: { POSTBACK_GATEWAY: 'http://127.0.0.1:1' }, input };
    const lost = await workspace.run(['send', '-', '--json', '--max-attempts', '2'], down);
    expect(lost.code, lost.stderr).toBe(5);
    expect(JSON.parse(lost.stdout)).toMatchObject({
      pending: 3,
      waiting: { transient: 3 },
      delivered: 0,
    });
    expect(await workspace.send(input, 0)).toMatchObject({ delivered: 3, skipped: 0, pending: 0 });
  });

  test('attempts used up stay pending: throttled', async () => {
    const workspace = await TestWorkspace.create({
      sandbox: { faults: [{ status: 429, match: 'eventData' }] },
    });
    const summary = await workspace.send(makeFile(3), 5, '--max-attempts', '2');
    expect(summary).toMatchObject({
      pending: 3,
      waiting: { throttled: 3 },
      networks: { amazon: { requests: 2 } },
    });
    expect(await workspace.logs()).toHaveLength(6);
    await steer(workspace.sandbox, 'DELETE', '/faults');
    expect(await workspace.send(makeFile(3), 0)).toMatchObject({ delivered: 3 });
    expectWholeHistory(await workspace.logs(), 3, [429]);
  });
});

describe('stopped', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s drains, says how to go on, and the same command completes',
    async (signal, exit) => {
      const workspace = await TestWorkspace.create({
        sandbox: { faults: [{ latencyMs: 400, match: 'eventData' }] },
      });
      const input = makeFile(2000);
      const { home, cwd, env } = workspace;
      const running = await spawnPostback(['send', '-', '--json', '--concurrency', '1'], {
        home,
        cwd,
        env,
      });
      running.child.stdin.end(input);
      await untilHeldUp(workspace);
      running.child.kill(signal);
      const stopped = await running.finished;
      expect(stopped.code, stopped.stderr).toBe(exit);
      const summary = JSON.parse(stopped.stdout) as RunSummary;
      expect(summary.delivered).toBe(workspace.sandbox.state.received());
      expect(summary.delivered).toBeGreaterThan(0);
      expect(summary.waiting['stopped']).toBe(summary.pending);
      await steer(workspace.sandbox, 'DELETE', '/faults');
      const rest = await workspace.send(input, 0);
      expect(rest.delivered).toBe(2000 - summary.delivered);
      expect(rest.skips['duplicate'] ?? 0).toBe(summary.delivered);
      expect(workspace.sandbox.state.received()).toBe(2000);
      const rows = parseRows((await workspace.run(['logs', '--json'])).stdout);
      expectWholeHistory(rows, 2000, []);
    },
  );

  test('in words: what was stopped and what to type', async () => {
    const workspace = await TestWorkspace.create({
      sandbox: { faults: [{ latencyMs: 300, match: 'eventData' }] },
    });
    const { home, cwd, env } = workspace;
    const running = await spawnPostback(['send', '-', '--concurrency', '1'], { home, cwd, env });
    running.child.stdin.end(makeFile(1000));
    await untilHeldUp(workspace);
    running.child.kill('SIGINT');
    const { code, stderr, stdout } = await running.finished;
    expect(code).toBe(130);
    expect(stdout).toMatch(/stopped/);
    expect(stderr).toMatch(/same command again/);
  });

  test('the second signal leaves at once; the same command delivers what was in flight', async () => {
    const workspace = await TestWorkspace.create({
      sandbox: { faults: [{ latencyMs: 30_000, match: 'eventData' }] },
    });
    const { home, cwd, env } = workspace;
    const running = await spawnPostback(['send', '-'], { home, cwd, env });
    running.child.stdin.end(makeFile(10));
    await untilHeldUp(workspace);
    running.child.kill('SIGINT');
    await running.waitFor('stderr', /Ctrl-C again/);
    running.child.kill('SIGINT');
    expect((await running.finished).code).toBe(130);
    await steer(workspace.sandbox, 'DELETE', '/faults');
    expect(await workspace.send(makeFile(10), 0)).toMatchObject({ delivered: 10 });
    expect(workspace.sandbox.state.conversions()).toHaveLength(10);
  });
});

/** Resolves when a request with events is being held up by the sandbox. */
async function untilHeldUp({ sandbox }: TestWorkspace): Promise<void> {
  for (;;) {
    const answer = await fetch(`${sandbox.url}/_sandbox/faults`);
    const { faults } = (await answer.json()) as { faults: { fired: number }[] };
    if (faults.some(({ fired }) => fired > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
