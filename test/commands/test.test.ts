import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TestResult } from '../../src/delivery/test-results.js';
import {
  makeLine,
  PURCHASE_GOAL,
  readError,
  type RunSummary,
  TestWorkspace,
  type TestWorkspaceOptions,
} from '../kit/test-workspace.js';
import { runPostback } from '../kit/run.js';

const EMAIL_HASH = createHash('sha256').update('test@example.com').digest('hex');

const GOALS = [
  {
    ...PURCHASE_GOAL,
    id: 'first',
    name: 'First',
    trigger: 'once',
    filters: ['value>10', 'currency=EUR'],
    testMap: { amazon: '7000000001' },
  },
  { ...PURCHASE_GOAL, id: 'any', name: 'Any' },
  {
    ...PURCHASE_GOAL,
    id: 'wish',
    name: 'Wish',
    event: 'wishlist_add',
    testMap: { amazon: '7000000002' },
  },
  { ...PURCHASE_GOAL, id: 'off', name: 'Off', enabled: false, testMap: { amazon: '7000000003' } },
  { ...PURCHASE_GOAL, id: 'bare', name: 'Bare', map: {} },
];

async function runTest(
  workspace: TestWorkspace,
  exit: number,
  ...args: string[]
): Promise<RunSummary & { tests: TestResult[] }> {
  const { code, stdout, stderr } = await workspace.run(['test', '--json', ...args]);
  expect(code, stderr + stdout).toBe(exit);
  return JSON.parse(stdout) as RunSummary & { tests: TestResult[] };
}

function definitionsOf({ sandbox }: TestWorkspace): unknown[] {
  return sandbox.state.conversions().map(({ event }) => event['conversionDefinitionId']);
}

const make = (parts: TestWorkspaceOptions = {}): Promise<TestWorkspace> =>
  TestWorkspace.create({ goals: GOALS, ...parts });

