import { linkSync, openSync, closeSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { DurabilityHarness } from '../../kit/durability-harness.js';
import { makeLines } from '../../kit/events.js';
import { PROGRAM } from '../../kit/run.js';

const RECORDER = fileURLToPath(new URL('../../kit/opened-files.cjs', import.meta.url));

interface Ended {
  code: number | null;
  stderr: string;
  opened: string[];
}

/** Runs the program and lists the files that it opened other than by SQLite. */
function runRecorded(
  harness: DurabilityHarness,
  args: readonly string[],
  stdinPath?: string,
): Ended {
  const report = join(harness.folder, 'opened');
  writeFileSync(report, '');
  const stdin = stdinPath === undefined ? undefined : openSync(stdinPath, 'r');
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: harness.folder,
    stdio: [stdin ?? 'ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      POSTBACK_HOME: join(harness.folder, 'home'),
      ...harness.env,
      NODE_OPTIONS: `--require ${RECORDER}`,
      OPENED_FILES: report,
    },
  });
  if (stdin !== undefined) closeSync(stdin);
  return { code: status, stderr: String(stderr), opened: readFileSync(report, 'utf8').split('\n') };
}

/**
 * A workspace with a log, and links to its files: the log's own path, a symbolic and two hard
 * links.
 */
async function setUp(): Promise<{ harness: DurabilityHarness; names: string[] }> {
  const harness = await DurabilityHarness.create();
  const log = harness.logPath;
  writeFileSync(join(harness.folder, 'events.jsonl'), makeLines(3, Date.now()));
  expect(await harness.run('send', 'events.jsonl', '--json')).toMatchObject({ code: 0 });
  expect(await harness.run('config', 'set', 'delivery.maxAttempts', '4')).toMatchObject({
    code: 0,
  });
  symlinkSync(log, join(harness.folder, 'symbolic'));
  linkSync(log, join(harness.folder, 'hard'));
  linkSync(join(harness.folder, 'home', 'config', 'config.json'), join(harness.folder, 'settings'));
  return { harness, names: [log, 'symbolic', 'hard', 'settings'] };
}

function check({ code, stderr, opened }: Ended, exit: number, errorCode: string): void {
  expect({ code, stderr }).toMatchObject({ code: exit });
  expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
    error: { code: errorCode },
  });
  const isOwn = /(?:delivery\.db.*|symbolic|hard|settings)$/;
  expect(opened.filter((path) => isOwn.test(path))).toEqual([]);
}

const READERS: readonly (readonly string[])[] = [
  ['send', '--dry-run'],
  ['send', '--strict'],
  ['backfill', '--yes'],
  ['tail'],
  ['tail', '--dry-run'],
  ['validate'],
  ['explain'],
  ['config', 'import'],
  ['goals', 'import', '--yes'],
  ['audiences', 'sync', 'vips'],
];

const WRITERS: readonly (readonly string[])[] = [
  ['report', '--out'],
  ['send', 'events.jsonl', '--dry-run', '--requests'],
  ['config', 'export', '--force', '--out'],
  ['goals', 'export', '--force', '--out'],
];

describe('A5: a file of our own', { timeout: 300_000 }, () => {
  it('is refused as an input of every command before it is opened', async () => {
    const { harness, names } = await setUp();
    for (const name of names)
      check(runRecorded(harness, ['send', name, '--json']), 6, 'input_is_ours');
    for (const reader of READERS)
      check(runRecorded(harness, [...reader, 'hard', '--json']), 6, 'input_is_ours');
  });

  it('is refused as stdin before it is read', async () => {
    const { harness } = await setUp();
    const readers = [
      ['send', '-'],
      ['tail', '-'],
      ['validate', '-'],
      ['send', '/dev/stdin'],
    ];
    for (const reader of readers) {
      check(runRecorded(harness, [...reader, '--json'], harness.logPath), 6, 'input_is_ours');
    }
  });

  it('is refused as an output of every command before it is opened', async () => {
    const { harness, names } = await setUp();
    for (const name of names) {
      check(
        runRecorded(harness, ['send', 'events.jsonl', '--json', '--rejects', name]),
        2,
        'output_not_ours',
      );
    }
    for (const writer of WRITERS)
      check(runRecorded(harness, [...writer, 'hard', '--json']), 2, 'output_not_ours');
  });

  it('does not stand for every file in its folder', async () => {
    const { harness } = await setUp();
    const inside = join(harness.folder, 'home', 'data', 'events.jsonl');
    writeFileSync(inside, makeLines(1, Date.now()));
    expect(await harness.run('validate', inside, '--json')).toMatchObject({ code: 0 });
  });
});
