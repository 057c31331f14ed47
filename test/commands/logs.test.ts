import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ago,
  makeErrand,
  makeFile,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  type Errand,
} from '../kit/errand.js';
import { makeUuid } from '../kit/events.js';
import { runPostback, spawnPostback, type RunningPostback } from '../kit/run.js';

function follow(errand: Errand, ...args: string[]): Promise<RunningPostback> {
  return spawnPostback(['logs', '--follow', ...args], { home: errand.home, cwd: errand.cwd });
}

function rowsOf(text: string): string[] {
  return parseRows(text).map(({ eventId }) => eventId);
}

describe('logs --follow', () => {
  test('shows what other processes record, until a signal', async () => {
    const errand = await makeErrand();
    await errand.send(makeFile(12), 0);
    const { child, waitFor, finished, stdout } = await follow(errand, '--json', '--all');
    // The newest ten of before.
    await waitFor('stdout', new RegExp(makeUuid(12)));
    await errand.send(`${makeLine(13)}\n${makeLine(14, { consentLevel: 'none' })}\n`, 0);
    await waitFor('stdout', new RegExp(makeUuid(13)));
    await waitFor('stdout', /consent_none/);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([130, '']);
    const expected = Array.from({ length: 12 }, (_, index) => makeUuid(index + 3));
    expect(rowsOf(stdout()).sort()).toEqual(expected.sort());
  });

  test('says on stderr what it does, and keeps stdout for rows', async () => {
    const errand = await makeErrand();
    const { child, waitFor, finished } = await follow(errand, '--csv');
    await waitFor('stderr', /^Nothing was ever sent in default; waiting/m);
    await errand.send(makeFile(2), 0);
    await waitFor('stderr', /^Following the delivery log of default\. Ctrl-C ends it\./m);
    await waitFor('stdout', new RegExp(makeUuid(2)));
    child.kill('SIGTERM');
    const { code, stdout } = await finished;
    expect(code).toBe(143);
    expect(stdout.split('\n')).toHaveLength(1 + 2 + 1);
    expect(stdout).toMatch(/^time,event,goal,.*\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,purchase,purchase,amazon,/);
  });

  test('follows a tail that goes on', async () => {
    const errand = await makeErrand();
    const file = join(errand.cwd, 'events.jsonl');
    appendFileSync(file, `${makeLine(1)}\n`);
    const tail = await spawnPostback(['tail', file], { home: errand.home, cwd: errand.cwd, env: errand.env });
    await tail.waitFor('stdout', new RegExp(makeUuid(1)));
    const followed = await follow(errand, '--json');
    await followed.waitFor('stdout', new RegExp(makeUuid(1)));
    appendFileSync(file, `${makeLine(2)}\n`);
    await followed.waitFor('stdout', new RegExp(makeUuid(2)));
    for (const { child } of [tail, followed]) child.kill('SIGINT');
    expect((await followed.finished).code).toBe(130);
    await tail.finished;
  });

  test('ends without a word when its reader goes away', async () => {
    const errand = await makeErrand();
    await errand.send(makeFile(3), 0);
    const { child, waitFor, finished } = await follow(errand);
    await waitFor('stdout', new RegExp(makeUuid(3)));
    child.stdout.destroy();
    await once(child.stdout, 'close');
    await errand.send(`${makeLine(4)}\n`, 0);
    const { code, signal, stderr } = await finished;
    expect([code, signal, stderr.trim()]).toEqual([0, null, 'Following the delivery log of default. Ctrl-C ends it.']);
  });

  test('has no end to wait for', async () => {
    const { code, stderr } = await runPostback(['logs', '--follow', '--until', '1h', '--json']);
    expect([code, readError(stderr).code]).toEqual([2, 'usage']);
  });
});

