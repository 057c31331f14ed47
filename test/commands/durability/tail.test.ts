import {
  appendFileSync,
  copyFileSync,
  existsSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';

import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { DurabilityHarness, feed } from '../../kit/durability-harness.js';
import { parseRows, type Row } from '../../kit/test-workspace.js';
import { makeLines } from '../../kit/events.js';
import { readLog } from '../../kit/log.js';
import type { RunningPostback } from '../../kit/run.js';

/** How long the writer writes; TAIL_SECONDS=60 is the whole of it. */
const SECONDS = Number(process.env['TAIL_SECONDS'] ?? 12);
const BURSTS_PER_SECOND = 20;
const LINES_PER_BURST = 10;
const COUNT = SECONDS * BURSTS_PER_SECOND * LINES_PER_BURST;

/** Slow enough that a kill finds something on its way. */
const FAULTS: FaultRule[] = [
  { match: 'eventData', latencyMs: 150 },
  { match: 'eventData', drop: 'after', rate: 0.05 },
];

/**
 * Writes lines in bursts, the last of most bursts in two pieces; rotates as log writers and
 * logrotate do.
 */
class Writer {
  readonly path: string;
  readonly #lines: string[];
  #torn = '';
  #rotations = 0;

  constructor(
    path: string,
    lines: string[],
    readonly random: () => number,
  ) {
    this.path = path;
    this.#lines = lines;
  }

  get isDone(): boolean {
    return this.#lines.length === 0;
  }

  write(): void {
    const text = this.#torn + this.#lines.splice(0, LINES_PER_BURST).join('');
    const cut =
      this.isDone || this.random() < 0.2
        ? text.length
        : text.length - 1 - Math.floor(this.random() * 80);
    this.#torn = text.slice(cut);
    appendFileSync(this.path, text.slice(0, cut));
  }

  /** The rest of a torn line goes where its beginning went. */
  rename(): void {
    const rotated = this.#nextName();
    renameSync(this.path, rotated);
    appendFileSync(rotated, this.#torn);
    this.#torn = '';
  }

  /** A line torn between copy and truncation would be lost to every reader. */
  copyAndTruncate(): void {
    appendFileSync(this.path, this.#torn);
    this.#torn = '';
    copyFileSync(this.path, this.#nextName());
    truncateSync(this.path);
  }

  #nextName(): string {
    this.#rotations++;
    const name = `${this.path}.${this.#rotations}`;
    expect(existsSync(name)).toBe(false);
    return name;
  }
}

/** The rows of a tail, without the summary at its end. */
function attemptsOf(stdout: string): Row[] {
  return parseRows(stdout).filter((row) => 'eventId' in row);
}

const EXITS = { SIGKILL: null, SIGINT: 130, SIGTERM: 143 };

/** What happens at which part of the writing. */
function schedule(
  harness: DurabilityHarness,
  writer: Writer,
  tail: { now: RunningPostback },
): [part: number, what: () => Promise<void> | void][] {
  const restart = async (): Promise<void> => {
    tail.now = await harness.start('tail', writer.path, '--json');
  };
  const end = async (signal: keyof typeof EXITS): Promise<void> => {
    // It is at work: before that a signal finds nobody who would drain.
    await tail.now.waitFor('stdout', /\n/);
    tail.now.child.kill(signal);
    const { code, stderr } = await tail.now.finished;
    expect(code, stderr).toBe(EXITS[signal]);
  };
  return [
    [0.08, () => writer.rename()],
    [0.16, () => writer.copyAndTruncate()],
    [0.24, () => end('SIGKILL')],
    [0.28, restart],
    [0.36, () => end('SIGINT')],
    [0.38, () => writer.rename()],
    [0.44, restart],
    [0.52, () => end('SIGKILL')],
    [0.54, () => writer.copyAndTruncate()],
    [0.58, restart],
    [
      0.68,
      async () => {
        writer.rename();
        await delay(800);
      },
    ],
    [0.76, () => end('SIGTERM')],
    [0.77, () => writer.rename()],
    [0.8, () => writer.rename()],
    [0.82, restart],
    [0.9, () => writer.copyAndTruncate()],
  ];
}

/** Resolves when so many deliveries are in the log, or nothing has come for a while. */
async function untilLogged(harness: DurabilityHarness, count: number): Promise<void> {
  for (let looks = 0, last = -1; looks < 40; looks++) {
    const logged = readLog(harness.logPath, { statuses: ['success'] }, 'default').length;
    if (logged >= count) return;
    if (logged > last) looks = 0;
    last = logged;
    await delay(250);
  }
}

async function untilHeld(
  { sandbox }: DurabilityHarness,
  count: number,
  { finished }: RunningPostback,
): Promise<void> {
  const run = { isOver: false };
  void finished.then(() => (run.isOver = true));
  while (sandbox.state.conversions().length < count && !run.isOver) await delay(20);
}

describe('tail', () => {
  it(
    `delivers all of ${COUNT} lines once through rotation, truncation, kills and restarts`,
    { timeout: (SECONDS + 60) * 1000 },
    async () => {
      const harness = await DurabilityHarness.create(FAULTS);
      // Chance may strike one request five times in a row, and a tail that goes on would not come
      // back to it.
      harness.env['POSTBACK_MAX_ATTEMPTS'] = '20';
      const lines = makeLines(COUNT, Date.now()).match(/.*\n/g) as string[];
      const writer = new Writer(join(harness.folder, 'events.jsonl'), lines, harness.random);
      const tail = { now: await harness.start('tail', writer.path, '--json') };
      const plan = schedule(harness, writer, tail);
      const bursts = COUNT / LINES_PER_BURST;
      // Without a place nobody could know of a file that was rotated before the first look.
      writer.write();
      await untilCheckpointIsSaved(harness, writer.path);
      for (let burst = 0; !writer.isDone; burst++) {
        while (plan[0] && burst >= plan[0][0] * bursts) await plan.shift()?.[1]();
        writer.write();
        await delay(1000 / BURSTS_PER_SECOND);
      }
      expect(plan).toEqual([]);
      await untilLogged(harness, COUNT);
      tail.now.child.kill('SIGINT');
      const { code, stdout, stderr } = await tail.now.finished;
      expect(code, stderr).toBe(130);
      const statuses = new Set(attemptsOf(stdout).map(({ status }) => status));
      expect(['success', 'retried']).toEqual(expect.arrayContaining([...statuses]));
      harness.expectDeliveredOnce(COUNT);
    },
  );

  it.each([
    ['start', [0, 1, 2, 3]],
    ['end', [2, 3]],
    ['last', [0, 1, 2, 3]],
  ])('--from %s', async (from, expected) => {
    const harness = await DurabilityHarness.create();
    const file = join(harness.folder, 'events.jsonl');
    const lines = makeLines(4, Date.now()).match(/.*\n/g) as string[];
    writeFileSync(file, lines.slice(0, 2).join(''));
    const running = await harness.start('tail', file, '--json', '--from', from);
    if (from === 'end') await untilCheckpointIsSaved(harness, file);
    appendFileSync(file, lines.slice(2).join(''));
    await untilHeld(harness, expected.length, running);
    running.child.kill('SIGINT');
    const { stdout, stderr } = await running.finished;
    const ids = attemptsOf(stdout).map(({ eventId }) => Number.parseInt(eventId.slice(-12), 16));
    expect(ids.toSorted(), stderr).toEqual(expected);
    // Stopped and started again it goes on where it was, and has nothing to do.
    const again = await harness.start('tail', file, '--json');
    appendFileSync(file, makeLines(5, Date.now()).match(/.*\n/g)?.at(-1) as string);
    await untilHeld(harness, expected.length + 1, again);
    again.child.kill('SIGTERM');
    const { code, stdout: rest } = await again.finished;
    expect([code, attemptsOf(rest).length]).toEqual([143, 1]);
  });

  it('of stdin delivers as lines arrive and ends with it', async () => {
    const harness = await DurabilityHarness.create();
    const lines = makeLines(3, Date.now()).match(/.*\n/g) as string[];
    const running = await harness.start('tail', '-');
    await feed(running, lines[0] as string);
    await running.waitFor('stdout', /success.*00000000-0000-4000-8000-000000000000/);
    await feed(running, (lines[1] as string) + 'no JSON\n' + (lines[2] as string).trimEnd());
    running.child.stdin.end();
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr).toBe(3);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stderr).toMatch(/stdin:3/);
    expect(stderr).toMatch(/3 delivered/);
    harness.expectDeliveredOnce(3);
  });
});

/** Waits until the checkpoint is in the log: lines written from now on follow it. */
async function untilCheckpointIsSaved(harness: DurabilityHarness, file: string): Promise<void> {
  for (;;) {
    await delay(20);
    if (!existsSync(harness.logPath)) continue;
    const database = new DatabaseSync(harness.logPath);
    try {
      if (database.prepare('SELECT 1 FROM checkpoint WHERE path = ?').get(file) !== undefined)
        return;
    } catch {
      // The tables are being made.
    } finally {
      database.close();
    }
  }
}
