import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stopWhen } from '../kit/durability-harness.js';
import { makeFile, makeLine, readError, steer, TestWorkspace } from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';
import type { RunResult } from '../kit/run.js';
import { makeFolder, spawnPostback } from '../kit/run.js';

/** A small disk of its own, where this user may mount one. */
function mountDisk(folder: string, size: string): boolean {
  const args = ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder];
  return process.platform === 'linux' && spawnSync('mount', args).status === 0;
}

function unmountDisk(folder: string): void {
  spawnSync('umount', [folder]);
}

async function canMount(): Promise<boolean> {
  const folder = await makeFolder();
  const can = mountDisk(folder, '64k');
  if (can) unmountDisk(folder);
  return can;
}

/** Fills a disk but for `leftBytes`. */
function fillDisk(folder: string, leftBytes: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const ballast = join(folder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)));
  return ballast;
}

/** Fills a disk. Returns what makes room again. */
function fillForNow(folder: string): () => void {
  const ballast = fillDisk(folder, 0);
  return () => rmSync(ballast);
}

/** Makes a disk read-only. Returns what makes it writable again. */
function mountReadOnly(folder: string): () => void {
  const remount = (mode: 'ro' | 'rw'): void => {
    expect(spawnSync('mount', ['-o', `remount,${mode}`, folder]).status).toBe(0);
  };
  remount('ro');
  return () => remount('rw');
}

/** Delivers events 1 to 5, and leaves 6 and 7 pending. */
async function prepareLog(workspace: TestWorkspace): Promise<void> {
  await workspace.send(makeFile(5), 0);
  await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  await workspace.send(
    [6, 7].map((number) => `${makeLine(number)}\n`).join(''),
    5,
    '--max-attempts',
    '1',
  );
  await steer(workspace.sandbox, 'DELETE', '/faults');
}

/** Writes files of 10 new events each. */
function writeInputs(workspace: TestWorkspace): string[] {
  return ['send', 'backfill', 'tail'].map((name, index) => {
    const numbers = Array.from({ length: 10 }, (_, line) => 100 * (index + 1) + line);
    writeFileSync(
      join(workspace.cwd, `${name}.jsonl`),
      numbers.map((number) => `${makeLine(number)}\n`).join(''),
    );
    return `${name}.jsonl`;
  });
}

/** Commands that only read, each as a newcomer would give it. */
const READING = [
  ['status'],
  ['logs'],
  ['logs', '--json', '--status', 'success'],
  ['stats'],
  ['report', '--out', '-'],
  ['explain', makeUuid(1)],
  ['explain', 'send.jsonl:1'],
  ['send', 'send.jsonl', '--dry-run'],
  ['backfill', 'backfill.jsonl', '--dry-run'],
  ['tail', 'tail.jsonl', '--dry-run'],
  ['replay', '--state', 'pending', '--all', '--dry-run'],
  ['test', '--live', '--dry-run'],
  ['erase', '--user-id', 'player-1', '--dry-run'],
  ['validate', 'send.jsonl'],
  ['goals', 'list'],
  ['config', 'show'],
  ['workspaces', 'list'],
  ['audiences', 'list'],
  ['logs', 'backup', 'copy.db'],
];

function listDelivering([send = '', backfill = '', tail = '']: readonly string[]): string[][] {
  return [
    ['replay', '--state', 'pending', '--all', '--yes'],
    ['send', send],
    ['backfill', backfill, '--yes'],
    ['tail', tail],
    ['test', '--live', '--yes'],
  ];
}

/** Runs tail until the sandbox has received so many conversions. */
async function runTail(
  workspace: TestWorkspace,
  args: readonly string[],
  count: number,
): Promise<RunResult> {
  const { home, cwd, env, sandbox } = workspace;
  const running = await spawnPostback(args, { home, cwd, env });
  return await stopWhen(running, () => sandbox.state.received() >= count);
}

const isPossible = await canMount();
if (!isPossible)
  console.warn(
    'disk-full.test.ts is skipped: no tmpfs can be mounted here (it needs root on Linux).',
  );

