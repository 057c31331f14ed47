import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { unpackEntries } from '../../../src/log/packing.js';
import type { Bench } from '../../kit/durability.js';
import { expectDeliveredOnce, feed, killWhen, logPathOf, runUntilDone, setUpBench } from '../../kit/durability.js';
import { steer, type RunSummary } from '../../kit/errand.js';
import { makeLines } from '../../kit/events.js';

const CALLS = 'eventData';
const REPLAY = ['replay', '--state', 'pending', '--all', '--yes', '--json'];

/** Resolves when the log holds the facts of so many postbacks. */
async function untilRecorded(bench: Bench, count: number): Promise<void> {
  for (;;) {
    await delay(15);
    if (!existsSync(logPathOf(bench))) continue;
    const database = new DatabaseSync(logPathOf(bench));
    try {
      const rows = database.prepare('SELECT network, entries FROM flight JOIN cargo ON flight = flight.id').all();
      const entries = rows.flatMap((row) => unpackEntries(row.entries, row.network));
      if (new Set(entries.map(({ postback }) => postback.id)).size >= count) return;
    } catch {
      // The tables are being made.
    } finally {
      database.close();
    }
  }
}

async function replayAll(bench: Bench): Promise<RunSummary> {
  const { code, stdout, stderr } = await bench.run(...REPLAY);
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as RunSummary;
}

describe('send -', () => {
  it('killed while the network is slow: what was read is in the log, and replay delivers each line', async () => {
    const bench = await setUpBench([{ match: CALLS, latencyMs: 60_000 }]);
    const lines = makeLines(230, Date.now()).match(/.*\n/g) as string[];
    const running = await bench.start('send', '-', '--json', '--concurrency', '1');
    for (let start = 0; start < lines.length; start += 23) {
      await feed(running, lines.slice(start, start + 23).join(''));
      await delay(5);
    }
    await untilRecorded(bench, 230);
    running.child.kill('SIGKILL');
    await running.finished;
    await steer(bench.sandbox, 'DELETE', '/faults');
    expect(await replayAll(bench)).toMatchObject({ delivered: 230, failed: 0, pending: 0 });
    expectDeliveredOnce(bench, 230);
  });

  it('killed again and again while it is fed: no line is lost that was read, and none counted twice', async () => {
    const bench = await setUpBench([
      { match: CALLS, latencyMs: 20 },
      { match: CALLS, drop: 'after', rate: 0.1 },
    ]);
    const count = 3000;
    const text = makeLines(count, Date.now());
    const file = join(bench.folder, 'events.jsonl');
    writeFileSync(file, text);
    const { state } = bench.sandbox;
    for (let kill = 1; kill <= 4; kill++) {
      const running = await bench.start('send', '-', '--json');
      const moment = (kill - Math.random()) * (count / 5);
      const killed = killWhen(running, () => state.received() >= moment);
      const run = { isOver: false };
      void killed.then(() => (run.isOver = true));
      for (let start = 0; start < text.length && !run.isOver; start += 40_000) {
        await feed(running, text.slice(start, start + 40_000));
      }
      running.child.stdin.end();
      await killed;
    }
    await runUntilDone(() => bench.run(...REPLAY));
    // What nobody had read yet is in the file still.
    await runUntilDone(() => bench.run('send', file, '--json'));
    expectDeliveredOnce(bench, count);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s drains though stdin stays open, says what waits, and replay has it', async (signal, exit) => {
    const bench = await setUpBench([{ match: CALLS, latencyMs: 300 }]);
    const running = await bench.start('send', '-', '--json', '--concurrency', '1');
    await feed(running, makeLines(450, Date.now()));
    await untilRecorded(bench, 450);
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr).toBe(exit);
    const summary = JSON.parse(stdout) as RunSummary;
    expect(summary).toMatchObject({ lines: 450, postbacks: 450, failed: 0 });
    expect(summary.pending).toBeGreaterThan(0);
    expect(summary.waiting['stopped']).toBe(summary.pending);
    expect(summary.delivered).toBe(bench.sandbox.state.received());
    await steer(bench.sandbox, 'DELETE', '/faults');
    expect(await replayAll(bench)).toMatchObject({ delivered: summary.pending, pending: 0 });
    expect(bench.sandbox.state.received()).toBe(450);
    expectDeliveredOnce(bench, 450);
  });

  it('the second signal leaves at once, and replay has what was on its way', async () => {
    const bench = await setUpBench([{ match: CALLS, latencyMs: 60_000 }]);
    const running = await bench.start('send', '-');
    await feed(running, makeLines(150, Date.now()));
    await untilRecorded(bench, 150);
    running.child.kill('SIGINT');
    await running.waitFor('stderr', /Ctrl-C again/);
    running.child.kill('SIGINT');
    expect((await running.finished).code).toBe(130);
    await steer(bench.sandbox, 'DELETE', '/faults');
    expect(await replayAll(bench)).toMatchObject({ delivered: 150, pending: 0 });
    expectDeliveredOnce(bench, 150);
  });

  it('end of input drains', async () => {
    const bench = await setUpBench([{ match: CALLS, latencyMs: 100 }]);
    const running = await bench.start('send', '-', '--json');
    await feed(running, makeLines(330, Date.now()));
    running.child.stdin.end();
    const { code, stdout } = await running.finished;
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { delivered: 330, pending: 0 }]);
    expectDeliveredOnce(bench, 330);
  });
});
