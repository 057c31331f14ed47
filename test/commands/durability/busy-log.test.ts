import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { openDatabase } from '../../../src/log/sqlite/database/database.js';
import { LONGEST_WAIT_MS } from '../../../src/log/sqlite/database/database-faults.js';
import type { RunningPostback } from '../../kit/run.js';
import { DurabilityHarness } from '../../kit/durability-harness.js';
import { makeLines } from '../../kit/events.js';

const EVENTS = 2_000;
/**
 * Longer than a commit under load takes. How much longer a sender would wait is the busy timeout of
 * its connection, which SQLite counts on a clock that nobody can move.
 */
const HELD_MS = 2_000;

it(
  'A20: two senders wait for a writer that holds the log for long',
  { timeout: 300_000 },
  async () => {
    const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 100 }]);
    const lines = makeLines(EVENTS, Date.now()).match(/.*\n/g) as string[];
    const senders: RunningPostback[] = [];
    for (const half of [0, 1]) {
      const file = join(harness.folder, `half-${half}.jsonl`);
      writeFileSync(file, lines.filter((_, index) => index % 2 === half).join(''));
      const sender = await harness.start('send', file, '--json', '--concurrency', '1');
      sender.child.stdin.end();
      senders.push(sender);
    }
    await expect
      .poll(() => harness.sandbox.state.received(), { timeout: 120_000 })
      .toBeGreaterThan(0);
    // In this process, which has no other connection to the file: closing it drops no lock of
    // theirs.
    const lockOwner = openDatabase(harness.logPath, 'normal');
    expect(lockOwner.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: LONGEST_WAIT_MS });
    lockOwner.exec('BEGIN IMMEDIATE');
    await delay(HELD_MS);
    expect(senders.map(({ child }) => child.exitCode)).toEqual([null, null]);
    lockOwner.exec('COMMIT');
    lockOwner.close();
    for (const { finished } of senders) {
      const { code, stdout, stderr } = await finished;
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ delivered: EVENTS / 2, pending: 0, failed: 0 });
    }
    harness.expectDeliveredOnce(EVENTS);
  },
);