describe('postback test', () => {
  test('sends one conversion a goal to the test mapping, and refuses what would be counted', async () => {
    const workspace = await make();
    const { tests, ...summary } = await runTest(workspace, 0);
    expect(summary).toMatchObject({
      command: 'test',
      events: 2,
      postbacks: 2,
      delivered: 2,
      skipped: 0,
    });
    expect(tests).toMatchObject([
      { goal: 'first', network: 'amazon', status: 'delivered', http: 207, message: null },
      { goal: 'wish', network: 'amazon', status: 'delivered', http: 207, message: null },
      {
        goal: 'any',
        network: 'amazon',
        status: 'refused',
        eventId: null,
        message: expect.stringContaining('any has no test mapping at amazon'),
      },
    ]);
    const [first, wanted] = workspace.sandbox.state.conversions().map(({ event }) => event);
    expect(first).toMatchObject({
      conversionDefinitionId: '7000000001',
      name: 'First',
      countryCode: 'US',
      currencyCode: 'EUR',
      matchKeys: [{ type: 'EMAIL', values: [EMAIL_HASH] }],
    });
    expect(first!['value']).toBeGreaterThan(10);
    expect(wanted).toMatchObject({ conversionDefinitionId: '7000000002' });

    // In the log as any other; once per player does not get in the way of the next test.
    const again = await runTest(workspace, 0);
    const ids = [...tests, ...again.tests].flatMap(({ eventId }) => eventId ?? []);
    expect(new Set(ids).size).toBe(4);
    const rows = await workspace.logs('--all');
    expect(rows.map(({ eventId }) => eventId).sort()).toEqual(ids.sort());
    expect(rows.every(({ status }) => status === 'success')).toBe(true);
    expect(workspace.sandbox.state.received()).toBe(4);

    // Nor does a test take the slot of real players.
    expect(await workspace.send(makeLine(1, {}, { currency: 'EUR', value: 12 }), 0)).toMatchObject({
      delivered: 2,
    });
  });

  test('--goal, --dry-run: the requests, and nothing sent or recorded', async () => {
    const workspace = await make();
    const { tests, ...summary } = await runTest(workspace, 0, '--dry-run', '--goal', 'wish');
    expect(tests).toMatchObject([{ goal: 'wish', status: 'planned', http: null }]);
    expect(summary).toMatchObject({
      dryRun: true,
      requests: [
        {
          headers: { Authorization: 'Bearer ***' },
          body: { eventData: [{ conversionDefinitionId: '7000000002' }] },
        },
      ],
    });
    expect(JSON.stringify(summary)).not.toContain('test@example.com');
    expect(workspace.sandbox.state.received()).toBe(0);
    expect(await workspace.logs('--all')).toEqual([]);
  });

  test('--live: real conversions by the real mapping, said plainly', async () => {
    const workspace = await make();
    const { code, stderr, stdout } = await workspace.run([
      'test',
      '--live',
      '--yes',
      '--goal',
      'first',
      '--goal',
      'any',
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('These are real: 2 conversions will be counted');
    expect(stderr).not.toContain('reading it as');
    expect(stdout).toMatch(/first\tamazon\tdelivered\t207/);
    expect(definitionsOf(workspace)).toEqual(['1234567891', '1234567891']);
  });

  test.each([
    [
      'no test mapping',
      ['--goal', 'any'],
      'no_test_destination',
      'any has no test mapping at amazon, and Amazon Ads has no test mode',
    ],
    ['disabled', ['--goal', 'off'], 'no_test_destination', 'off is disabled'],
    ['not mapped', ['--goal', 'bare'], 'no_test_destination', 'bare is not mapped at amazon'],
    [
      'live without a mapping',
      ['--live', '--goal', 'bare'],
      'no_test_destination',
      'bare is not mapped at amazon',
    ],
    ['unknown', ['--goal', 'nope'], 'unknown_goal', 'Unknown goal "nope"'],
  ])('nothing could be sent, %s: exit 2', async (_case, args, code, message) => {
    const workspace = await make();
    const run = await workspace.run(['test', '--json', ...args]);
    expect(run.code, run.stderr).toBe(2);
    const error = readError(run.stderr);
    expect(error).toMatchObject({ code, exit: 2 });
    expect(error.message).toContain(message);
    expect(workspace.sandbox.state.received()).toBe(0);
  });

  test('no goal, no network: exit 2 and 4, with the next step', async () => {
    const empty = await TestWorkspace.create({ goals: [{ ...PURCHASE_GOAL, map: {} }] });
    const nothing = await empty.run(['test', '--json']);
    expect([nothing.code, readError(nothing.stderr).code]).toEqual([2, 'nothing_to_test']);
    const unconnected = await runPostback(['test', '--json']);
    expect([unconnected.code, readError(unconnected.stderr).code]).toEqual([4, 'not_connected']);
  });

  test('what the network refuses fails the job, with its words', async () => {
    const goals = [{ ...PURCHASE_GOAL, testMap: { amazon: '4040000000' } }];
    const { tests } = await runTest(await TestWorkspace.create({ goals }), 3);
    expect(tests).toMatchObject([{ status: 'failed', http: 207 }]);
    expect(tests[0]!.message).toBeTruthy();
  });

  test.each([
    ['keeps failing', { status: 503 }, 5, /^http_503/],
    ['refuses the grant', { revoke: true }, 4, /./],
  ])('a network that %s leaves the test pending', async (_case, fault, exit, message) => {
    const sandbox = { faults: [{ ...fault, match: 'eventData' }] };
    const workspace = await make({ sandbox, settings: { 'delivery.maxAttempts': 1 } });
    const { tests } = await runTest(workspace, exit, '--goal', 'wish');
    expect(tests).toMatchObject([
      { status: 'pending', message: expect.stringMatching(message) as string },
    ]);
  });

  test('a gate that stops a test fails the job', async () => {
    const goals = [
      { ...PURCHASE_GOAL, filters: ['currency=PLN'], testMap: { amazon: '7000000001' } },
    ];
    const { tests } = await runTest(await TestWorkspace.create({ goals }), 3);
    expect(tests).toMatchObject([
      { status: 'skipped', message: expect.stringMatching(/^unsupported_currency: /) },
    ]);
  });
});
