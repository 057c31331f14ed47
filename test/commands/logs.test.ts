import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ago,
  makeFile,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';
import { type RunningPostback, runPostback, spawnPostback } from '../kit/run.js';

function follow(workspace: TestWorkspace, ...args: string[]): Promise<RunningPostback> {
  return spawnPostback(['logs', '--follow', ...args], { home: workspace.home, cwd: workspace.cwd });
}

function rowsOf(text: string): string[] {
  return parseRows(text).map(({ eventId }) => eventId);
}

describe('logs --follow', () => {
  test('shows what other processes record, until a signal', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeFile(12), 0);
    const { child, waitFor, finished, stdout } = await follow(workspace, '--json', '--all');
    // The newest ten of before.
    await waitFor('stdout', new RegExp(makeUuid(12)));
    await workspace.send(`${makeLine(13)}\n${makeLine(14, { consentLevel: 'none' })}\n`, 0);
    await waitFor('stdout', new RegExp(makeUuid(13)));
    await waitFor('stdout', /consent_none/);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([130, '']);
    const expected = Array.from({ length: 12 }, (_, index) => makeUuid(index + 3));
    expect(rowsOf(stdout()).sort()).toEqual(expected.sort());
  });

  test('says on stderr what it does, and keeps stdout for rows', async () => {
    const workspace = await TestWorkspace.create();
    const { child, waitFor, finished } = await follow(workspace, '--csv');
    await waitFor('stderr', /^Nothing was sent in default yet\. Waiting/m);
    await workspace.send(makeFile(2), 0);
    await waitFor('stderr', /^Following the delivery log of default\. Press Ctrl-C to stop\./m);
    await waitFor('stdout', new RegExp(makeUuid(2)));
    child.kill('SIGTERM');
    const { code, stdout } = await finished;
    expect(code).toBe(143);
    expect(stdout.split('\n')).toHaveLength(1 + 2 + 1);
    expect(stdout).toMatch(
      /^time,event,goal,.*\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,purchase,purchase,amazon,/,
    );
  });

  test('follows a tail that goes on', async () => {
    const workspace = await TestWorkspace.create();
    const file = join(workspace.cwd, 'events.jsonl');
    appendFileSync(file, `${makeLine(1)}\n`);
    const tail = await spawnPostback(['tail', file], {
      home: workspace.home,
      cwd: workspace.cwd,
      env: workspace.env,
    });
    await tail.waitFor('stdout', new RegExp(makeUuid(1)));
    const followed = await follow(workspace, '--json');
    await followed.waitFor('stdout', new RegExp(makeUuid(1)));
    appendFileSync(file, `${makeLine(2)}\n`);
    await followed.waitFor('stdout', new RegExp(makeUuid(2)));
    for (const { child } of [tail, followed]) child.kill('SIGINT');
    expect((await followed.finished).code).toBe(130);
    await tail.finished;
  });

  test('ends without a word when its reader goes away', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeFile(3), 0);
    const { child, waitFor, finished } = await follow(workspace);
    await waitFor('stdout', new RegExp(makeUuid(3)));
    child.stdout.destroy();
    await once(child.stdout, 'close');
    await workspace.send(`${makeLine(4)}\n`, 0);
    const { code, signal, stderr } = await finished;
    expect([code, signal, stderr.trim()]).toEqual([
      0,
      null,
      'Following the delivery log of default. Press Ctrl-C to stop.',
    ]);
  });

  test('has no end to wait for', async () => {
    const { code, stderr } = await runPostback(['logs', '--follow', '--until', '1h', '--json']);
    expect([code, readError(stderr).code]).toEqual([2, 'usage']);
  });
});

describe('logs --csv', () => {
  test('what came from outside cannot run in a spreadsheet', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(`${makeLine(1, { messageId: '=cmd|calc' })}\n`, 0);
    const { stdout } = await workspace.run(['logs', '--csv']);
    expect(stdout).toContain(",'=cmd|calc,");
  });

  test('all rows, however many, with times in UTC', async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeFile(450), 0);
    const { stdout } = await workspace.run(['logs', '--csv'], { env: { TZ: 'Asia/Tokyo' } });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(451);
    const time = Date.parse(lines[1]!.split(',')[0]!);
    expect(Math.abs(Date.now() - time)).toBeLessThan(120_000);
  });
});

