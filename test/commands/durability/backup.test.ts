import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { DurabilityHarness } from '../../kit/durability-harness.js';
import { makeLines } from '../../kit/events.js';

const EVENTS = 3_000;

it(
  'C11: copies a log that is in use whole, and the copy takes the place of the log',
  { timeout: 300_000 },
  async () => {
    const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 50 }]);
    const file = join(harness.folder, 'events.jsonl');
    writeFileSync(file, makeLines(EVENTS, Date.now()));
    const running = await harness.start('send', file, '--json', '--concurrency', '1');
    running.child.stdin.end();
    await expect
      .poll(() => harness.sandbox.state.received(), { timeout: 120_000 })
      .toBeGreaterThan(0);
    const { code, stdout } = await harness.run('logs', 'backup', 'running.db', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, workspace: 'default' });
    expect(await running.finished).toMatchObject({ code: 0 });

    const done = await harness.run('logs', 'backup', 'done.db', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ attempts: EVENTS, pending: 0 });
    expect(statSync(join(harness.folder, 'done.db')).mode & 0o777).toBe(0o600);
    expect(readdirSync(harness.folder).filter((name) => /\.db/.test(name))).toEqual([
      'done.db',
      'running.db',
    ]);
    const log = harness.logPath;
    for (const end of ['', '-wal', '-shm']) rmSync(`${log}${end}`, { force: true });
    copyFileSync(join(harness.folder, 'done.db'), log);
    const again = await harness.run('send', file, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, skips: { duplicate: EVENTS } });
    harness.expectDeliveredOnce(EVENTS);
  },
);

it(
  'C11: never replaces a file, and says when there is nothing to copy',
  { timeout: 300_000 },
  async () => {
    const harness = await DurabilityHarness.create();
    const codeOf = async (...args: string[]): Promise<unknown> => {
      const { code, stderr } = await harness.run('logs', 'backup', ...args, '--json');
      return [code, (JSON.parse(stderr) as { error: { code: string } }).error.code];
    };
    expect(await codeOf('copy.db')).toEqual([2, 'no_log']);
    writeFileSync(join(harness.folder, 'events.jsonl'), makeLines(1, Date.now()));
    expect(await harness.run('send', 'events.jsonl')).toMatchObject({ code: 0 });
    expect(await codeOf('events.jsonl')).toEqual([2, 'output_exists']);
    expect(await codeOf(join(harness.folder, 'missing', 'copy.db'))).toEqual([
      2,
      'output_unwritable',
    ]);
    expect(await codeOf(join(dirname(harness.logPath), 'copy.db'))).toEqual([2, 'output_not_ours']);
  },
);

it(
  'C11: a run refuses a log whose write-ahead file was lost after a checkpoint',
  { timeout: 300_000 },
  async () => {
    const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 300 }]);
    writeFileSync(join(harness.folder, 'first.jsonl'), makeLines(1, Date.now()));
    expect(await harness.run('send', 'first.jsonl')).toMatchObject({ code: 0 });
    writeFileSync(join(harness.folder, 'more.jsonl'), makeLines(EVENTS, Date.now()));
    const running = await harness.start('send', 'more.jsonl', '--concurrency', '1');
    await expect
      .poll(() => harness.sandbox.state.received(), { timeout: 120_000 })
      .toBeGreaterThan(1);
    running.child.kill('SIGKILL');
    await running.finished;
    rmSync(`${harness.logPath}-wal`);
    const { code, stderr } = await harness.run('send', 'more.jsonl', '--json');
    expect([code, JSON.parse(stderr)]).toMatchObject([1, { error: { code: 'log_damaged' } }]);
    // What the log still holds can be read.
    expect(await harness.run('logs', '--json')).toMatchObject({ code: 0 });
  },
);
