import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeErrand, makeFile, readError } from '../kit/errand.js';
import { makeFolder } from '../kit/run.js';

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

const isPossible = await canMount();
if (!isPossible) console.warn('disk-full.test.ts is skipped: no tmpfs can be mounted here (it needs root on Linux).');

describe.skipIf(!isPossible)('a full disk', () => {
  test.each([
    ['before anything is recorded', 0],
    ['in the middle of a run', 900_000],
  ])('%s: exit 1 and disk_full; with room again the same command delivers each once', async (_when, leftBytes) => {
    const errand = await makeErrand();
    const disk = join(errand.home, 'data');
    mkdirSync(disk, { mode: 0o700 });
    expect(mountDisk(disk, '12m')).toBe(true);
    onTestFinished(() => unmountDisk(disk));
    const ballast = fillDisk(disk, leftBytes);
    writeFileSync(join(errand.cwd, 'events.jsonl'), makeFile(5000));
    const send = ['send', 'events.jsonl', '--json', '--concurrency', '1'];
    const full = await errand.run(send);
    expect(full.code, full.stdout + full.stderr).toBe(1);
    const { code, message, hint } = readError(full.stderr);
    expect(code).toBe('disk_full');
    expect(message).toContain('full');
    expect(hint).toMatch(/room/);
    expect(full.stderr).not.toMatch(/\n\s+at /);
    const reached = errand.sandbox.state.received();
    expect(reached).toBeLessThan(5000);
    expect(reached > 0).toBe(leftBytes > 0);

    rmSync(ballast);
    const { stdout, stderr, code: exit } = await errand.run(send);
    expect(exit, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0, pending: 0 });
    expect(errand.sandbox.state.conversions()).toHaveLength(5000);
    const last = await errand.run(send);
    expect(last.code, last.stderr).toBe(0);
    expect(JSON.parse(last.stdout)).toMatchObject({ delivered: 0, skips: { duplicate: 5000 } });
    const delivered = await errand.logs('--status', 'success');
    expect(new Set(delivered.map(({ postbackId }) => postbackId)).size).toBe(5000);
  });

  test('a configuration that does not fit is not half written', async () => {
    const errand = await makeErrand();
    const disk = join(errand.home, 'config');
    mkdirSync(disk, { mode: 0o700 });
    expect(mountDisk(disk, '128k')).toBe(true);
    onTestFinished(() => unmountDisk(disk));
    const options = { cwd: errand.home };
    expect((await errand.run(['goals', 'add', '--template', 'first-purchase'], options)).code).toBe(0);
    const ballast = fillDisk(disk, 0);
    const full = await errand.run(['goals', 'add', '--template', 'wishlist-add', '--json'], options);
    expect([full.code, readError(full.stderr).code]).toEqual([1, 'disk_full']);
    rmSync(ballast);
    const { stdout } = await errand.run(['goals', 'list', '--json'], options);
    expect(JSON.parse(stdout)).toMatchObject([{ id: 'first-purchase' }]);
  });
});
