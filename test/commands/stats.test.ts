import { describe, expect, test } from 'vitest';
import { printStats } from '../../src/cli/stats-view.js';
import type { StatsData } from '../../src/report/stats.js';
import { Aggregate } from '../../src/report/aggregate.js';
import {
  ago,
  makeFile,
  makeLine,
  PURCHASE_GOAL,
  readError,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { createMemoryIO } from '../kit/memory-io.js';
import { runPostback } from '../kit/run.js';

const DAY_MS = 86_400_000;

async function stats(
  workspace: TestWorkspace,
  exit: number,
  ...args: string[]
): Promise<StatsData & { checks?: unknown }> {
  const { code, stdout, stderr } = await workspace.run(['stats', '--json', ...args]);
  expect(code, stderr + stdout).toBe(exit);
  return JSON.parse(stdout) as StatsData;
}

/** Nine delivered, one refused, one without a mapping, one too old. */
async function makeHistory(): Promise<TestWorkspace> {
  const wrong = {
    ...PURCHASE_GOAL,
    id: 'wrong',
    name: 'Wrong',
    event: 'sign_up',
    map: { amazon: '777' },
  };
  const unmapped = {
    ...PURCHASE_GOAL,
    id: 'unmapped',
    name: 'Unmapped',
    event: 'level_up',
    map: {},
  };
  const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, wrong, unmapped] });
  const rest = [
    makeLine(20, { eventName: 'sign_up' }),
    makeLine(21, { eventName: 'level_up' }),
    makeLine(22, { eventTimestamp: ago(8 * DAY_MS) }),
    makeLine(23, { consentLevel: 'none' }),
  ];
  await workspace.send(`${makeFile(9)}${rest.join('\n')}\n`, 3);
  return workspace;
}

describe('stats', () => {
  test('what became of the conversions, in the form of the contract', async () => {
    const workspace = await makeHistory();
    const data = await stats(workspace, 0);
    expect(data.total).toMatchObject({
      conversions: 12,
      delivered: 9,
      failed: 1,
      pending: 0,
      lost: 2,
    });
    expect(data.total).toMatchObject({ deliveryRate: 75, accuracy: 90 });
    for (const percentile of ['p50', 'p95', 'p99'] as const) {
      // Events are an hour old when they are sent.
      expect(data.total.responseTimeMs[percentile]).toBeGreaterThan(3_500_000);
      expect(data.total.responseTimeMs[percentile]).toBeLessThan(4_000_000);
    }
    expect(data.networks).toEqual({ amazon: data.total });
    expect(Object.keys(data.goals)).toEqual(['purchase', 'unmapped', 'wrong']);
    expect(Date.parse(data.until) - Date.parse(data.since)).toBe(DAY_MS);
    expect(data.hours.reduce((sum, { conversions }) => sum + conversions, 0)).toBe(12);
    expect(await stats(workspace, 0, '--until', '1h')).toMatchObject({
      total: { conversions: 0 },
      hours: [],
    });
  });

  test('as a check: exit 3 when it does not hold, over what it is asked about only', async () => {
    const workspace = await makeHistory();
    expect(await stats(workspace, 3, '--min-delivery-rate', '98')).toMatchObject({
      checks: [{ check: 'min-delivery-rate', limit: 98, actual: 75, holds: false }],
    });
    // One of the ten was too old.
    await stats(workspace, 0, '--min-delivery-rate', '90', '--goal', 'purchase');
    await stats(workspace, 3, '--min-delivery-rate', '90.01', '--goal', 'purchase');
    await stats(workspace, 3, '--max-response-time', '2m');
    await stats(workspace, 0, '--max-response-time', '2h', '--min-delivery-rate', '75');
    // Nothing happened so long ago: there is no rate that could hold.
    await stats(workspace, 3, '--min-delivery-rate', '0', '--until', '1h');
    const unknown = await workspace.run([
      'stats',
      '--json',
      '--min-delivery-rate',
      '0',
      '--goal',
      'nobody',
    ]);
    expect([unknown.code, readError(unknown.stderr).code]).toEqual([2, 'unknown_goal']);
    const words = await workspace.run(['stats', '--min-delivery-rate', '98']);
    expect(words.code).toBe(3);
    expect(words.stderr).toMatch(/^failed --min-delivery-rate 98 %: the delivery rate is 75 %/m);
    expect(words.stderr).toMatch(/^Delivery rate +75 % {2}worse than average/m);
  });

  test('off a terminal plain numbers between tabs', async () => {
    const workspace = await makeHistory();
    const { stdout } = await workspace.run(['stats']);
    const [head, all] = stdout.split('\n').map((line) => line.split('\t'));
    expect(head).toEqual(
      'of,name,conversions,delivered,failed,pending,lost,rate,p50,p95,p99,accuracy,accepted'.split(
        ',',
      ),
    );
    expect(all!.slice(0, 8)).toEqual(['all', 'all', '12', '9', '1', '0', '2', '75']);
  });

  test('of nothing: no rate, and a word on what to do', async () => {
    const { code, stdout, stderr } = await runPostback(['stats']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^all\tall\t0\t0\t0\t0\t0\t\t/m);
    expect(stderr).toMatch(/No conversions in this period\..*postback demo/);
    expect((await runPostback(['stats', '--json', '--min-delivery-rate', '98'])).code).toBe(3);
  });

  test.each([
    [['--since', '1h', '--until', '2h'], 'bad_time'],
    [['--network', 'amazone'], 'unknown_network'],
    [['--min-delivery-rate', '101'], 'bad_percent'],
    [['--max-response-time', 'soon'], 'bad_duration'],
  ])('refuses %j', async (args, code) => {
    const { code: exit, stderr } = await runPostback(['stats', '--json', ...args]);
    expect([exit, readError(stderr).code]).toEqual([2, code]);
  });
});

test.each([
  [60, /^Name +Conversions +Delivered +Rate +p50 +p95$/m],
  [100, /^Of +Name +Conversions +Delivered +Failed +Pending +Lost +Rate +p50 +p95 +Accuracy$/m],
  [
    200,
    /^Of +Name +Conversions +Delivered +Failed +Pending +Lost +Rate +p50 +p95 +p99 +Accuracy +Accepted +By hour$/m,
  ],
])('a terminal of %i columns shows what matters most', async (width, header) => {
  const untilMs = Date.parse('2026-11-25T12:30:00Z');
  const aggregate = new Aggregate({
    sinceMs: untilMs - DAY_MS,
    untilMs,
    nowMs: untilMs,
    networks: [],
    goals: [],
  });
  const base = { network: 'amazon', goal: 'first-purchase', value: '9.99', currency: 'USD' };
  for (let hour = 0; hour < 4; hour++) {
    aggregate.addDelivered({ ...base, atMs: untilMs - hour * 3_600_000, responseMs: 41_000 });
  }
  const { io, stdout, stderr } = createMemoryIO(width, { noColor: true });
  await printStats(io, aggregate, []);
  expect(stdout.text).toMatch(header);
  for (const line of stdout.text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  expect(/·{21}████$/m.test(stdout.text)).toBe(width === 200);
  expect(stderr.text).toMatch(/Delivery rate +100 % {2}good/);
});

test('--format prometheus prints metrics, and a check still decides the exit code', async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(makeFile(2), 0);
  const { code, stdout, stderr } = await workspace.run(['stats', '--format', 'prometheus']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('postback_network_delivered{workspace="default",network="amazon"} 2\n');
  const args = ['stats', '--format', 'prometheus', '--max-response-time', '1s'];
  expect((await workspace.run(args)).code).toBe(3);
});
