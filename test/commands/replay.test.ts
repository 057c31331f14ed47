import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ReplayPlan } from '../../src/delivery/replay-plan.js';
import {
  ago,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  type RunSummary,
  steer,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';
import { resolveTargets } from '../../src/delivery/resolve-targets.js';
import type { ReplaySelection } from '../../src/delivery/replay-advice.js';
import { planReplay } from '../../src/delivery/replay-plan.js';
import { runReplay } from '../../src/delivery/replay.js';

const DAY_MS = 86_400_000;
const SIGN_UP = {
  ...PURCHASE_GOAL,
  id: 'sign-up',
  name: 'Sign Up',
  event: 'sign_up',
  map: { amazon: '777' },
};

type Replayed = RunSummary & { plan: ReplayPlan };

async function replay(
  workspace: TestWorkspace,
  exit: number,
  ...args: string[]
): Promise<Replayed> {
  const { code, stdout, stderr } = await workspace.run(['replay', '--json', '--yes', ...args]);
  expect(code, stderr + stdout).toBe(exit);
  return JSON.parse(stdout) as Replayed;
}

async function planOf(workspace: TestWorkspace, ...args: string[]): Promise<ReplayPlan> {
  return (await replay(workspace, 0, '--dry-run', ...args)).plan;
}

function setGoals(workspace: TestWorkspace, goals: object[]): void {
  writeFileSync(join(workspace.cwd, 'postback.config.json'), JSON.stringify({ goals }));
}

/**
 * Creates a workspace whose log holds 3 delivered purchases, 4 pending ones (429) and 2 sign-ups
 * refused for good.
 */
async function makeHistory(): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, SIGN_UP] });
  await workspace.send([1, 2, 3].map((number) => makeLine(number)).join('\n'), 0);
  await workspace.send(
    [20, 21].map((number) => makeLine(number, { eventName: 'sign_up' })).join('\n'),
    3,
  );
  await steer(workspace.sandbox, 'POST', '/faults', { status: 429, match: 'eventData' });
  await workspace.send(
    [10, 11, 12, 13].map((number) => makeLine(number)).join('\n'),
    5,
    '--max-attempts',
    '1',
  );
  await steer(workspace.sandbox, 'DELETE', '/faults');
  return workspace;
}

