import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { DurabilityHarness } from '../../kit/durability-harness.js';
import { parseRows } from '../../kit/test-workspace.js';
import { makeLines } from '../../kit/events.js';
import { readLog } from '../../kit/log.js';
import type { RunningPostback } from '../../kit/run.js';

/** How long the writer writes and rotates; ROTATE_SECONDS=60 is the full run. */
const SECONDS = Number(process.env['ROTATE_SECONDS'] ?? 5);
const STEP_MS = 25;
const LINES_PER_STEP = 4;
const COUNT = ((SECONDS * 1000) / STEP_MS) * LINES_PER_STEP;

/** Slow enough that a kill finds requests that have no answer yet. */
const SLOW = [{ match: 'eventData', latencyMs: 60 }];

type Naming = 'chain' | 'dated' | 'delaycompress';

/** Gives rotated files their names, as logrotate does. */
class Rotator {
  readonly path: string;
  readonly #naming: Naming;
  /** Rotated files that exist. */
  count = 0;

  constructor(path: string, naming: Naming) {
    this.path = path;
    this.#naming = naming;
  }

  rename(): void {
    renameSync(this.path, this.#freeName());
  }

  /** Nothing is written between the copy and the truncation: every reader would lose it. */
  copyAndTruncate(): void {
    copyFileSync(this.path, this.#freeName());
    truncateSync(this.path);
  }

  #freeName(): string {
    this.count++;
    if (this.#naming === 'dated') return `${this.path}-${20_260_101_000 + this.count}`;
    for (let number = this.count - 1; number >= 1; number--) this.#shift(number);
    return `${this.path}.1`;
  }

  /** Only the newest of a chain with `delaycompress` is not packed. */
  #shift(number: number): void {
    const [from, to] = [`${this.path}.${number}`, `${this.path}.${number + 1}`];
    if (existsSync(`${from}.gz`)) renameSync(`${from}.gz`, `${to}.gz`);
    else if (this.#naming === 'delaycompress') {
      writeFileSync(`${to}.gz`, gzipSync(readFileSync(from)));
      rmSync(from);
    } else renameSync(from, to);
  }
}

function splitLines(count: number): string[] {
  return makeLines(count, Date.now()).match(/.*\n/g) as string[];
}

/**
 * Resolves once `tail` has saved a position: before it, no run knows of files that were rotated.
 */
async function untilStarted(running: RunningPostback): Promise<void> {
  await running.waitFor('stdout', /\n/);
}

/** Resolves when the sandbox holds so many conversions, or when none has come for a while. */
async function untilHeld({ sandbox }: DurabilityHarness, count: number): Promise<void> {
  for (let looks = 0, last = -1; looks < 100; looks++) {
    const held = sandbox.state.conversions().length;
    if (held >= count) return;
    if (held > last) looks = 0;
    last = held;
    await delay(100);
  }
}

/**
 * Resolves when the log holds every delivery: then a signal ends a run that has nothing left to do.
 */
async function untilLogged(harness: DurabilityHarness, count: number): Promise<void> {
  for (let looks = 0; looks < 100; looks++) {
    if (readLog(harness.logPath, { statuses: ['success'] }, 'default').length >= count) return;
    await delay(100);
  }
}

async function expectAllOnce(
  harness: DurabilityHarness,
  count: number,
  running: RunningPostback,
): Promise<void> {
  await untilHeld(harness, count);
  await untilLogged(harness, count);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.finished;
  expect(code, stderr).toBe(130);
  expect(stderr).not.toMatch(/is gone|lost/i);
  harness.expectDeliveredOnce(count);
}

describe('A4: rotations every 50 to 1,500 ms, with kills of tail in between', () => {
  it.each([
    ['rename', 'chain'],
    ['rename', 'dated'],
    ['copyAndTruncate', 'chain'],
    ['copyAndTruncate', 'dated'],
  ] as const)(
    '%s, %s: every line arrives once',
    { timeout: (SECONDS + 90) * 1000 },
    async (how, naming) => {
      const harness = await DurabilityHarness.create(SLOW);
      const { random } = harness;
      const rotator = new Rotator(join(harness.folder, 'events.jsonl'), naming);
      const lines = splitLines(COUNT);
      const pause = (leastMs: number, mostMs: number): number =>
        leastMs + random() * (mostMs - leastMs);
      const write = (): void =>
        appendFileSync(rotator.path, lines.splice(0, LINES_PER_STEP).join(''));
      write();
      let tail: RunningPostback | undefined = await harness.start('tail', rotator.path, '--json');
      await untilStarted(tail);
      let [nextRotation, nextTurn, kills] = [0, Date.now() + pause(500, 2500), 0];
      while (lines.length > 0) {
        write();
        if (Date.now() >= nextRotation) {
          rotator[how]();
          // Short pauses are the hard ones.
          nextRotation = Date.now() + 50 + 1450 * random() ** 3;
        }
        if (Date.now() >= nextTurn) {
          if (tail) {
            tail.child.kill('SIGKILL');
            await tail.finished;
            kills++;
            tail = undefined;
            nextTurn = Date.now() + pause(0, 900);
          } else {
            tail = await harness.start('tail', rotator.path, '--json');
            nextTurn = Date.now() + pause(500, 4000);
          }
        }
        await delay(STEP_MS);
      }
      tail ??= await harness.start('tail', rotator.path, '--json');
      await expectAllOnce(harness, COUNT, tail);
      console.log(`${how} ${naming}: ${COUNT} lines, ${rotator.count} rotations, ${kills} kills`);
      expect(Math.min(rotator.count, kills)).toBeGreaterThan(0);
    },
  );
});

/** Delivers 10 of 60 lines, kills tail, and rotates five times, each time after 10 more lines. */
async function rotateWhileDown(
  harness: DurabilityHarness,
  rotator: Rotator,
  how: 'rename' | 'copyAndTruncate',
): Promise<void> {
  const lines = splitLines(60);
  appendFileSync(rotator.path, lines.splice(0, 10).join(''));
  const first = await harness.start('tail', rotator.path, '--json');
  await untilHeld(harness, 10);
  await untilLogged(harness, 10);
  first.child.kill('SIGKILL');
  await first.finished;
  while (lines.length > 0) {
    appendFileSync(rotator.path, lines.splice(0, 10).join(''));
    if (lines.length > 0) rotator[how]();
    await delay(15);
  }
}

describe('A4: several rotations while tail is down', () => {
  it.each([
    ['rename', 'chain'],
    ['rename', 'dated'],
    ['copyAndTruncate', 'chain'],
    ['copyAndTruncate', 'dated'],
  ] as const)('%s, %s: every line arrives once', { timeout: 300_000 }, async (how, naming) => {
    const harness = await DurabilityHarness.create();
    const rotator = new Rotator(join(harness.folder, 'events.jsonl'), naming);
    await rotateWhileDown(harness, rotator, how);
    const again = await harness.start('tail', rotator.path, '--json');
    await expectAllOnce(harness, 60, again);
  });

  it.each([
    ['rename', []],
    ['copyAndTruncate', ['--json']],
  ] as const)(
    '%s, packed meanwhile: tail says what it cannot read, and send of the packed files completes it',
    { timeout: 300_000 },
    async (how, flags) => {
      const harness = await DurabilityHarness.create();
      const rotator = new Rotator(join(harness.folder, 'events.jsonl'), 'delaycompress');
      await rotateWhileDown(harness, rotator, how);
      const again = await harness.start('tail', rotator.path, ...flags);
      await untilHeld(harness, 30);
      again.child.kill('SIGINT');
      const { stdout, stderr } = await again.finished;
      if (flags.length > 0)
        expect(parseRows(stdout).at(-1)).toMatchObject({ warnings: { unread_file: 1 } });
      else
        expect(stderr).toMatch(
          /is gone \(removed or packed\)[^]*Run postback send on the packed files/,
        );
      const packed = readdirSync(harness.folder).filter((name) => name.endsWith('.gz'));
      expect(packed).toHaveLength(3);
      const sent = await harness.run('send', ...packed.map((name) => join(harness.folder, name)));
      expect(sent.code, sent.stderr).toBe(0);
      harness.expectDeliveredOnce(60);
    },
  );

  it(
    'one rotation of a chain that packs: every line arrives once',
    { timeout: 300_000 },
    async () => {
      const harness = await DurabilityHarness.create();
      const rotator = new Rotator(join(harness.folder, 'events.jsonl'), 'delaycompress');
      const lines = splitLines(40);
      const write = (): void => appendFileSync(rotator.path, lines.splice(0, 10).join(''));
      write();
      const first = await harness.start('tail', rotator.path, '--json');
      await untilHeld(harness, 10);
      rotator.rename();
      write();
      await untilHeld(harness, 20);
      await untilLogged(harness, 20);
      first.child.kill('SIGKILL');
      await first.finished;
      write();
      rotator.rename();
      write();
      const again = await harness.start('tail', rotator.path, '--json');
      await expectAllOnce(harness, 40, again);
    },
  );
});

describe('A4: a symbolic link that is switched to a new file', () => {
  it.each([
    ['named as rotated files are', (day: number) => `events-2026112${day}.jsonl`],
    ['named otherwise', (day: number) => `day${day}.log`],
  ])('%s: every line arrives once', { timeout: 300_000 }, async (_title, nameOf) => {
    const harness = await DurabilityHarness.create();
    const link = join(harness.folder, 'events.jsonl');
    const lines = splitLines(60);
    const switchTo = (day: number): void => {
      appendFileSync(join(harness.folder, nameOf(day)), '');
      rmSync(link, { force: true });
      symlinkSync(nameOf(day), link);
    };
    const write = (): void => appendFileSync(link, lines.splice(0, 10).join(''));
    switchTo(1);
    write();
    const first = await harness.start('tail', link, '--json');
    await untilHeld(harness, 10);
    write();
    switchTo(2);
    write();
    await untilHeld(harness, 30);
    // Back to the first, and forth again.
    switchTo(1);
    write();
    await untilHeld(harness, 40);
    switchTo(2);
    write();
    await untilHeld(harness, 50);
    await untilLogged(harness, 50);
    first.child.kill('SIGKILL');
    await first.finished;
    switchTo(3);
    write();
    const again = await harness.start('tail', link, '--json');
    await expectAllOnce(harness, 60, again);
  });
});
