import type { Clock } from '../clock.js';
import { InputError, messageOf } from '../errors.js';
import type { Line } from './line-splitter.js';
import type { Rotated } from './open-file.js';
import { findRotated, identify, OpenFile } from './open-file.js';
import type { Place } from './place.js';

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
  | { type: 'rotated'; how: 'renamed' | 'truncated' };

const POLL_MS = 200;
/** A writer may hold a renamed file for a moment longer: so many looks without growth end it. */
const LAST_LOOKS = 3;

/**
 * Follows a file as it grows: through renaming, copy-and-truncate, disappearing and coming back. A last line without
 * line feed waits for the rest of it. Ends when `signal` aborts.
 * @throws InputError when the file cannot be read
 */
export async function* followFile(options: FollowOptions): AsyncGenerator<Followed> {
  const { path, clock, signal, pollMs = POLL_MS } = options;
  const rest = (): Promise<void> => clock.sleep(pollMs, signal).catch(() => undefined);
  let file: OpenFile | undefined;
  try {
    file = yield* openFirst(options, rest);
    let quietLooks = 0;
    while (file && !signal.aborted) {
      // Looked at before reading: a file that was cut off and has grown again since would be read from its middle.
      const isWhole = await file.stillHas(await file.place());
      const grew: boolean = isWhole && (yield* readNew(file, signal));
      const change = isWhole ? (grew ? undefined : await findRenaming(file, path)) : 'truncated';
      if (change === 'renamed' && quietLooks < LAST_LOOKS) {
        quietLooks++;
        await rest();
      } else if (change) {
        quietLooks = 0;
        yield { type: 'rotated', how: change };
        file = yield* openNext(file, path, change, rest, signal);
      } else if (!grew) {
        yield { type: 'idle' };
        await rest();
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    throw new InputError('input_unreadable', `${path} could not be read: ${messageOf(error)}.`, { cause: error });
  } finally {
    await file?.close();
  }
}

async function* openFirst(
  { path, from, signal }: FollowOptions,
  rest: () => Promise<void>,
): AsyncGenerator<Followed, OpenFile | undefined> {
  const place = typeof from === 'string' ? undefined : from;
  if (place) {
    const file = await OpenFile.open(path, place);
    if (file && (await file.stillHas(place)) && file.identity.inode === place.inode) return file;
    await file?.close();
    return yield* openAfter(place, path, rest, signal);
  }
  const identity = await identify(path);
  if (from !== 'end' || !identity) return yield* waitFor(path, { offset: 0, line: 0 }, rest, signal);
  return yield* openAtEnd(path, signal);
}

/** `--from end`: behind the last whole line; the lines before are counted, not yielded. */
async function* openAtEnd(path: string, signal: AbortSignal): AsyncGenerator<Followed, OpenFile | undefined> {
  const file = await OpenFile.open(path, { offset: 0, line: 0 });
  if (!file) return undefined;
  const size = await file.size();
  let place = await file.place();
  while (!signal.aborted && place.offset < size && (await file.read())) place = await file.place();
  await file.close();
  yield { type: 'lines', lines: [], place };
  return OpenFile.open(path, place);
}

async function* waitFor(
  path: string,
  start: { offset: number; line: number },
  rest: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Followed, OpenFile | undefined> {
  let told = false;
  while (!signal.aborted) {
    const file = await OpenFile.open(path, start);
    if (file) return file;
    if (!told) yield { type: 'waiting' };
    else yield { type: 'idle' };
    told = true;
    await rest();
  }
  return undefined;
}

/** Reads what is there; true when there was something. */
async function* readNew(file: OpenFile, signal: AbortSignal): AsyncGenerator<Followed, boolean> {
  let grew = false;
  for (let lines = await file.read(); lines && !signal.aborted; lines = await file.read()) {
    grew = true;
    if (lines.length === 0) continue;
    yield { type: 'lines', lines, place: await file.place() };
    // Whoever takes the lines may take his time, and the file may be cut off meanwhile.
    if (!(await file.stillHas(await file.place()))) break;
  }
  return grew;
}

async function findRenaming({ identity }: OpenFile, path: string): Promise<'renamed' | undefined> {
  const now = await identify(path);
  return !now || now.inode !== identity.inode || now.device !== identity.device ? 'renamed' : undefined;
}

async function* openNext(
  file: OpenFile,
  path: string,
  change: 'renamed' | 'truncated',
  rest: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Followed, OpenFile | undefined> {
  if (change === 'renamed') {
    const lines = file.readRest();
    if (lines.length > 0) yield { type: 'lines', lines, place: await file.place() };
  }
  const place = await file.place();
  await file.close();
  // What was written between our last look and a truncation is in the copy alone.
  return yield* openAfter(place, path, rest, signal);
}

/** Goes on behind `place` through what was rotated while nobody looked, up to the file that has the name now. */
async function* openAfter(
  place: Place,
  path: string,
  rest: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Followed, OpenFile | undefined> {
  let last = place;
  for (let isNew = true; isNew && !signal.aborted;) {
    isNew = false;
    const now = await identify(path);
    for (const rotated of await findRotated(path, last, now?.inode)) {
      const end = yield* readRotated(rotated, signal);
      if (end === undefined) continue;
      // Reading takes its time: more may have been rotated meanwhile, so that one more look around is needed.
      isNew ||= end.offset > rotated.start.offset;
      last = end;
    }
  }
  return yield* waitFor(path, { offset: 0, line: 0 }, rest, signal);
}

/** What is left of a file that nobody writes to any more. Returns the place behind it. */
async function* readRotated(
  { path, start }: Rotated,
  signal: AbortSignal,
): AsyncGenerator<Followed, Place | undefined> {
  const file = await OpenFile.open(path, start);
  if (!file) return undefined;
  try {
    yield* readNew(file, signal);
    const lines = signal.aborted ? [] : file.readRest();
    if (lines.length > 0) yield { type: 'lines', lines, place: await file.place() };
    return await file.place();
  } finally {
    await file.close();
  }
}