describe.skipIf(!isPossible)('a full disk', () => {
  test.each([
    ['before anything is recorded', 0],
    ['in the middle of a run', 900_000],
  ])(
    '%s: exit 1 and disk_full; with room again the same command delivers each once',
    async (_when, leftBytes) => {
      const workspace = await TestWorkspace.create();
      const disk = join(workspace.home, 'data');
      mkdirSync(disk, { mode: 0o700 });
      expect(mountDisk(disk, '12m')).toBe(true);
      onTestFinished(() => unmountDisk(disk));
      const ballast = fillDisk(disk, leftBytes);
      writeFileSync(join(workspace.cwd, 'events.jsonl'), makeFile(5000));
      const send = ['send', 'events.jsonl', '--json', '--concurrency', '1'];
      const full = await workspace.run(send);
      expect(full.code, full.stdout + full.stderr).toBe(1);
      const { code, message, hint } = readError(full.stderr);
      expect(code).toBe('disk_full');
      expect(message).toContain('full');
      expect(hint).toMatch(/^Free disk space/);
      expect(full.stderr).not.toMatch(/\n\s+at /);
      const reached = workspace.sandbox.state.received();
      expect(reached).toBeLessThan(5000);
      expect(reached > 0).toBe(leftBytes > 0);

      rmSync(ballast);
      const { stdout, stderr, code: exit } = await workspace.run(send);
      expect(exit, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ failed: 0, pending: 0 });
      expect(workspace.sandbox.state.conversions()).toHaveLength(5000);
      const last = await workspace.run(send);
      expect(last.code, last.stderr).toBe(0);
      expect(JSON.parse(last.stdout)).toMatchObject({ delivered: 0, skips: { duplicate: 5000 } });
      const delivered = await workspace.logs('--status', 'success');
      expect(new Set(delivered.map(({ postbackId }) => postbackId)).size).toBe(5000);
    },
  );

  test.each([
    ['full', 'disk_full'],
    ['read-only', 'log_unwritable'],
  ] as const)(
    'C7: a %s disk: commands that read work, those that deliver fail by name and lose nothing',
    { timeout: 240_000 },
    async (kind, expected) => {
      const workspace = await TestWorkspace.create();
      const disk = join(workspace.home, 'data');
      mkdirSync(disk, { mode: 0o700 });
      expect(mountDisk(disk, '12m')).toBe(true);
      onTestFinished(() => unmountDisk(disk));
      await prepareLog(workspace);
      const files = writeInputs(workspace);
      const received = workspace.sandbox.state.received();
      const release = kind === 'full' ? fillForNow(disk) : mountReadOnly(disk);

      for (const args of READING) {
        const { code, stdout, stderr } = await workspace.run(args);
        expect([args.join(' '), code], stderr + stdout).toEqual([args.join(' '), 0]);
      }
      const doctor = await workspace.run(['doctor', '--json']);
      expect([doctor.code, JSON.parse(doctor.stdout)], doctor.stdout).toMatchObject([
        3,
        { checks: expect.any(Array) },
      ]);
      const writing = [
        ...listDelivering(files),
        ['erase', '--user-id', 'player-1', '--yes'],
        ['logs', 'prune', '--older-than', '1s', '--yes'],
      ];
      for (const args of writing) {
        const { code, stdout, stderr } = await workspace.run([...args, '--json']);
        const found = code === 0 ? 'no error' : readError(stderr).code;
        expect([args.join(' '), code, found], stderr + stdout).toEqual([
          args.join(' '),
          1,
          expected,
        ]);
      }
      expect(workspace.sandbox.state.received()).toBe(received);
      expect(workspace.sandbox.state.audiences()).toEqual([]);

      release();
      for (const args of listDelivering(files)) {
        const run =
          args[0] === 'tail'
            ? await runTail(workspace, args, received + 30)
            : await workspace.run(args);
        expect([args.join(' '), run.code], run.stderr).toEqual([
          args.join(' '),
          args[0] === 'tail' ? 130 : 0,
        ]);
      }
      // What was sent before, two that waited, three files of 10 lines, and one of `test`.
      const held = workspace.sandbox.state.conversions().map(({ dedupeId }) => dedupeId);
      expect(held).toHaveLength(5 + 2 + 30 + 1);
      expect(new Set(held).size).toBe(held.length);
    },
  );

  test('a configuration that does not fit is not half written', async () => {
    const workspace = await TestWorkspace.create();
    const disk = join(workspace.home, 'config');
    mkdirSync(disk, { mode: 0o700 });
    expect(mountDisk(disk, '128k')).toBe(true);
    onTestFinished(() => unmountDisk(disk));
    const options = { cwd: workspace.home };
    expect(
      (await workspace.run(['goals', 'add', '--template', 'first-purchase'], options)).code,
    ).toBe(0);
    const ballast = fillDisk(disk, 0);
    const full = await workspace.run(
      ['goals', 'add', '--template', 'wishlist-add', '--json'],
      options,
    );
    expect([full.code, readError(full.stderr).code]).toEqual([1, 'disk_full']);
    rmSync(ballast);
    const { stdout } = await workspace.run(['goals', 'list', '--json'], options);
    expect(JSON.parse(stdout)).toMatchObject([{ id: 'first-purchase' }]);
  });
});
