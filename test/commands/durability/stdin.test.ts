import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { unpackEntries } from '../../../src/log/packed/packing.js';
import { DurabilityHarness, feed, killWhen, runUntilDone } from '../../kit/durability-harness.js';
import { type RunSummary, steer } from '../../kit/test-workspace.js';
import { makeLines } from '../../kit/events.js';

const CALLS = 'eventData';
const REPLAY = ['replay', '--state', 'pending', '--all', '--yes', '--json'];

/** Resolves when the log holds the facts of so many postbacks. */
async function untilRecorded(harness: DurabilityHarness, count: number): Promise<void> {
  for (;;) {
    await delay(15);
    if (!existsSync(harness.logPath)) continue;
    const database = new DatabaseSync(harness.logPath);
    try {
      const rows = database
        .prepare('SELECT network, entries FROM batch JOIN batch_payload ON batch = batch.id')
        .all();
      const entries = rows.flatMap((row) => unpackEntries(row.entries, row.network));
      if (new Set(entries.map(({ postback }) => postback.id)).size >= count) return;
    } catch {
      // The tables are being made.
    } finally {
      database.close();
    }
  }
}

async function replayAll(harness: DurabilityHarness): Promise<RunSummary> {
  const { code, stdout, stderr } = await harness.run(...REPLAY);
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as RunSummary;
}

describe('send -', () => {
  it('killed while the network is slow: what was read is in the log, and replay delivers each line', async () => {
    const harness = await DurabilityHarness.create([{ match: CALLS, latencyMs: 60_000 }]);
    const lines = makeLines(230, Date.now()).match(/.*\n/g) as string[];
    const running = await harness.start('send', '-', '--json', '--concurrency', '1');
    for (let start = 0; start < lines.length; start += 23) {
      await feed(running, lines.slice(start, start + 23).join(''));
      await delay(5);
    }
    await untilRecorded(harness, 230);
    running.child.kill('SIGKILL');
    await running.finished;
    await steer(harness.sandbox, 'DELETE', '/faults');
    expect(await replayAll(harness)).toMatchObject({ delivered: 230, failed: 0, pending: 0 });
    harness.expectDeliveredOnce(230);
  });

  it('killed again and again while it is fed: no line is lost that was read, and none counted twice', async () => {
    const harness = await DurabilityHarness.create([
      { match: CALLS, latencyMs: 20 },
      { match: CALLS, drop: 'after', rate: 0.1 },
    ]);
    const count = 3000;
    const text = makeLines(count, Date.now());
    const file = join(harness.folder, 'events.jsonl');
    writeFileSync(file, text);
    const { state } = harness.sandbox;
    for (let kill = 1; kill <= 4; kill++) {
      const running = await harness.start('send', '-', '--json');
      const moment = (kill - harness.random()) * (count / 5);
      const killed = killWhen(running, () => state.received() >= moment);
      const run = { isOver: false };
      void killed.then(() => (run.isOver = true));
      for (let start = 0; start < text.length && !run.isOver; start += 40_000) {
        await feed(running, text.slice(start, start + 40_000));
      }
      running.child.stdin.end();
      await killed;
    }
    await runUntilDone(() => harness.run(...REPLAY));
    // What nobody had read yet is in the file still.
    await runUntilDone(() => harness.run('send', file, '--json'));
    harness.expectDeliveredOnce(count);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s drains though stdin stays open, says what waits, and replay has it',
    async (signal, exit) => {
      const harness = await DurabilityHarness.create([{ match: CALLS, latencyMs: 300 }]);
      const running = await harness.start('send', '-', '--json', '--concurrency', '1');
      await feed(running, makeLines(450, Date.now()));
      await untilRecorded(harness, 450);
      running.child.kill(signal);
      const { code, stdout, stderr } = await running.finished;
      expect(code, stderr).toBe(exit);
      const summary = JSON.parse(stdout) as RunSummary;
      expect(summary).toMatchObject({ lines: 450, postbacks: 450, failed: 0 });
      expect(summary.pending).toBeGreaterThan(0);
      expect(summary.waiting['stopped']).toBe(summary.pending);
      expect(summary.delivered).toBe(harness.sandbox.state.received());
      await steer(harness.sandbox, 'DELETE', '/faults');
      expect(await replayAll(harness)).toMatchObject({ delivered: summary.pending, pending: 0 });
      expect(harness.sandbox.state.received()).toBe(450);
      harness.expectDeliveredOnce(450);
    },
  );

  it('the second signal leaves at once, and replay has what was on its way', async () => {
    const harness = await DurabilityHarness.create([{ match: CALLS, latencyMs: 60_000 }]);
    const running = await harness.start('send', '-');
    await feed(running, makeLines(150, Date.now()));
    await untilRecorded(harness, 150);
    running.child.kill('SIGINT');
    await running.waitFor('stderr', /Ctrl-C again/);
    running.child.kill('SIGINT');
    expect((await running.finished).code).toBe(130);
    await steer(harness.sandbox, 'DELETE', '/faults');
    expect(await replayAll(harness)).toMatchObject({ delivered: 150, pending: 0 });
    harness.expectDeliveredOnce(150);
  });

  it('end of input drains', async () => {
    const harness = await DurabilityHarness.create([{ match: CALLS, latencyMs: 100 }]);
    const running = await harness.start('send', '-', '--json');
    await feed(running, makeLines(330, Date.now()));
    running.child.stdin.end();
    const { code, stdout } = await running.finished;
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { delivered: 330, pending: 0 }]);
    harness.expectDeliveredOnce(330);
  });
});
