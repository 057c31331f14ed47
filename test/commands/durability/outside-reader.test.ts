import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Bench } from '../../kit/durability.js';
import { expectDeliveredOnce, logPathOf, setUpBench } from '../../kit/durability.js';
import { makeLines } from '../../kit/events.js';

const EVENTS = 4_000;
/** Looks of the shell during a command; OUTSIDE_LOOKS=100 is the whole of it. */
const LOOKS = Number(process.env['OUTSIDE_LOOKS'] ?? 15);

const hasShell = spawnSync('sqlite3', ['--version']).status === 0;

/** What an operator does: the shell is the last to close the file, as far as it knows. */
function look(bench: Bench): void {
  const path = logPathOf(bench);
  if (existsSync(path)) spawnSync('sqlite3', [path, 'SELECT count(*) FROM request']);
}

/** Runs a command and looks into its log meanwhile. */
async function runWatched(bench: Bench, ...args: string[]): Promise<void> {
  const running = await bench.start(...args);
  running.child.stdin.end();
  for (let looks = 0; looks < LOOKS || running.child.exitCode === null; looks++) {
    look(bench);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { code, stderr } = await running.finished;
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
}

describe('A5: the sqlite3 shell beside a command', () => {
  it('leaves the log whole', { timeout: 240_000 }, async () => {
    if (!hasShell) {
      console.log('skipped: there is no sqlite3 on this machine');
      return;
    }
    const bench = await setUpBench([{ match: 'eventData', latencyMs: 60 }]);
    const file = join(bench.folder, 'events.jsonl');
    writeFileSync(file, makeLines(EVENTS, Date.now()));
    await runWatched(bench, 'backfill', file, '--yes', '--json');
    expectDeliveredOnce(bench, EVENTS);
    // What was lost of the log would be sent again.
    for (const args of [['replay', '--yes'], ['status'], ['logs'], ['stats'], ['send', file]]) {
      await runWatched(bench, ...args);
    }
    expect(bench.sandbox.state.received()).toBe(EVENTS);
    const check = spawnSync('sqlite3', [logPathOf(bench), 'PRAGMA integrity_check']);
    expect(String(check.stdout).trim()).toBe('ok');
  });
});

describe('A19: a run whose terminal goes away', () => {
  it('finishes what is in flight, records it, and ends with 143', { timeout: 60_000 }, async () => {
    const bench = await setUpBench([{ match: 'eventData', latencyMs: 400 }]);
    const file = join(bench.folder, 'events.jsonl');
    writeFileSync(file, makeLines(EVENTS, Date.now()));
    const running = await bench.start('send', file, '--json', '--concurrency', '1');
    await expect.poll(() => bench.sandbox.state.received(), { timeout: 10_000 }).toBeGreaterThan(0);
    running.child.kill('SIGHUP');
    const { code, stdout } = await running.finished;
    expect(code).toBe(143);
    const { delivered } = JSON.parse(stdout) as { delivered: number };
    expect(delivered).toBe(bench.sandbox.state.received());
  });
});
