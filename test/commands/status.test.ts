import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  makeFile,
  makeLine,
  PURCHASE_GOAL,
  readError,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { runPostback, spawnPostback } from '../kit/run.js';

interface Status {
  workspace: string;
  networks: Record<string, unknown>[];
}

async function readStatus(
  workspace: TestWorkspace,
  exit: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await workspace.run(['status', '--json'], { env });
  expect(code, stderr + stdout).toBe(exit);
  if (exit === 0) expect(stderr).toBe('');
  else expect(readError(stderr)).toMatchObject({ exit, hint: expect.stringContaining('') });
  const { networks } = JSON.parse(stdout) as Status;
  return networks.find(({ network }) => network === 'amazon')!;
}

async function readNext(workspace: TestWorkspace): Promise<string> {
  const { code, stdout, stderr } = await workspace.run(['next', '--json']);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { stage: string }).stage;
}

describe('status', () => {
  test('nothing connected: exit 4, and what to type', async () => {
    const { code, stdout, stderr } = await runPostback(['status', '--json']);
    expect(code, stderr).toBe(4);
    const { workspace, networks } = JSON.parse(stdout) as Status;
    expect(workspace).toBe('default');
    expect(networks[0]).toMatchObject({
      network: 'amazon',
      connected: false,
      health: null,
      next: 'postback connect amazon',
    });
    const words = await runPostback(['status']);
    expect(words.stdout).toBe('');
    expect(words.stderr).toContain('No network is connected.');
  });

  test('new, then at work', async () => {
    const workspace = await TestWorkspace.create();
    expect(await readStatus(workspace, 0)).toMatchObject({
      connected: true,
      enabled: true,
      account: '1234567890123',
      region: 'na',
      source: 'environment',
      goalsMapped: 1,
      goalsActive: 1,
      delivered24h: 0,
      lastDelivery: null,
      health: 'no_recent_activity',
    });
    expect(await readNext(workspace)).toBe('nothing_sent');
    await workspace.send(makeFile(3), 0);
    const well = await readStatus(workspace, 0);
    expect(well).toMatchObject({
      delivered24h: 3,
      failed: 0,
      pending: 0,
      processing: 0,
      health: 'ok',
    });
    expect(well['lastDelivery']).toMatch(/^\d{4}-.*Z$/);
    expect(well).not.toHaveProperty('problem');
    expect(await readNext(workspace)).toBe('well');
  });

  test('postbacks that a network refuses are failures, and the log is where to look', async () => {
    const workspace = await TestWorkspace.create({
      goals: [{ ...PURCHASE_GOAL, map: { amazon: '4041111111' } }],
    });
    await workspace.send(makeLine(1), 3);
    expect(await readStatus(workspace, 0)).toMatchObject({
      failed: 1,
      health: 'ok',
      next: 'postback logs --status failed --network amazon',
    });
    expect(await readNext(workspace)).toBe('failures_waiting');
  });

  test('C6: failures that were delivered later are not counted', async () => {
    const workspace = await TestWorkspace.create({
      goals: [{ ...PURCHASE_GOAL, map: { amazon: '4041111111' } }],
    });
    await workspace.send(makeFile(2), 3);
    expect(await readStatus(workspace, 0)).toMatchObject({ failed: 2, delivered24h: 0 });
    writeFileSync(
      join(workspace.cwd, 'postback.config.json'),
      JSON.stringify({ goals: [PURCHASE_GOAL] }),
    );
    const replayed = await workspace.run(['replay', '--yes']);
    expect(replayed.code, replayed.stderr).toBe(0);
    const after = await readStatus(workspace, 0);
    expect(after).toMatchObject({ failed: 0, failed24h: 0, delivered24h: 2 });
    expect(after).not.toHaveProperty('problem');
    expect(await readNext(workspace)).toBe('well');
  });

  test('C6: a run that skipped everything is said by send, status and postback', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeFile(2), 0);
    expect(await readNext(workspace)).toBe('well');
    const lines = [1, 2, 3].map((id) => makeLine(id + 10, { consentLevel: undefined }));
    writeFileSync(join(workspace.cwd, 'bare.jsonl'), lines.join('\n'));
    const { code, stderr } = await workspace.run(['send', 'bare.jsonl']);
    expect(code).toBe(0);
    expect(stderr).toContain('Nothing was sent. All 3 were skipped: consent_unknown 3.');
    const { stdout } = await workspace.run(['status', '--json']);
    const { unsent } = JSON.parse(stdout) as { unsent: unknown };
    expect(unsent).toMatchObject({
      command: 'send',
      problem: 'The last run (send) sent nothing. All 3 were skipped: consent_unknown 3.',
      next: 'postback logs --status skipped',
    });
    expect(await readNext(workspace)).toBe('all_skipped');
    // What the log says of time is later than the clock.
    const clock = { aheadMs: -3_600_000 };
    const earlier = await workspace.run(['status', '--json'], { clock });
    const { networks } = JSON.parse(earlier.stdout) as { networks: { problem: string }[] };
    expect(networks[0]!.problem).toMatch(/^The clock of this machine is slow: /);
    expect((await workspace.run(['next'])).stdout).not.toContain('well');
    // What is sent again is a duplicate, which is as it should be.
    await workspace.send(makeFile(2), 0);
    expect(await readNext(workspace)).toBe('well');
  });

  test('names the kind of log, its live runs with their leases, and sources', async () => {
    const workspace = await TestWorkspace.create();
    const read = async () =>
      JSON.parse((await workspace.run(['status', '--json'])).stdout) as object;
    expect(await read()).toMatchObject({ log: { kind: 'sqlite', runs: [] }, sources: [] });
    writeFileSync(join(workspace.cwd, 'live.jsonl'), `${makeLine(1)}\n`);
    const { home, cwd, env, sandbox } = workspace;
    const args = ['tail', 'live.jsonl', '--from', 'start'];
    const { child, finished } = await spawnPostback(args, { home, cwd, env });
    await vi.waitUntil(() => sandbox.state.conversions().length === 1, { timeout: 120_000 });
    expect(await read()).toMatchObject({
      log: {
        runs: [
          {
            run: expect.stringMatching(/^\d{8}T\d{6}-/) as string,
            command: 'tail',
            host: hostname(),
            leaseMs: expect.any(Number) as number,
          },
        ],
      },
    });
    child.kill('SIGTERM');
    expect((await finished).code).toBe(143);
    expect(await read()).toMatchObject({ log: { runs: [] } });
  });

  test('postbacks that wait are counted', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.sandbox.close();
    await workspace.send(makeFile(2), 5, '--max-attempts', '1');
    expect(await readStatus(workspace, 0)).toMatchObject({
      pending: 2,
      next: 'postback replay --state pending --all --network amazon',
    });
    expect(await readNext(workspace)).toBe('postbacks_waiting');
  });

  test('a refused grant: credential failures, exit 4, the variable is named', async () => {
    const workspace = await TestWorkspace.create({
      env: { POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|revoked' },
    });
    await workspace.send(makeLine(1), 4);
    const amazon = await readStatus(workspace, 4);
    expect(amazon).toMatchObject({
      health: 'credential_failures',
      pending: 1,
      next: 'postback doctor',
    });
    expect(amazon['problem']).toContain('POSTBACK_AMAZON_');
    expect(await readNext(workspace)).toBe('grant_refused');
    // With a good token the next run delivers, and all is well again.
    const env = { POSTBACK_AMAZON_REFRESH_TOKEN: workspace.env['POSTBACK_AMAZON_REFRESH_TOKEN'] };
    const good = await TestWorkspace.create();
    env.POSTBACK_AMAZON_REFRESH_TOKEN = good.env['POSTBACK_AMAZON_REFRESH_TOKEN'];
    const replayed = await workspace.run(['replay', '--state', 'pending', '--yes', '--json'], {
      env,
    });
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(await readStatus(workspace, 0, env)).toMatchObject({
      health: 'ok',
      pending: 0,
      delivered24h: 1,
    });
  });

  test('variables in part are a finding about one network', async () => {
    const workspace = await TestWorkspace.create({ env: { POSTBACK_AMAZON_ACCOUNT: '' } });
    const amazon = await readStatus(workspace, 4);
    expect(amazon).toMatchObject({ connected: false, health: null });
    expect(amazon['problem']).toContain('POSTBACK_AMAZON_ACCOUNT not set');
  });

  test('goals that are not mapped, none at all, and a file that is broken', async () => {
    const unmapped = await TestWorkspace.create({
      goals: [PURCHASE_GOAL, { ...PURCHASE_GOAL, id: 'two', name: 'Two', map: {} }],
    });
    expect(await readStatus(unmapped, 0)).toMatchObject({
      goalsMapped: 1,
      goalsActive: 2,
      next: 'postback map',
    });
    const none = await TestWorkspace.create({ goals: [] });
    expect(await readStatus(none, 0)).toMatchObject({ goalsActive: 0, next: 'postback goals add' });
    expect(await readNext(none)).toBe('no_goals');
    writeFileSync(join(none.cwd, 'postback.config.json'), '{');
    const { code, stderr } = await none.run(['status', '--json']);
    expect([code, readError(stderr).exit]).toEqual([2, 2]);
  });

  test('off a terminal the table has tabs, UTC times and the next command', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeLine(1), 0);
    const { stdout } = await workspace.run(['status']);
    const [header, row] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(header).toContain('last delivery');
    expect(row![header!.indexOf('last delivery')]).toMatch(/T.*Z$/);
    expect(row![header!.indexOf('health')]).toBe('ok');
  });
});

test('postback alone says what to do, and where the list of commands is', async () => {
  const { code, stdout, stderr } = await runPostback([]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('No network is connected.');
  expect(stdout).toContain('postback demo');
  expect(stdout).toContain('postback --help lists every command.');
});