describe('replay', () => {
  it('finds in the log what its filters ask for', async () => {
    const workspace = await makeHistory();
    const all = [
      '--state',
      'pending',
      '--http',
      '429',
      '--reason',
      'http_429',
      '--goal',
      'purchase',
      '--network',
      'amazon',
    ];
    expect(
      await planOf(workspace, ...all, '--since', '1h', '--event-id', makeUuid(11)),
    ).toMatchObject({ matched: 1 });
    expect(await planOf(workspace, ...all, '--until', ago(3_600_000))).toMatchObject({
      matched: 0,
    });
    expect(await planOf(workspace, '--limit', '2')).toMatchObject({
      matched: 6,
      toSend: 2,
      overLimit: 4,
    });
    expect(workspace.sandbox.state.received()).toBe(3);
  });

  it('shows the plan, then sends the oldest first with the dedupe ids of the first attempt', async () => {
    const workspace = await makeHistory();
    const before = await workspace.logs('--status', 'retried');
    const plan = await planOf(workspace, '--state', 'pending');
    expect(plan).toMatchObject({
      matched: 4,
      toSend: 4,
      overLimit: 0,
      refused: {},
      states: { pending: 4 },
      networks: { amazon: 4 },
      goals: { purchase: 4 },
    });
    expect(Date.parse(plan.newest as string) - Date.parse(plan.oldest as string)).toBeGreaterThan(
      0,
    );
    const first = await replay(workspace, 0, '--state', 'pending', '--limit', '1');
    expect(first).toMatchObject({
      command: 'replay',
      delivered: 1,
      pending: 0,
      plan: { overLimit: 3 },
    });
    expect(await workspace.logs('--event-id', makeUuid(10), '--status', 'success')).toHaveLength(1);
    expect(await replay(workspace, 0, '--state', 'pending')).toMatchObject({
      postbacks: 3,
      delivered: 3,
      failed: 0,
    });
    const held = new Set(workspace.sandbox.state.conversions().map(({ dedupeId }) => dedupeId));
    for (const { postbackId } of before) expect(held).toContain(postbackId);
    expect(workspace.sandbox.state.received()).toBe(7);
    expect(await replay(workspace, 0, '--state', 'pending')).toMatchObject({
      postbacks: 0,
      plan: { matched: 0 },
    });
  });

  it('refuses what was delivered without --force; with it the network sees the same dedupe id', async () => {
    const workspace = await makeHistory();
    const refused = await workspace.run(['replay', '--state', 'delivered', '--yes', '--json']);
    expect([refused.code, readError(refused.stderr)]).toMatchObject([2, { code: 'force_needed' }]);
    expect(workspace.sandbox.state.received()).toBe(3);
    const forced = await replay(
      workspace,
      0,
      '--state',
      'delivered',
      '--force',
      '--event-id',
      makeUuid(2),
    );
    expect(forced).toMatchObject({ delivered: 1, plan: { states: { delivered: 1 } } });
    const twice = workspace.sandbox.state.conversions().filter(({ received }) => received === 2);
    expect(twice).toMatchObject([{ received: 2 }]);
    expect(workspace.sandbox.state.conversions()).toHaveLength(3);
  });

  it('uses the corrected mapping: postbacks that failed by an unknown definition are delivered', async () => {
    const workspace = await makeHistory();
    const failed = await replay(workspace, 3, '--state', 'failed');
    expect(failed).toMatchObject({ delivered: 0, failed: 2, failures: { configuration: 2 } });
    setGoals(workspace, [PURCHASE_GOAL, { ...SIGN_UP, map: { amazon: '1234567892' } }]);
    expect(await replay(workspace, 0, '--state', 'failed')).toMatchObject({
      delivered: 2,
      failed: 0,
    });
    const targets = workspace.sandbox.state.conversions().map(({ target }) => target);
    expect(targets.filter((target) => target === '1234567892')).toHaveLength(2);
  });

  it('sends what was skipped once its reason is gone', async () => {
    const bare = { ...PURCHASE_GOAL, id: 'bare', name: 'Bare', map: {} };
    const workspace = await TestWorkspace.create({ goals: [bare] });
    expect(
      await workspace.send([1, 2, 3].map((number) => makeLine(number)).join('\n'), 0),
    ).toMatchObject({
      skips: { unmapped_goal: 3 },
    });
    expect(await planOf(workspace, '--state', 'skipped')).toMatchObject({
      toSend: 0,
      refused: { unmapped_goal: 3 },
    });
    setGoals(workspace, [{ ...bare, map: { amazon: '1234567891' } }]);
    expect(await replay(workspace, 0, '--state', 'skipped')).toMatchObject({
      delivered: 3,
      pending: 0,
    });
    expect(await replay(workspace, 0, '--state', 'skipped')).toMatchObject({ postbacks: 0 });
    expect(workspace.sandbox.state.received()).toBe(3);
  });

  it('off a terminal asks for --yes, and has nothing to ask where nothing matches', async () => {
    const workspace = await makeHistory();
    const asked = await workspace.run(['replay', '--json']);
    expect(asked.code).toBe(2);
    expect(readError(asked.stderr).hint).toContain('--yes');
    expect(workspace.sandbox.state.received()).toBe(3);
    const nothing = await workspace.run(['replay', '--state', 'skipped']);
    expect([nothing.code, nothing.stdout]).toEqual([
      0,
      expect.stringContaining('Nothing to replay'),
    ]);
    const fresh = await TestWorkspace.create();
    expect((await fresh.run(['replay', '--yes'])).code).toBe(0);
  });

  it('writes to --rejects what failed again', async () => {
    const workspace = await makeHistory();
    const file = join(workspace.cwd, 'rejects.jsonl');
    await replay(workspace, 3, '--state', 'failed', '--rejects', file);
    const { readFileSync } = await import('node:fs');
    const rejects = parseRows<{ why: string; goal: string }>(readFileSync(file, 'utf8'));
    expect(rejects).toMatchObject([{ why: 'failed', goal: 'sign-up' }, { goal: 'sign-up' }]);
  });
});