describe('logs --csv', () => {
  test('what came from outside cannot run in a spreadsheet', async () => {
    const errand = await makeErrand();
    await errand.send(`${makeLine(1, { messageId: '=cmd|calc' })}\n`, 0);
    const { stdout } = await errand.run(['logs', '--csv']);
    expect(stdout).toContain(",'=cmd|calc,");
  });

  test('all rows, however many, with times in UTC', async () => {
    const errand = await makeErrand();
    await errand.send(makeFile(450), 0);
    const { stdout } = await errand.run(['logs', '--csv'], { env: { TZ: 'Asia/Tokyo' } });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(451);
    const time = Date.parse(lines[1]!.split(',')[0]!);
    expect(Math.abs(Date.now() - time)).toBeLessThan(120_000);
  });
});

describe('logs prune', () => {
  /** Delivered 1 to 3, refused 4, skipped 5; all of now. */
  async function makeHistory(): Promise<Errand> {
    const wrong = { ...PURCHASE_GOAL, id: 'wrong', name: 'Wrong', event: 'sign_up', map: { amazon: '777' } };
    const errand = await makeErrand({ goals: [PURCHASE_GOAL, wrong] });
    await errand.send(makeFile(3), 0);
    await errand.send(`${makeLine(4, { eventName: 'sign_up' })}\n`, 3);
    await errand.send(`${makeLine(5, { consentLevel: 'none' })}\n`, 0);
    await errand.send(`${makeLine(6)}\n${makeLine(7, { consentLevel: 'none' })}\n`, 0);
    return errand;
  }

  test('asks for what it needs: an age, and --yes off a terminal', async () => {
    const errand = await makeHistory();
    const bare = await errand.run(['logs', 'prune', '--json']);
    expect([bare.code, readError(bare.stderr).code]).toEqual([2, 'usage']);
    expect(readError(bare.stderr).message).toMatch(/older-than/);
    const unsure = await errand.run(['logs', 'prune', '--older-than', '0s', '--json']);
    expect([unsure.code, readError(unsure.stderr)]).toMatchObject([2, { code: 'needs_answer', hint: 'Give --yes.' }]);
    expect(await errand.logs('--all')).toHaveLength(7);
  });

  test('a rehearsal tells what would go; then it goes, and the same file is still a duplicate', async () => {
    const errand = await makeHistory();
    const prune = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { code, stdout, stderr } = await errand.run(['logs', 'prune', '--json', '--older-than', '0s', ...args]);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    const expected = { attempts: 4, requests: 2, skips: 1, failed: 1, pendingKept: 0 };
    expect(await prune('--dry-run')).toMatchObject({ ...expected, dryRun: true });
    expect(await errand.logs('--all')).toHaveLength(7);
    expect(await prune('--yes')).toMatchObject(expected);
    const left = await errand.logs('--all');
    expect(left.map(({ eventId }) => eventId).sort()).toEqual([makeUuid(6), makeUuid(7)]);
    const again = await errand.send(`${makeFile(3)}${makeLine(4, { eventName: 'sign_up' })}\n`, 0);
    expect(again).toMatchObject({ delivered: 0, skipped: 4, skips: { duplicate: 4 } });
    expect(errand.sandbox.state.conversions()).toHaveLength(4);
  });

  test('in words, and where there is nothing that old', async () => {
    const errand = await makeHistory();
    const plan = await errand.run(['logs', 'prune', '--older-than', '0s', '--dry-run']);
    expect(plan.stdout).toMatch(/^Attempts\t4 in 2 requests$/m);
    expect(plan.stderr).toMatch(/Nothing was removed yet/);
    const nothing = await errand.run(['logs', 'prune', '--older-than', '30d']);
    expect([nothing.code, nothing.stdout]).toEqual([0, '']);
    expect(nothing.stderr).toMatch(/^Nothing in the log is older than/);
    expect((await runPostback(['logs', 'prune', '--older-than', '30d', '--yes'])).code).toBe(0);
  });

  test('is found beside logs', async () => {
    const { stdout } = await runPostback(['logs', '--help']);
    expect(stdout).toMatch(/logs prune/);
    const { stdout: help } = await runPostback(['logs', 'prune', '--help']);
    expect(help).toMatch(/^USAGE\n {2}\$ postback logs prune --older-than 30d /m);
    expect(help).not.toContain('<%');
    expect((await runPostback(['logs', '--since', ago(1000)])).code).toBe(0);
  });
});
