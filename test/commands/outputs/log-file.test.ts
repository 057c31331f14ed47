import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';

import { makeFile, makeLine, readError, steer, TestWorkspace } from '../../kit/test-workspace.js';
import { makeUuid } from '../../kit/events.js';
import { spawnPostback } from '../../kit/run.js';

const SLOW = { timeout: 120_000 };

function pathOf({ home }: TestWorkspace): string {
  return join(home, 'data', 'default', 'delivery.db');
}

function runSql(workspace: TestWorkspace, sql: string): unknown {
  const database = new DatabaseSync(pathOf(workspace));
  try {
    return database.prepare(sql).get();
  } finally {
    database.close();
  }
}

/** The result and the message of the doctor's check of the log. */
async function checkLog(
  workspace: TestWorkspace,
): Promise<{ result: string; message: string } | undefined> {
  const { stdout } = await workspace.run(['doctor', '--json']);
  const { checks } = JSON.parse(stdout) as {
    checks: { id: string; result: string; message: string }[];
  };
  return checks.find(({ id }) => id === 'log');
}

const READING = [
  ['status'],
  ['logs'],
  ['stats'],
  ['report', '--out', '-'],
  ['explain', makeUuid(1)],
];

test(
  'C8: a directory at the path of the log is named by every command that reads',
  SLOW,
  async () => {
    const workspace = await TestWorkspace.create();
    mkdirSync(pathOf(workspace), { recursive: true });
    for (const args of [...READING, ['send', '-'], ['logs', 'backup', 'copy.db']]) {
      const { code, stderr } = await workspace.run([...args, '--json']);
      expect([args[0], code, readError(stderr).code], stderr).toEqual([args[0], 1, 'log_damaged']);
      expect(stderr).toMatch(/is a directory, not a file/);
    }
    expect(await checkLog(workspace)).toMatchObject({
      result: 'fail',
      message: expect.stringMatching(/is a directory/),
    });
  },
);

test('C11: a log that was emptied is not taken for a new one', SLOW, async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(makeFile(3), 0);
  truncateSync(pathOf(workspace));
  for (const args of [...READING, ['send', '-']]) {
    const { code, stderr } = await workspace.run([...args, '--json'], { input: makeFile(3) });
    expect([args[0], code, readError(stderr).code], stderr).toEqual([args[0], 1, 'log_damaged']);
    expect(stderr).toMatch(/is empty, though earlier runs wrote to it/);
  }
  expect(workspace.sandbox.state.received()).toBe(3);
});

test(
  'C11: the end of a run notes its newest commits, and an older copy in its place is refused',
  SLOW,
  async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeFile(3), 0);
    const older = join(workspace.cwd, 'older.db');
    copyFileSync(pathOf(workspace), older);
    await workspace.send(makeLine(9), 0);
    const note = readFileSync(
      join(workspace.home, 'data', 'default', 'runs', 'last-commit.json'),
      'utf8',
    );
    const { newest } = runSql(workspace, 'SELECT max(id) AS newest FROM request') as {
      newest: number;
    };
    expect(Object.values(JSON.parse(note) as Record<string, unknown>)).toContain(newest);

    renameSync(older, pathOf(workspace));
    const { code, stderr } = await workspace.run(['send', '-', '--json'], { input: makeLine(9) });
    expect([code, readError(stderr).code], stderr).toEqual([1, 'log_damaged']);
    expect(workspace.sandbox.state.received()).toBe(4);
    expect(await checkLog(workspace)).toMatchObject({ result: 'fail' });
  },
);

test('C11: a log of a newer program is neither copied nor read', SLOW, async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(makeFile(3), 0);
  const database = new DatabaseSync(pathOf(workspace));
  database.exec('PRAGMA user_version = 99');
  database.close();
  for (const args of [['logs', 'backup', 'copy.db'], ['logs'], ['status']]) {
    const { code, stderr } = await workspace.run([...args, '--json']);
    expect([args.join(' '), code, readError(stderr).code]).toEqual([
      args.join(' '),
      2,
      'log_too_new',
    ]);
  }
  expect(existsSync(join(workspace.cwd, 'copy.db'))).toBe(false);
});

test(
  'C11: a log that was copied by cp while a run was at work is refused in its place',
  SLOW,
  async () => {
    const workspace = await TestWorkspace.create();
    await workspace.send(makeLine(1), 0);
    await steer(workspace.sandbox, 'POST', '/faults', { latencyMs: 300, match: 'eventData' });
    const { home, cwd, env } = workspace;
    const running = await spawnPostback(['send', '-', '--json'], { home, cwd, env });
    running.child.stdin.write(`${makeLine(2)}\n`);
    await expect
      .poll(() => workspace.sandbox.state.received(), { timeout: 120_000 })
      .toBeGreaterThan(1);
    const copy = join(cwd, 'copy.db');
    expect(spawnSync('cp', [pathOf(workspace), copy]).status).toBe(0);
    running.child.stdin.end();
    expect((await running.finished).code).toBe(0);

    for (const ending of ['-wal', '-shm']) rmSync(`${pathOf(workspace)}${ending}`, { force: true });
    renameSync(copy, pathOf(workspace));
    const { code, stderr } = await workspace.run(['send', '-', '--json'], { input: makeLine(2) });
    expect([code, readError(stderr).code], stderr).toEqual([1, 'log_damaged']);
    expect(stderr).toMatch(/-wal/);
  },
);

test('C11: a missing -shm file alone loses nothing', SLOW, async () => {
  const workspace = await TestWorkspace.create();
  const { home, cwd, env } = workspace;
  const running = await spawnPostback(['tail', '-', '--json'], { home, cwd, env });
  running.child.stdin.write(`${makeLine(1)}\n`);
  await running.waitFor('stdout', /success/);
  running.child.kill('SIGKILL');
  await running.finished;
  rmSync(`${pathOf(workspace)}-shm`);
  expect(await workspace.logs('--status', 'success')).toHaveLength(1);
  expect(await workspace.send(makeFile(2), 0)).toMatchObject({
    delivered: 1,
    skips: { duplicate: 1 },
  });
});

test('C8: rows that `logs` leaves out are said under --json, too', SLOW, async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(makeFile(3), 0);
  runSql(workspace, "UPDATE request SET details = '{bad' RETURNING id");
  const { code, stdout, stderr } = await workspace.run(['logs', '--json']);
  expect([code, stdout]).toEqual([0, '']);
  expect(JSON.parse(stderr)).toMatchObject({ warning: { code: 'log_damaged' } });
});
