import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { withFileLock } from '../../../src/config/file-lock.js';

function makePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postback-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'config.json');
}

/** Makes the lock of a process that was killed, dated so many seconds from now. */
function leaveLock(path: string, seconds: number): void {
  mkdirSync(`${path}.lock`);
  const time = Date.now() / 1000 + seconds;
  utimesSync(`${path}.lock`, time, time);
}

test('C10: ignores a lock that is dated in the future, and reports it', async () => {
  const path = makePath();
  leaveLock(path, 86_400);
  const messages: string[] = [];
  const result = await withFileLock(path, () => 'written', {
    report: (message) => messages.push(message),
  });
  expect(result).toBe('written');
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(
    /config\.json\.lock is dated 86\d{3} s in the future and was ignored/,
  );
});

test('takes over the lock of a killed process silently', async () => {
  const path = makePath();
  leaveLock(path, -60);
  const messages: string[] = [];
  expect(
    await withFileLock(path, () => 'written', { report: (message) => messages.push(message) }),
  ).toBe('written');
  expect(messages).toEqual([]);
});

test('C10: reports what it waits for', async () => {
  const path = makePath();
  let release = (): void => undefined;
  const first = withFileLock(path, () => new Promise<void>((resolve) => (release = resolve)));
  const messages: string[] = [];
  const report = (message: string): void => {
    messages.push(message);
    release();
  };
  expect(await withFileLock(path, () => 'second', { report })).toBe('second');
  await first;
  expect(messages).toEqual([`Waiting for another postback process that holds ${path}.lock.`]);
});

test('A19: a signal ends the wait for another holder', async () => {
  const path = makePath();
  let release = (): void => undefined;
  const first = withFileLock(path, () => new Promise<void>((resolve) => (release = resolve)));
  const controller = new AbortController();
  const waiting = withFileLock(path, () => 'second', {
    report: () => controller.abort(new Error('stopped')),
    signal: controller.signal,
  });
  await expect(waiting).rejects.toThrow('stopped');
  release();
  await first;
});
