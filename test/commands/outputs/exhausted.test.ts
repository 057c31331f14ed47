import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { DurabilityHarness } from '../../kit/durability-harness.js';
import { makeLines } from '../../kit/events.js';

const EVENTS = 3;

async function setUp(): Promise<DurabilityHarness> {
  const harness = await DurabilityHarness.create();
  writeFileSync(join(harness.folder, 'events.jsonl'), makeLines(EVENTS, Date.now()));
  return harness;
}

/** Code of the error at the end of stderr; Node and oclif may warn before it. */
function codeOf(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) as string;
  return (JSON.parse(last) as { error: { code: string } }).error.code;
}

/** Runs the program by a shell script that gets it as its arguments. */
async function runBy(harness: DurabilityHarness, script: string, ...args: string[]) {
  const running = await harness.startBy(['sh', '-c', script, 'sh'], ...args);
  running.child.stdin.end();
  return running.finished;
}

it.skipIf(!existsSync('/dev/full'))(
  'C8: stdout that takes nothing is an error with a name, and nothing is lost',
  async () => {
    const harness = await setUp();
    for (const args of [['send', 'events.jsonl'], ['logs'], ['status'], ['stats']]) {
      const { code, stderr } = await runBy(harness, '"$@" > /dev/full', ...args, '--json');
      expect(code, stderr).toBe(1);
      expect(
        stderr
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      ).toMatchObject([{ error: { code: 'output_failed', exit: 1 } }]);
    }
    const again = await harness.run('send', 'events.jsonl', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, skips: { duplicate: EVENTS } });
    harness.expectDeliveredOnce(EVENTS);
  },
);

it.skipIf(spawnSync('sh', ['-c', 'ulimit -n 64']).status !== 0)(
  'C8: a limit of open files is named, or the command works within it',
  { timeout: 300_000 },
  async () => {
    const harness = await setUp();
    const codes = new Set<string>();
    for (const limit of [19, 20, 21, 22, 23, 24, 25, 26]) {
      const { code, stderr } = await runBy(
        harness,
        `ulimit -n ${limit}; "$@"`,
        'send',
        'events.jsonl',
        '--json',
      );
      if (code !== 0) codes.add(codeOf(stderr));
    }
    expect([...codes].filter((code) => code !== 'too_many_files')).toEqual([]);
    for (const args of [['send', 'events.jsonl'], ['status'], ['logs']]) {
      const { code, stderr } = await runBy(harness, 'ulimit -n 40; "$@"', ...args, '--json');
      expect(code, stderr).toBe(0);
    }
    harness.expectDeliveredOnce(EVENTS);
  },
);