describe('logs prune', () => {
  /** Delivered 1 to 3, refused 4, skipped 5; all of now. */
  async function makeHistory(): Promise<TestWorkspace> {
    const wrong = {
      ...PURCHASE_GOAL,
      id: 'wrong',
      name: 'Wrong',
      event: 'sign_up',
      map: { amazon: '777' },
    };
    const workspace = await TestWorkspace.create({ goals: [PURCHASE_GOAL, wrong] });
    await workspace.send(makeFile(3), 0);
    await workspace.send(`${makeLine(4, { eventName: 'sign_up' })}\n`, 3);
    await workspace.send(`${makeLine(5, { consentLevel: 'none' })}\n`, 0);
    await workspace.send(`${makeLine(6)}\n${makeLine(7, { consentLevel: 'none' })}\n`, 0);
    return workspace;
  }

  test('asks for what it needs: an age, and --yes off a terminal', async () => {
    const workspace = await makeHistory();
    const bare = await workspace.run(['logs', 'prune', '--json']);
    expect([bare.code, readError(bare.stderr).code]).toEqual([2, 'usage']);
    expect(readError(bare.stderr).message).toMatch(/older-than/);
    const unsure = await workspace.run(['logs', 'prune', '--older-than', '0s', '--json']);
    expect([unsure.code, readError(unsure.stderr)]).toMatchObject([
      2,
      { code: 'needs_answer', hint: 'Give --yes.' },
    ]);
    const nothing = await workspace.run(['logs', 'prune', '--older-than', '90d', '--json']);
    expect(JSON.parse(nothing.stdout)).toMatchObject({ attempts: 0, dryRun: false });
    expect(await workspace.logs('--all')).toHaveLength(7);
  });

  test('a dry run reports what would be pruned; after the prune the same file is still a duplicate', async () => {
    const workspace = await makeHistory();
    const prune = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { code, stdout, stderr } = await workspace.run([
        'logs',
        'prune',
        '--json',
        '--older-than',
        '0s',
        ...args,
      ]);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    const expected = { attempts: 4, requests: 2, skips: 1, failed: 1, pendingKept: 0 };
    expect(await prune('--dry-run')).toMatchObject({ ...expected, dryRun: true });
    expect(await workspace.logs('--all')).toHaveLength(7);
    expect(await prune('--yes')).toMatchObject({ ...expected, dryRun: false });
    const left = await workspace.logs('--all');
    expect(left.map(({ eventId }) => eventId).sort()).toEqual([makeUuid(6), makeUuid(7)]);
    const again = await workspace.send(
      `${makeFile(3)}${makeLine(4, { eventName: 'sign_up' })}\n`,
      0,
    );
    expect(again).toMatchObject({ delivered: 0, skipped: 4, skips: { duplicate: 4 } });
    expect(workspace.sandbox.state.conversions()).toHaveLength(4);
  });

  test('in words, and where there is nothing that old', async () => {
    const workspace = await makeHistory();
    const plan = await workspace.run(['logs', 'prune', '--older-than', '0s', '--dry-run']);
    expect(plan.stdout).toMatch(/^Attempts\t4 in 2 requests$/m);
    expect(plan.stderr).toMatch(/nothing was removed/);
    const nothing = await workspace.run(['logs', 'prune', '--older-than', '30d']);
    expect([nothing.code, nothing.stdout]).toEqual([0, '']);
    expect(nothing.stderr).toMatch(/^Nothing in the log is older than/);
    expect((await runPostback(['logs', 'prune', '--older-than', '30d', '--yes'])).code).toBe(0);
  });

  test('is listed next to logs in the help', async () => {
    const { stdout } = await runPostback(['logs', '--help']);
    expect(stdout).toMatch(/logs prune/);
    const { stdout: help } = await runPostback(['logs', 'prune', '--help']);
    expect(help).toMatch(/^USAGE\n {2}\$ postback logs prune --older-than 30d /m);
    expect(help).not.toContain('<%');
    expect((await runPostback(['logs', '--since', ago(1000)])).code).toBe(0);
  });
});
