import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import type { Bench } from '../../kit/durability.js';
import { expectDeliveredOnce, setUpBench } from '../../kit/durability.js';
import { makeLines } from '../../kit/events.js';

const EVENTS = 3;

async function setUp(): Promise<Bench> {
  const bench = await setUpBench();
  writeFileSync(join(bench.folder, 'events.jsonl'), makeLines(EVENTS, Date.now()));
  return bench;
}

/** Runs the program by a shell script that gets it as its arguments. */
async function runBy(bench: Bench, script: string, ...args: string[]) {
  const running = await bench.startBy(['sh', '-c', script, 'sh'], ...args);
  running.child.stdin.end();
  return running.finished;
}

it.skipIf(!existsSync('/dev/full'))(
  'C8: stdout that takes nothing is an error with a name, and nothing is lost',
  async () => {
    const bench = await setUp();
    for (const args of [['send', 'events.jsonl'], ['logs'], ['status'], ['stats']]) {
      const { code, stderr } = await runBy(bench, '"$@" > /dev/full', ...args, '--json');
      expect(code, stderr).toBe(1);
      expect(
        stderr
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      ).toMatchObject([{ error: { code: 'output_failed', exit: 1 } }]);
    }
    const again = await bench.run('send', 'events.jsonl', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, skips: { duplicate: EVENTS } });
    expectDeliveredOnce(bench, EVENTS);
  },
);

it.skipIf(spawnSync('sh', ['-c', 'ulimit -n 64']).status !== 0)(
  'C8: a limit of open files is named, or the command works within it',
  { timeout: 60_000 },
  async () => {
    const bench = await setUp();
    const codes = new Set<string>();
    for (const limit of [23, 24, 25, 26]) {
      const { code, stderr } = await runBy(bench, `ulimit -n ${limit}; "$@"`, 'send', 'events.jsonl', '--json');
      if (code !== 0) codes.add((JSON.parse(stderr) as { error: { code: string } }).error.code);
    }
    expect([...codes].filter((code) => code !== 'too_many_files')).toEqual([]);
    for (const args of [['send', 'events.jsonl'], ['status'], ['logs']]) {
      const { code, stderr } = await runBy(bench, 'ulimit -n 40; "$@"', ...args, '--json');
      expect(code, stderr).toBe(0);
    }
    expectDeliveredOnce(bench, EVENTS);
  },
);
