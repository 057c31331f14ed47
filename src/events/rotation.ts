import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { Clock } from '../clock.js';
import type { Identity } from './open-file.js';
import { identify, OpenFile } from './open-file.js';
import type { Checkpoint, SourcePosition } from './source-position.js';

/**
 * Files that are kept open at most, because they are still to be read. More wait under their names.
 */
const MOST_OPEN = 64;
/** Maximum number of listings of a folder when files are renamed during a listing. */
const MOST_LISTINGS = 50;

const FIRST_LINE = { offset: 0, line: 0 };

/** A file next to the one that is followed, named as rotation names it. */
type Sibling = Identity & { path: string };

interface Listing {
  /** The file that has the name. */
  now: Identity | undefined;
  /** Oldest first. */
  siblings: Sibling[];
}

/**
 * The files that come after the one that is being read, in order, up to the one that has the name
 * now. Each is opened as soon as it is seen: then it may be renamed again or removed.
 */
export class Succession {
  readonly #path: string;
  readonly #clock: Clock;
  /** Files that were read, are open, or are older than the first. */
  readonly #knownFiles = new Set<string>();
  /** When the latest of the rotated ones among them was changed, by the file system's clock. */
  #knownUntilMs = 0;
  /** How far files were read that lost the name: a link may be switched back to one of them. */
  readonly #leftAt = new Map<string, SourcePosition>();
  #open: OpenFile[] = [];

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** The start of a file, and what was rotated before it. */
  startOf(file: OpenFile): Checkpoint {
    const checkpoint = file.checkpoint();
    return checkpoint.offset === 0 ? { ...checkpoint, updatedMs: this.#knownUntilMs } : checkpoint;
  }

  /** Takes the next file. The caller closes it. */
  shift(): OpenFile | undefined {
    return this.#open.shift();
  }

  async close(): Promise<void> {
    await closeAll(this.#open.splice(0));
  }

  /** Takes the files that are there for older than the one that is opened next. */
  async passOver(): Promise<void> {
    const { siblings } = await this.#list();
    for (const sibling of siblings) this.#see(sibling);
  }

  /**
   * Opens the file that holds a place and begins there: the one that has the name, or one that was
   * rotated. Older ones are passed over. Undefined where it is gone: then those that changed since
   * the place was kept are next.
   */
  async openAt(checkpoint: Checkpoint): Promise<OpenFile | undefined> {
    for (let tries = 0; tries < MOST_LISTINGS; tries++) {
      const { now, siblings } = await this.#list();
      const match = await findMatch(
        [...(now ? [{ ...now, path: this.#path }] : []), ...siblings],
        checkpoint,
      );
      // A file that was renamed during the look-up was not recognized.
      if (!match && !isSame(await this.#list(), { now, siblings })) continue;
      if (!match) {
        this.#passOverOlder(siblings, checkpoint);
        return undefined;
      }
      const file = await openMatch(match, checkpoint);
      if (file) {
        const isCurrent = match.path === this.#path;
        // Of a file of which nothing was read, a copy may hold what was cut off since.
        if (isCurrent && checkpoint.offset === 0) this.#passOverOlder(siblings, checkpoint);
        else {
          for (const one of siblings)
            if (isCurrent || orderOf(one) < orderOf(match)) this.#see(one);
        }
        this.#see(match);
        if (!isCurrent) file.renamedMs = this.#clock.now();
        return file;
      }
    }
    return undefined;
  }

  /** Notes how far a file was read that has lost the name. */
  async leave(file: OpenFile): Promise<void> {
    const { offset, line } = file.checkpoint();
    this.#leftAt.set(keyOf(file.identity), { offset, line });
  }

  /** Opens what was rotated since, and then the file that has the name now. */
  async advance(): Promise<void> {
    for (let tries = 0; tries < MOST_LISTINGS; tries++) {
      const listing = await this.#list();
      this.#noteNames(listing.now);
      // While the last one has the name, what is new next to it are copies of it: see openCopies.
      const newest = this.#open.at(-1);
      if (newest && listing.now && keyOf(newest.identity) === keyOf(listing.now)) return;
      if (await this.#openFresh(listing)) return;
    }
  }

  /**
   * Opens the copies of what was cut off from a file, from its place on, then that file from its
   * beginning.
   * @param isCut whether it is known that it was cut off
   * @returns false where there are no copies, and it is not known that it was cut off
   */
  async openCopies(file: OpenFile, checkpoint: Checkpoint, isCut: boolean): Promise<boolean> {
    for (let tries = 0; tries < MOST_LISTINGS; tries++) {
      const listing = await this.#list();
      const { now, siblings } = listing;
      // A file that has another name is not rotated by copying any more: what is new follows it.
      if (!now || keyOf(now) !== keyOf(file.identity)) return isCut;
      const copies = await this.#findCopies(file, siblings, isCut);
      if (copies.length === 0 && !isCut) return false;
      if (await this.#openBefore({ ...now, path: this.#path }, copies, checkpoint, listing))
        return true;
    }
    return isCut;
  }

  /**
   * The copies of what a file held before, oldest first: those up to a copy of what it holds now,
   * or held when it was read.
   */
  async #findCopies(
    file: OpenFile,
    siblings: readonly Sibling[],
    isCut: boolean,
  ): Promise<Sibling[]> {
    const copies: Sibling[] = [];
    for (const one of this.#unseen(siblings)) {
      // An empty one holds nothing, or is being made.
      if (one.size === 0) continue;
      if (await file.beginsAs(one.path, isCut ? 'now' : 'when read')) break;
      copies.push(one);
    }
    return copies;
  }

  /**
   * Opens a file again, and before it copies of what it held: from the one that holds a place on.
   */
  async #openBefore(
    file: Sibling,
    copies: readonly Sibling[],
    checkpoint: Checkpoint,
    listing: Listing,
  ): Promise<boolean> {
    const match = await findMatch(copies, checkpoint);
    if (!isSame(await this.#list(), listing)) return false;
    const from = match ? copies.filter((one) => orderOf(one) >= orderOf(match)) : copies;
    const files = await openAll(from, match && { match, checkpoint });
    const again = files && (await openSame(file));
    if (!files || !again) {
      await closeAll(files ?? []);
      return false;
    }
    for (const one of copies) this.#see(one);
    for (const one of files) {
      one.isCopy = true;
      one.renamedMs = 0;
    }
    this.#open = [...files, again, ...this.#open];
    return true;
  }

  /** Returns false if files were renamed in the meantime. */
  async #openFresh(listing: Listing): Promise<boolean> {
    const { now, siblings } = listing;
    const fresh = this.#unseen(siblings);
    if (fresh.length === 0 && !now) return true;
    // The last file is opened first, so that later rotations come after it.
    const last =
      now && (await openSame({ ...now, path: this.#path }, this.#leftAt.get(keyOf(now))));
    if (now && !last) return false;
    const room = Math.max(1, MOST_OPEN - this.#open.length);
    const taken = fresh.slice(0, room);
    const files = await openAll(taken);
    if (!files || (last && !isSame(await this.#list(), listing))) {
      await closeAll([...(files ?? []), last]);
      return false;
    }
    for (const one of taken) this.#see(one);
    for (const file of files) {
      file.renamedMs = this.#clock.now();
      this.#push(file);
    }
    if (last && fresh.length <= room) this.#push(last);
    else await last?.close();
    return true;
  }

  #unseen(siblings: readonly Sibling[]): Sibling[] {
    return siblings.filter((sibling) => !this.#knownFiles.has(keyOf(sibling)));
  }

  /** Notes when a file was found to have lost the name. */
  #noteNames(now: Identity | undefined): void {
    for (const file of this.#open) {
      if (!now || keyOf(file.identity) !== keyOf(now)) file.renamedMs ??= this.#clock.now();
    }
  }

  /** Passes over what was not written to since a place was kept. */
  #passOverOlder(
    siblings: readonly Sibling[],
    { updatedMs = Number.POSITIVE_INFINITY }: Checkpoint,
  ): void {
    for (const sibling of siblings) if (sibling.changedMs <= updatedMs) this.#see(sibling);
  }

  #see(sibling: Sibling): void {
    this.#knownFiles.add(keyOf(sibling));
    if (sibling.path !== this.#path)
      this.#knownUntilMs = Math.max(this.#knownUntilMs, sibling.changedMs);
  }

  #push(file: OpenFile): void {
    this.#knownFiles.add(keyOf(file.identity));
    this.#open.push(file);
  }

  /** Lists until two listings agree: a file that is renamed in between would be missed. */
  async #list(): Promise<Listing> {
    let last = await listOnce(this.#path);
    for (let tries = 0; tries < MOST_LISTINGS; tries++) {
      const next = await listOnce(this.#path);
      if (isSame(last, next)) return next;
      last = next;
    }
    return last;
  }
}

async function listOnce(path: string): Promise<Listing> {
  const folder = dirname(path);
  const names = (await readdir(folder).catch(() => [])).filter((name) =>
    isRotationOf(basename(path), name),
  );
  const found: Sibling[] = [];
  for (const name of names) {
    const identity = await identify(join(folder, name));
    if (identity) found.push({ ...identity, path: join(folder, name) });
  }
  const now = await identify(path);
  // The followed name can be a link to a file that has the name of a rotated one.
  const siblings = found.filter((one) => !now || keyOf(one) !== keyOf(now));
  siblings.sort((one, other) => orderOf(one) - orderOf(other));
  return { now, siblings };
}

function isSame(one: Listing, other: Listing): boolean {
  const describe = ({ now, siblings }: Listing): string =>
    JSON.stringify([now && keyOf(now), siblings.map((sibling) => [sibling.path, keyOf(sibling)])]);
  return describe(one) === describe(other);
}

/**
 * Returns the key of a file. Inodes are reused, so the key includes the creation time if the file
 * system has it.
 */
function keyOf({ device, inode, bornMs }: Identity): string {
  return `${device}:${inode}:${bornMs}`;
}

/** When a file was begun; a packed or preserved copy is younger than what it holds. */
function orderOf({ bornMs, changedMs }: Identity): number {
  return bornMs > 0 ? Math.min(bornMs, changedMs) : changedMs;
}

/** Opens files in order; undefined where one of them has another name by now. */
async function openAll(
  siblings: readonly Sibling[],
  begun?: { match: Sibling; checkpoint: Checkpoint },
): Promise<OpenFile[] | undefined> {
  const files: OpenFile[] = [];
  for (const sibling of siblings) {
    const file = await openSame(sibling, begun?.match === sibling ? begun.checkpoint : FIRST_LINE);
    if (!file) {
      await closeAll(files);
      return undefined;
    }
    files.push(file);
  }
  return files;
}

async function closeAll(files: readonly (OpenFile | undefined)[]): Promise<void> {
  for (const file of files) await file?.close();
}

async function openSame(
  sibling: Sibling,
  start: SourcePosition = FIRST_LINE,
): Promise<OpenFile | undefined> {
  const file = await OpenFile.open(sibling.path, start);
  if (!file || keyOf(file.identity) === keyOf(sibling)) return file;
  await file.close();
  return undefined;
}

/** Opens the file that was found to hold a place, where it still does. */
async function openMatch(match: Sibling, checkpoint: Checkpoint): Promise<OpenFile | undefined> {
  const file = await openSame(match, checkpoint);
  if (!file || (await file.stillHas(checkpoint))) return file;
  await file.close();
  return undefined;
}

/**
 * The file with a place: the same one, or else the oldest copy that begins the same and is at least
 * as long.
 */
async function findMatch(
  files: readonly Sibling[],
  checkpoint: Checkpoint,
): Promise<Sibling | undefined> {
  const longEnough = files.filter(({ size }) => size >= checkpoint.offset);
  const same = longEnough.find(
    ({ inode, device }) => inode === checkpoint.inode && device === checkpoint.device,
  );
  if (same && (await holds(same.path, checkpoint))) return same;
  if (checkpoint.headBytes === 0) return undefined;
  for (const file of longEnough) if (await holds(file.path, checkpoint)) return file;
  return undefined;
}

async function holds(path: string, checkpoint: Checkpoint): Promise<boolean> {
  const file = await OpenFile.open(path, FIRST_LINE).catch(() => undefined);
  if (!file) return false;
  try {
    return await file.stillHas(checkpoint);
  } finally {
    await file.close();
  }
}

const PACKED = /\.(gz|zst|bz2|xz)$/;
/** A number or a date, as rotation puts it after the name or before its ending. */
const COUNTED = /^[-._]\d[\d._:TZ-]*$/;

/**
 * `events.jsonl` is rotated to `events.jsonl.1`, `events.jsonl-20261121` or
 * `events-20261121.jsonl`.
 */
function isRotationOf(name: string, other: string): boolean {
  if (PACKED.test(other)) return false;
  const ending = /\.[^.]+$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - ending.length);
  if (other.startsWith(name))
    return COUNTED.test(other.slice(name.length)) || other === `${name}.old`;
  if (!other.startsWith(stem) || !other.endsWith(ending)) return false;
  return COUNTED.test(other.slice(stem.length, other.length - ending.length));
}