describe('the plan of a replay', () => {
  it('holds to each filter', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ status: 429, match: 'eventData', after: 2, times: 1 }] },
      goals: [PURCHASE_GOAL, SIGN_UP],
      settings: { 'delivery.maxAttempts': 1 },
    });
    await workspace.deliver([1, 2, 3].map((number) => makeLine(number)).join('\n'));
    await workspace.deliver(
      [20, 21].map((number) => makeLine(number, { eventName: 'sign_up' })).join('\n'),
    );
    await workspace.deliver([10, 11, 12, 13].map((number) => makeLine(number)).join('\n'));
    const stage = resolveTargets(workspace.engine, { networks: [], goals: [] });
    const nowMs = workspace.clock.now();
    const [failed] = workspace.attempts({ statuses: ['failed'] });
    const base: ReplaySelection = { states: ['pending', 'failed'], limit: Infinity, force: true };
    const table: [changes: Partial<ReplaySelection>, matched: number, toSend?: number][] = [
      [{}, 6],
      [{ states: ['pending'] }, 4],
      [{ states: ['failed'] }, 2],
      [{ states: ['skipped'] }, 0],
      [{ states: ['delivered'] }, 3],
      [{ states: ['pending', 'failed', 'delivered'] }, 9],
      [{ states: ['delivered'], goals: ['sign-up'] }, 0],
      [{ states: ['delivered'], eventIds: [makeUuid(2)] }, 1],
      [{ states: ['delivered'], https: [207] }, 3],
      [{ states: ['delivered'], reasons: ['http_429'] }, 0],
      [{ states: ['delivered'], untilMs: nowMs - 60_000 }, 0],
      [{ goals: ['sign-up'] }, 2],
      [{ goals: ['purchase', 'sign-up'] }, 6],
      [{ networks: ['amazon'] }, 6],
      [{ networks: ['meta'] }, 0],
      [{ https: [429] }, 4],
      [{ https: [207] }, 2],
      [{ https: [500] }, 0],
      [{ reasons: ['http_429'] }, 4],
      [{ reasons: [failed?.reason ?? ''] }, 2],
      [{ reasons: ['none_such'] }, 0],
      [{ eventIds: [makeUuid(11)] }, 1],
      [{ eventIds: [makeUuid(11), makeUuid(20)] }, 2],
      [{ eventIds: [makeUuid(99)] }, 0],
      [{ sinceMs: nowMs - 60_000 }, 6],
      [{ untilMs: nowMs - 60_000 }, 0],
      [{ sinceMs: nowMs + 1 }, 0],
      [{ limit: 2 }, 6, 2],
      [{ limit: 100 }, 6, 6],
    ];
    for (const [changes, matched, toSend = matched] of table) {
      const { plan, candidates } = await planReplay(workspace.engine, stage, {
        ...base,
        ...changes,
      });
      expect([changes, plan.matched, plan.toSend, candidates.length]).toEqual([
        changes,
        matched,
        toSend,
        toSend,
      ]);
      expect(plan.overLimit).toBe(matched - toSend);
    }
  });
});

describe('a replay after the window has closed', () => {
  const selection: ReplaySelection = {
    states: ['pending', 'failed', 'skipped'],
    limit: Infinity,
    force: false,
  };

  it('tells which are too old and does not send them; pending ones end as failed', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ status: 429, match: 'eventData', times: 1 }] },
      settings: { 'delivery.maxAttempts': 1 },
    });
    const old = makeLine(1, { eventTimestamp: ago(6.5 * DAY_MS) });
    expect(await workspace.deliver(`${old}\n${makeLine(2)}\n`)).toMatchObject({ pending: 2 });
    workspace.clock.advance(DAY_MS);
    const stage = resolveTargets(workspace.engine, { networks: [], goals: [] });
    const { plan, candidates } = await planReplay(workspace.engine, stage, selection);
    expect(plan).toMatchObject({ matched: 2, toSend: 1, refused: { too_old: 1 } });
    const { signal } = new AbortController();
    const options = { networks: [], goals: [], report: workspace.report, signal };
    const summary = await runReplay(workspace.engine, options, candidates);
    expect(summary).toMatchObject({
      delivered: 1,
      failed: 1,
      failures: { expired: 1 },
      pending: 0,
    });
    expect(workspace.sandbox.state.received()).toBe(1);
    const after = await planReplay(workspace.engine, stage, selection);
    expect(after.plan).toMatchObject({ matched: 1, toSend: 0, refused: { too_old: 1 } });
  });
});
