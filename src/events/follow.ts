import type { Clock } from '../clock.js';
import { InputError, messageOf } from '../errors.js';
import type { Line } from './line-splitter.js';
import { identify, OpenFile } from './open-file.js';
import type { Place } from './place.js';
import { Succession } from './rotation.js';

/** Where to begin: at the first line, behind the last, or where reading stopped (else at the first). */
export type From = 'start' | 'end' | Place;

export interface FollowOptions {
  path: string;
  from: From;
  clock: Clock;
  signal: AbortSignal;
  /** How often the file is looked at, in milliseconds. */
  pollMs?: number;
}

/** What happened to a followed file. Lines are safe to forget once `place` is kept. */
export type Followed =
  | { type: 'lines'; lines: Line[]; place: Place }
  /** Nothing new: whoever is patient may do other things. */
  | { type: 'idle' }
  | { type: 'waiting' }
  /** `lost`: the file of the place where reading stopped is gone, and what it held after that. */
  | { type: 'rotated'; how: 'renamed' | 'truncated' | 'lost' };

const POLL_MS = 200;
/** A writer may hold a renamed file for a moment longer: for so many looks. */
const LAST_LOOKS = 3;

/**
 * Follows a file as it grows: through renaming, copy-and-truncate, disappearing and coming back, however quickly these
 * follow each other. A last line without line feed waits for the rest of it. Ends when `signal` aborts.
 * @throws InputError when the file cannot be read
 */
export async function* followFile(options: FollowOptions): AsyncGenerator<Followed> {
  const { path, clock, signal, pollMs = POLL_MS } = options;
  const follower = new Follower({ path, clock, signal, pollMs });
  try {
    yield* follower.open(options.from);
    while (!signal.aborted) yield* follower.look();
  } catch (error) {
    if (signal.aborted) return;
    throw new InputError('input_unreadable', `${path} could not be read: ${messageOf(error)}.`, { cause: error });
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
  #hasToldWaiting = false;

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
    else yield* this.#tellPlace();
  }

  /** Before anything of a file was read: a run that is killed now must find it again, whatever its name is then. */
  async *#tellPlace(): AsyncGenerator<Followed> {
    if (this.#file) yield { type: 'lines', lines: [], place: await this.#file.place() };
  }

  /** Reads what is there, and finds out what has become of the file. */
  async *look(): AsyncGenerator<Followed> {
    const file = this.#file;
    if (!file) {
      yield* this.#wait();
      return;
    }
    const place = await file.place();
    // What was cut off before anything of it was read is in copies alone.
    if (place.offset === 0 && (await this.#succession.openCopies(file, place, false))) {
      yield* this.#goOn(file, 'truncated');
      return;
    }
    const found = yield* this.#readNew(file);
    // What was read and not passed on is read again: no place after it may be told.
    if (this.#signal.aborted) return;
    if (found === 'cut') {
      await this.#succession.openCopies(file, await file.place(), true);
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
    await this.#succession.advance();
    file.renamedMs ??= this.#clock.now();
    if (this.#clock.now() < file.renamedMs + LAST_LOOKS * this.#pollMs) {
      await this.#rest();
      return;
    }
    const lines = file.readRest();
    if (lines.length > 0) yield { type: 'lines', lines, place: await file.place() };
    yield* this.#goOn(file, 'renamed');
  }

  /** Goes on with the next file. */
  async *#goOn(file: OpenFile, how: 'renamed' | 'truncated'): AsyncGenerator<Followed> {
    this.#file = this.#succession.shift();
    this.#hasToldWaiting = false;
    await file.close();
    // The end of a copy was told with the truncation.
    if (how === 'truncated' || !file.isCopy) yield { type: 'rotated', how };
    yield* this.#tellPlace();
  }

  async *#wait(): AsyncGenerator<Followed> {
    await this.#succession.advance();
    this.#file = this.#succession.shift();
    if (this.#file) {
      yield* this.#tellPlace();
      return;
    }
    yield { type: this.#hasToldWaiting ? 'idle' : 'waiting' };
    this.#hasToldWaiting = true;
    await this.#rest();
  }

  async *#readNew(file: OpenFile): AsyncGenerator<Followed, 'grew' | 'cut' | 'quiet'> {
    let found: 'grew' | 'quiet' = 'quiet';
    for (let lines = await file.read(); lines && !this.#signal.aborted; lines = await file.read()) {
      if (lines === 'cut') return 'cut';
      found = 'grew';
      if (lines.length > 0) yield { type: 'lines', lines, place: await file.place() };
    }
    return found;
  }

  /** `--from end`: passes over the whole lines that are there; they are counted, not yielded. */
  async *#passLines(file: OpenFile): AsyncGenerator<Followed> {
    const size = await file.size();
    let place = await file.place();
    while (!this.#signal.aborted && place.offset < size && (await file.read())) place = await file.place();
    // What was read of an unfinished line is read again with its rest.
    this.#file = await OpenFile.open(this.#path, place);
    await file.close();
    yield { type: 'lines', lines: [], place };
  }

  async #rest(): Promise<void> {
    await this.#clock.sleep(this.#pollMs, this.#signal).catch(() => undefined);
  }

  async #hasName({ identity }: OpenFile): Promise<boolean> {
    const now = await identify(this.#path);
    return now !== undefined && now.inode === identity.inode && now.device === identity.device;
  }
}
