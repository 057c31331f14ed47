import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { systemClock } from '../../../src/clock.js';
import { InputError } from '../../../src/errors.js';
import type { Followed, From } from '../../../src/events/follow.js';
import { followFile } from '../../../src/events/follow.js';
import type { Checkpoint } from '../../../src/events/source-position.js';
import { SEED } from '../../kit/seed.js';
import { makeSeededRandom } from '../../kit/seeded-random.js';
import { makeFolder } from '../../kit/log.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = makeFolder();
  path = join(folder, 'events.jsonl');
});

/** A long enough head, so that files are told apart by it. */
function linesOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}-${'x'.repeat(60)}`);
}

function write(lines: readonly string[], to = path): void {
  appendFileSync(to, lines.map((line) => `${line}\n`).join(''));
}

/** Follows in the background until the test ends. */
class Follower {
  readonly lines: string[] = [];
  readonly told: string[] = [];
  place: Checkpoint | undefined;
  looks = 0;
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();

  /** @param onLines called before lines are taken */
  constructor(
    from: From = 'start',
    file = path,
    readonly onLines?: () => void,
    pollMs = 3,
  ) {
    this.ended = this.#run(
      followFile({ path: file, from, clock: systemClock, signal: this.#stop.signal, pollMs }),
    );
    this.ended.catch(() => undefined);
    onTestFinished(() => this.stop().catch(() => undefined));
  }

  async #run(followed: AsyncGenerator<Followed>): Promise<void> {
    for await (const one of followed) {
      if (one.type === 'lines') {
        this.onLines?.();
        this.lines.push(...one.lines.map(({ text }) => text));
        // As the log keeps it.
        this.place = { updatedMs: Date.now(), ...one.checkpoint };
      } else if (one.type === 'idle') this.looks++;
      else this.told.push(one.type === 'rotated' ? one.how : one.type);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  /** Resolves when it has seen so many lines, or looked in vain so often since. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  async has(expected: readonly string[]): Promise<void> {
    await this.until(() => this.lines.length >= expected.length);
    const { looks } = this;
    await this.until(() => this.looks > looks + 2);
    expect(this.lines).toEqual(expected);
  }
}

/** Reads some lines and goes away; its place. */
async function readAndLeave(lines: readonly string[]): Promise<Checkpoint> {
  write(lines);
  const follower = new Follower();
  await follower.has(lines);
  await follower.stop();
  return follower.place as Checkpoint;
}

describe('a followed file', () => {
  it('gives what is there and what is added', async () => {
    write(['one', 'two']);
    const follower = new Follower();
    await follower.has(['one', 'two']);
    write(['three']);
    await follower.has(['one', 'two', 'three']);
    expect(follower.told).toEqual([]);
  });

  it('keeps a last line without line feed until the rest of it comes', async () => {
    const follower = new Follower();
    appendFileSync(path, 'one\ntw');
    await follower.has(['one']);
    expect(follower.place?.offset).toBe(4);
    appendFileSync(path, 'o\r\nthree');
    await follower.has(['one', 'two']);
    appendFileSync(path, '\n');
    await follower.has(['one', 'two', 'three']);
    expect(follower.place).toMatchObject({ offset: 15, line: 3 });
  });

  it('may appear later, and is waited for once in words', async () => {
    const follower = new Follower();
    await follower.until(() => follower.looks > 3);
    write(['one']);
    await follower.has(['one']);
    expect(follower.told).toEqual(['waiting']);
  });

  it('may go away and come back', async () => {
    write(['one']);
    const follower = new Follower();
    await follower.has(['one']);
    rmSync(path);
    await follower.until(() => follower.told.includes('waiting'));
    write(['two']);
    await follower.has(['one', 'two']);
  });

  it('--from end begins after the last whole line', async () => {
    write(['one', 'two']);
    appendFileSync(path, 'thr');
    const follower = new Follower('end');
    await follower.until(() => follower.looks > 1);
    appendFileSync(path, 'ee\nfour\n');
    await follower.has(['three', 'four']);
    expect(follower.place).toMatchObject({ line: 4 });
  });

  it('is not a directory', async () => {
    mkdirSync(path);
    await expect(new Follower().ended).rejects.toBeInstanceOf(InputError);
  });
});

describe('rotation under the eyes of the follower', () => {
  it('by renaming: a writer may go on with the old file for a moment', async () => {
    write(['one']);
    const follower = new Follower();
    await follower.has(['one']);
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, 'two\nlast without line feed');
    await follower.has(['one', 'two', 'last without line feed']);
    write(['three']);
    await follower.has(['one', 'two', 'last without line feed', 'three']);
    expect(follower.told).toEqual(['renamed', 'waiting']);
  });

  it('by copying and truncating: what only the copy has is read from there', async () => {
    const first = linesOf('first', 40);
    write(first);
    const follower = new Follower();
    await follower.has(first);
    write(['only in the copy']);
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    write(['after']);
    await follower.has([...first, 'only in the copy', 'after']);
    expect(follower.told).toEqual(['truncated']);
  });

  it('by truncating, and what follows is longer than what was there', async () => {
    const [first, second] = [linesOf('first', 3), linesOf('second', 200)];
    write(first);
    const follower = new Follower();
    await follower.has(first);
    writeFileSync(path, second.map((line) => `${line}\n`).join(''));
    await follower.has([...first, ...second]);
  });
});

describe('rotation while nobody looked', () => {
  const [first, missed, more, current] = [
    linesOf('first', 30),
    linesOf('missed', 20),
    linesOf('more', 10),
    linesOf('current', 5),
  ];

  /** Rotated files tell their age by their times, which need a moment between them. */
  const moment = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 10));

  it.each<[string, string[], (place: Checkpoint) => Promise<void> | void]>([
    ['nothing happened', [], () => undefined],
    ['it grew', missed, () => write(missed)],
    [
      'it was renamed',
      [...missed, ...current],
      () => {
        write(missed);
        renameSync(path, `${path}.1`);
        write(current);
      },
    ],
    [
      'it was renamed twice',
      [...missed, ...more, ...current],
      async () => {
        write(missed);
        renameSync(path, `${path}.1`);
        await moment();
        write(more);
        renameSync(`${path}.1`, `${path}.2`);
        renameSync(path, `${path}.1`);
        write(current);
      },
    ],
    [
      'it was copied and truncated twice',
      [...missed, ...more, ...current],
      async () => {
        write(missed);
        copyFileSync(path, join(folder, 'events-20261120.jsonl'));
        truncateSync(path);
        await moment();
        write(more);
        copyFileSync(path, join(folder, 'events-20261121.jsonl'));
        truncateSync(path);
        write(current);
      },
    ],
    [
      'it was renamed and is not there yet',
      missed,
      () => {
        write(missed);
        renameSync(path, `${path}.1`);
      },
    ],
    [
      'it was replaced and the old one packed',
      current,
      () => {
        renameSync(path, `${path}.1.gz`);
        write(current);
      },
    ],
    [
      'other files lie in the folder',
      [...missed, ...current],
      async () => {
        write(missed);
        renameSync(path, `${path}.1`);
        await moment();
        for (const name of [
          'events-mobile.jsonl',
          'events2.jsonl',
          'events.jsonl.swp',
          'other.jsonl.1',
        ]) {
          write(linesOf('foreign', 40), join(folder, name));
        }
        write(current);
      },
    ],
  ])('%s', async (_what, expected, happen) => {
    write(linesOf('older', 40), `${path}.9`);
    await moment();
    const place = await readAndLeave(first);
    await happen(place);
    const follower = new Follower(place);
    await follower.has(expected);
    await follower.stop();
    const again = new Follower(follower.place ?? place);
    await again.has([]);
  });

  it.each<[how: string, rotate: () => void]>([
    ['renamed', () => renameSync(path, `${path}.1`)],
    [
      'copied and truncated',
      () => {
        copyFileSync(path, `${path}.1`);
        truncateSync(path);
      },
    ],
  ])('the next one is %s while the last one is still being read', async (_how, rotate) => {
    const place = await readAndLeave(first);
    write(missed);
    renameSync(path, `${path}.2`);
    await moment();
    write(more);
    const late = {
      happen: (): void => {
        late.happen = () => undefined;
        rotate();
        write(current);
      },
    };
    const follower = new Follower(place, path, () => late.happen());
    await follower.has([...missed, ...more, ...current]);
  });
});

describe('A4: rotation quicker than the follower looks', () => {
  const ROUNDS = 40;

  /** Writes as a logger does, and rotates as it or logrotate do. */
  class Writer {
    readonly written: string[] = [];
    #rotations = 0;

    constructor(readonly random: () => number) {}

    write(): void {
      const lines = linesOf(
        `round-${this.#rotations}-${this.written.length}`,
        Math.floor(this.random() * 4),
      );
      this.written.push(...lines);
      write(lines);
    }

    readonly kinds: Readonly<Record<string, () => void>> = {
      // events.jsonl.1 is the newest.
      chain: () => {
        for (let number = this.#rotations; number > 0; number--) {
          if (existsSync(`${path}.${number}`))
            renameSync(`${path}.${number}`, `${path}.${number + 1}`);
        }
        renameSync(path, `${path}.1`);
      },
      // The one with the highest number is the newest.
      rename: () => renameSync(path, `${path}-${1_000 + this.#rotations}`),
      copy: () => {
        copyFileSync(path, `${path}-${1_000 + this.#rotations}`);
        truncateSync(path);
      },
    };

    rotate(kind: string): void {
      this.#rotations++;
      if (existsSync(path)) this.kinds[kind]!();
    }
  }

  it.each(['chain', 'rename', 'copy'])(
    '%s: every line once',
    { timeout: 300_000 },
    async (kind) => {
      const random = makeSeededRandom(SEED);
      const writer = new Writer(random);
      // Files that are begun within one tick of the file system's clock cannot be told apart.
      const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 12));
      let follower = new Follower('start', path, undefined, 40);
      let place: Checkpoint | undefined;
      const read: string[] = [];
      writer.written.push('the first line');
      write(writer.written);
      await follower.until(() => follower.lines.length === 1);
      for (let round = 0; round < ROUNDS; round++) {
        for (let burst = 0; burst < 3; burst++) writer.write();
        await tick();
        writer.rotate(kind);
        if (random() < 0.15) {
          await follower.stop();
          read.push(...follower.lines);
          place = follower.place ?? place;
          follower = new Follower(place ?? 'start', path, undefined, 40);
        }
      }
      write(['the last line']);
      await follower.until(() => follower.lines.at(-1) === 'the last line');
      expect([...read, ...follower.lines]).toEqual([...writer.written, 'the last line']);
    },
  );
});
