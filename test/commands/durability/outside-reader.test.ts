import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { DurabilityHarness } from '../../kit/durability-harness.js';
import { makeLines, makeUuid } from '../../kit/events.js';
import { readLog } from '../../kit/log.js';
import type { RunningPostback } from '../../kit/run.js';

const EVENTS = 4_000;
/** Looks of the shell during a command; OUTSIDE_LOOKS=100 is the whole of it. */
const LOOKS = Number(process.env['OUTSIDE_LOOKS'] ?? 15);

const FEW_EVENTS = 600;
const LONG = { timeout: 240_000 };
const PEOPLE = Array.from(
  { length: 200 },
  (_, number) =>
    `${JSON.stringify({ externalUserId: `p-${number}`, email: `p${number}@example.com`, country: 'US' })}\n`,
).join('');

const hasShell = spawnSync('sqlite3', ['--version']).status === 0;

/** What an operator does: the shell is the last to close the file, as far as it knows. */
function look(path: string | undefined): boolean {
  if (path === undefined || !existsSync(path)) return false;
  return spawnSync('sqlite3', [path, 'SELECT count(*) FROM attempts']).status === 0;
}

/**
 * Looks into the log until a command has ended, and at least LOOKS times. Returns how many looks
 * found a log.
 */
async function lookUntilEnded(
  { child }: RunningPostback,
  findPath: () => string | undefined,
): Promise<number> {
  let found = 0;
  for (
    let looks = 0;
    looks < LOOKS || (child.exitCode === null && child.signalCode === null);
    looks++
  ) {
    if (look(findPath())) found++;
    await delay(10);
  }
  return found;
}

/** Runs a command and looks into its log meanwhile. */
async function runWatched(harness: DurabilityHarness, ...args: string[]): Promise<number> {
  const running = await harness.start(...args);
  running.child.stdin.end();
  const found = await lookUntilEnded(running, () => harness.logPath);
  const { code, stderr } = await running.finished;
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  return found;
}

function checkIntegrity(path: string): string {
  return String(spawnSync('sqlite3', [path, 'PRAGMA integrity_check']).stdout).trim();
}

function findLogs(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('delivery.db'))
    .map((name) => join(folder, name));
}

/** Resolves when the log holds so many deliveries. */
async function untilDelivered(harness: DurabilityHarness, count: number): Promise<void> {
  await expect
    .poll(() => readLog(harness.logPath, { statuses: ['success'] }, 'default').length, {
      timeout: 60_000,
    })
    .toBe(count);
}

describe('A5: the sqlite3 shell next to a running command', () => {
  it('leaves the log whole', { timeout: 240_000 }, async () => {
    if (!hasShell) {
      console.log('skipped: there is no sqlite3 on this machine');
      return;
    }
    const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 60 }]);
    const file = join(harness.folder, 'events.jsonl');
    writeFileSync(file, makeLines(EVENTS, Date.now()));
    await runWatched(harness, 'backfill', file, '--yes', '--json');
    harness.expectDeliveredOnce(EVENTS);
    // What was lost of the log would be sent again.
    for (const args of [['replay', '--yes'], ['status'], ['logs'], ['stats'], ['send', file]]) {
      await runWatched(harness, ...args);
    }
    expect(harness.sandbox.state.received()).toBe(EVENTS);
    expect(checkIntegrity(harness.logPath)).toBe('ok');
  });

  it(
    'leaves the log whole while the shell reads it during tail, report, explain, erase, doctor, audiences and test',
    LONG,
    async () => {
      if (!hasShell) {
        console.log('skipped: there is no sqlite3 on this machine');
        return;
      }
      const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 60 }]);
      const file = join(harness.folder, 'events.jsonl');
      writeFileSync(file, makeLines(FEW_EVENTS, Date.now()));
      const tail = await harness.start('tail', file, '--json');
      const ended = lookUntilEnded(tail, () => harness.logPath);
      await untilDelivered(harness, FEW_EVENTS);
      tail.child.kill('SIGINT');
      const found = [await ended];
      expect((await tail.finished).code).toBe(130);
      harness.expectDeliveredOnce(FEW_EVENTS);

      const people = join(harness.folder, 'people.jsonl');
      writeFileSync(people, PEOPLE);
      const list = [
        '--name',
        'High value players',
        '--external-id',
        'high-value',
        '--country',
        'US',
      ];
      for (const args of [
        ['report', '--out', join(harness.folder, 'page.html')],
        ['explain', `${file}:1`],
        ['explain', makeUuid(1)],
        ['audiences', 'create', ...list],
        ['audiences', 'sync', 'high-value', people],
        ['test', '--live', '--yes'],
        ['doctor'],
        ['erase', '--user-id', 'player-1', '--yes'],
        ['send', file],
      ]) {
        found.push(await runWatched(harness, ...args));
      }
      // All of the lines, and one of `test`.
      expect(harness.sandbox.state.received()).toBe(FEW_EVENTS + 1);
      expect(checkIntegrity(harness.logPath)).toBe('ok');
      expect(Math.min(...found)).toBeGreaterThan(0);
      console.log(`looks that found the log: ${found.join(', ')}`);
    },
  );

  it('leaves the log of a demo whole', LONG, async () => {
    if (!hasShell) {
      console.log('skipped: there is no sqlite3 on this machine');
      return;
    }
    const harness = await DurabilityHarness.create();
    const folder = join(harness.folder, 'kept');
    const running = await harness.start('demo', '--keep', folder, '--json');
    running.child.stdin.end();
    const found = await lookUntilEnded(running, () => findLogs(folder)[0]);
    const { code, stderr } = await running.finished;
    expect(code, stderr).toBe(0);
    expect(found).toBeGreaterThan(0);
    expect(findLogs(folder).map(checkIntegrity)).toEqual(['ok']);
  });
});

describe('A19: a run whose terminal goes away', () => {
  it(
    'finishes what is in flight, records it, and ends with 143',
    { timeout: 300_000 },
    async () => {
      const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 400 }]);
      const file = join(harness.folder, 'events.jsonl');
      writeFileSync(file, makeLines(EVENTS, Date.now()));
      const running = await harness.start('send', file, '--json', '--concurrency', '1');
      await expect
        .poll(() => harness.sandbox.state.received(), { timeout: 120_000 })
        .toBeGreaterThan(0);
      running.child.kill('SIGHUP');
      const { code, stdout } = await running.finished;
      expect(code).toBe(143);
      const { delivered } = JSON.parse(stdout) as { delivered: number };
      expect(delivered).toBe(harness.sandbox.state.received());
    },
  );
});
