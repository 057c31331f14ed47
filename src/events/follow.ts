import type { Clock } from '../clock.js';
import { explainReadFault } from './input-faults.js';
import type { Line } from './line-splitter.js';
import { identify, OpenFile } from './open-file.js';
import type { Checkpoint } from './source-position.js';
import { Succession } from './rotation.js';

/**
 * Where to begin: at the first line, after the last one, or at a checkpoint (if unusable, at the
 * first line).
 */
export type From = 'start' | 'end' | Checkpoint;

export interface FollowOptions {
  path: string;
  from: From;
  clock: Clock;
  signal: AbortSignal;
  /** How often the file is looked at, in milliseconds. */
  pollMs?: number;
}

/** Updates of a followed file. Lines are safe once `place` is recorded. */
export type Followed =
  | { type: 'lines'; lines: Line[]; checkpoint: Checkpoint }
  /** There is nothing new. The caller can do other work. */
  | { type: 'idle' }
  | { type: 'waiting' }
  /** `lost`: the file of the checkpoint no longer exists, and the rest of its content is lost. */
  | { type: 'rotated'; how: 'renamed' | 'truncated' | 'lost' };

const POLL_MS = 200;
/** A writer may hold a renamed file for a moment longer: for so many looks. */
const LAST_LOOKS = 3;

/**
 * Follows a file as it grows: through renaming, copy-and-truncate, disappearing and coming back,
 * however quickly these follow each other. A last line without line feed waits for the rest of it.
 * Ends when `signal` aborts.
 * @throws PostbackError when the file cannot be read, see explainReadFault
 */
export async function* followFile(options: FollowOptions): AsyncGenerator<Followed> {
  const { path, clock, signal, pollMs = POLL_MS } = options;
  const follower = new Follower({ path, clock, signal, pollMs });
  try {
    yield* follower.open(options.from);
    while (!signal.aborted) yield* follower.look();
  } catch (error) {
    if (signal.aborted) return;
    throw explainReadFault(path, error as NodeJS.ErrnoException);
  } finally {
    await follower.close();
  }
}

class Follower {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #pollMs: number;
  readonly #succession: Succession;
  #file: OpenFile | undefined;
  #hasReportedWaiting = false;

  constructor({ path, clock, signal, pollMs }: Omit<Required<FollowOptions>, 'from'>) {
    this.#path = path;
    this.#clock = clock;
    this.#signal = signal;
    this.#pollMs = pollMs;
    this.#succession = new Succession(path, clock);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    await this.#succession.close();
  }

  /** Finds the file to begin with. */
  async *open(from: From): AsyncGenerator<Followed> {
    if (typeof from !== 'string') {
      this.#file = await this.#succession.openAt(from);
      if (!this.#file) yield { type: 'rotated', how: 'lost' };
      return;
    }
    await this.#succession.passOver();
    await this.#succession.advance();
    this.#file = this.#succession.shift();
    if (from === 'end' && this.#file) yield* this.#passLines(this.#file);
    else yield* this.#reportPosition();
  }

  /**
   * Reports the start of a file before anything is read, so that a killed run finds the file even
   * if it is renamed.
   */
  async *#reportPosition(): AsyncGenerator<Followed> {
    if (!this.#file) return;
    yield { type: 'lines', lines: [], checkpoint: this.#succession.startOf(this.#file) };
  }

  /** Reads what is there, and finds out what has become of the file. */
  async *look(): AsyncGenerator<Followed> {
    const file = this.#file;
    if (!file) {
      yield* this.#wait();
      return;
    }
    const checkpoint = file.checkpoint();
    // Content that was truncated before it was read exists only in copies.
    if (checkpoint.offset === 0 && (await this.#succession.openCopies(file, checkpoint, false))) {
      yield* this.#goOn(file, 'truncated');
      return;
    }
    const found = yield* this.#readNew(file);
    // Lines that were read but not yielded are read again, so no later position may be reported.
    if (this.#signal.aborted) return;
    if (found === 'preceded') {
      yield* this.#goOn(file, 'truncated');
      return;
    }
    if (found === 'cut') {
      await this.#succession.openCopies(file, file.checkpoint(), true);
      yield* this.#goOn(file, 'truncated');
      return;
    }
    if (found === 'grew') return;
    if (await this.#hasName(file)) {
      yield { type: 'idle' };
      await this.#rest();
      return;
    }
    yield* this.#lookAtRenamed(file);
  }

  async *#lookAtRenamed(file: OpenFile): AsyncGenerator<Followed> {
    await this.#succession.leave(file);
    await this.#succession.advance();
    file.renamedMs ??= this.#clock.now();
    if (this.#clock.now() < file.renamedMs + LAST_LOOKS * this.#pollMs) {
      await this.#rest();
      return;
    }
    const lines = file.readRest();
    if (lines.length > 0) yield { type: 'lines', lines, checkpoint: file.checkpoint() };
    yield* this.#goOn(file, 'renamed');
  }

  /** Goes on with the next file. */
  async *#goOn(file: OpenFile, how: 'renamed' | 'truncated'): AsyncGenerator<Followed> {
    this.#file = this.#succession.shift();
    this.#hasReportedWaiting = false;
    if (how === 'renamed') await this.#succession.leave(file);
    await file.close();
    // The end of a copy was already reported as a truncation.
    if (how === 'truncated' || !file.isCopy) yield { type: 'rotated', how };
    yield* this.#reportPosition();
  }

  async *#wait(): AsyncGenerator<Followed> {
    await this.#succession.advance();
    this.#file = this.#succession.shift();
    if (this.#file) {
      yield* this.#reportPosition();
      return;
    }
    yield { type: this.#hasReportedWaiting ? 'idle' : 'waiting' };
    this.#hasReportedWaiting = true;
    await this.#rest();
  }

  /**
   * Reads what was added. `cut`: the file was cut off; `preceded`: copies hold what was cut off
   * before anything of it was read, and come first.
   */
  async *#readNew(file: OpenFile): AsyncGenerator<Followed, 'grew' | 'cut' | 'preceded' | 'quiet'> {
    let found: 'grew' | 'quiet' = 'quiet';
    const start = file.checkpoint();
    let isFirst = file.isUnread;
    for (let lines = await file.read(); lines && !this.#signal.aborted; lines = await file.read()) {
      if (lines === 'cut') return 'cut';
      // A copy can have been made, and the file cut off, since copies were looked for.
      if (isFirst && (await this.#succession.openCopies(file, start, false))) return 'preceded';
      isFirst = false;
      found = 'grew';
      if (lines.length > 0) yield { type: 'lines', lines, checkpoint: file.checkpoint() };
    }
    return found;
  }

  /** `--from end`: passes over the whole lines that are there; they are counted, not yielded. */
  async *#passLines(file: OpenFile): AsyncGenerator<Followed> {
    const size = await file.size();
    let checkpoint = file.checkpoint();
    while (!this.#signal.aborted && checkpoint.offset < size && (await file.read()))
      checkpoint = file.checkpoint();
    // An unfinished line is read again with its rest.
    this.#file = await OpenFile.open(this.#path, checkpoint);
    await file.close();
    yield* this.#reportPosition();
  }

  async #rest(): Promise<void> {
    await this.#clock.sleep(this.#pollMs, this.#signal).catch(() => undefined);
  }

  async #hasName({ identity }: OpenFile): Promise<boolean> {
    const now = await identify(this.#path);
    return now !== undefined && now.inode === identity.inode && now.device === identity.device;
  }
}
