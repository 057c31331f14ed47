import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { Line } from './line-splitter.js';
import { RecordSplitter } from './record-splitter.js';
import type { Place } from './place.js';

const CHUNK_BYTES = 256 * 1024;
/** So much of a file's beginning tells it from another that came in its place. */
const HEAD_BYTES = 1024;

/** What the file system says a file is. */
export interface Identity {
  device: string;
  inode: string;
  size: number;
  /** When its content was changed last, in milliseconds since the epoch. */
  changedMs: number;
}

/** A file that is being followed, from some place on. */
export class OpenFile {
  readonly identity: Identity;
  readonly #handle: FileHandle;
  readonly #splitter: RecordSplitter;
  #position: number;
  #place: Place | undefined;

  private constructor(handle: FileHandle, identity: Identity, start: number, line: number) {
    this.#handle = handle;
    this.identity = identity;
    this.#position = start;
    this.#splitter = new RecordSplitter(start === 0 ? undefined : { offset: start, line });
  }

  /** Opens a file at a place; undefined when there is no such file. @throws the system's error otherwise. */
  static async open(path: string, start: { offset: number; line: number }): Promise<OpenFile | undefined> {
    const handle = await open(path, 'r').catch(ignoreMissing);
    if (!handle) return undefined;
    const identity = identityOf(await handle.stat({ bigint: true }));
    return new OpenFile(handle, identity, start.offset, start.line);
  }

  /** The whole lines that were added since the last call, at most a chunk of them; undefined at the end. */
  async read(): Promise<Line[] | undefined> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, this.#position);
    if (bytesRead === 0) return undefined;
    this.#position += bytesRead;
    return this.#splitter.push(buffer.subarray(0, bytesRead));
  }

  /** The last line, where the file is finished and does not end with a line feed. */
  readRest(): Line[] {
    return this.#splitter.end();
  }

  /** The place after the last whole line that was read, with the file's beginning as it was when it was read. */
  async place(): Promise<Place> {
    const { offset, line } = this.#splitter.lastPlace;
    if (this.#place?.offset === offset) return this.#place;
    const { device, inode } = this.identity;
    const known = this.#place?.headBytes === HEAD_BYTES ? this.#place : undefined;
    const { head, headBytes } = known ?? (await this.#hashHead(Math.min(HEAD_BYTES, offset)));
    this.#place = { device, inode, offset, line, head, headBytes };
    return this.#place;
  }

  /** Whether the file still begins as it did at `place`, and is at least as long. */
  async stillHas(place: Pick<Place, 'offset' | 'head' | 'headBytes'>): Promise<boolean> {
    const { size } = await this.#handle.stat();
    if (size < place.offset) return false;
    return (await this.#hashHead(place.headBytes)).head === place.head;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #hashHead(headBytes: number): Promise<{ head: string; headBytes: number }> {
    const buffer = Buffer.alloc(headBytes);
    const { bytesRead } = headBytes === 0 ? { bytesRead: 0 } : await this.#handle.read(buffer, 0, headBytes, 0);
    return { head: createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex'), headBytes };
  }
}

/** What is at a path now; undefined when there is nothing. */
export async function identify(path: string): Promise<Identity | undefined> {
  const found = await stat(path, { bigint: true }).catch(ignoreMissing);
  return found && identityOf(found);
}

/** A rotated file that is still to be read, and from where. */
export interface Rotated {
  path: string;
  start: { offset: number; line: number };
}

/**
 * Finds what became of a rotated file: the one beside it that is the same under another name, or a copy that begins the
 * same and is at least as long; and then, oldest first, those that were rotated after it. Packed copies are not looked
 * into. Empty when the file with the place is gone.
 * @param openInode of the file that is read next in any case
 */
export async function findRotated(path: string, place: Place, openInode?: string): Promise<Rotated[]> {
  const folder = dirname(path);
  const names = (await readdir(folder).catch(() => [])).filter((name) => isRotationOf(basename(path), name));
  const beside: (Identity & { path: string })[] = [];
  for (const name of names) {
    const identity = await identify(join(folder, name));
    if (identity && identity.inode !== openInode) beside.push({ ...identity, path: join(folder, name) });
  }
  const holder = await findHolder(beside, place);
  if (!holder) return [];
  const younger = beside.filter((other) => other !== holder && other.changedMs > holder.changedMs);
  younger.sort((one, two) => one.changedMs - two.changedMs);
  return [
    { path: holder.path, start: place },
    ...younger.map((file) => ({ path: file.path, start: { offset: 0, line: 0 } })),
  ];
}

async function findHolder<T extends Identity & { path: string }>(files: T[], place: Place): Promise<T | undefined> {
  const longEnough = files.filter(({ size }) => size >= place.offset);
  const same = longEnough.find(({ inode, device }) => inode === place.inode && device === place.device);
  if (same && (await beginsAs(same.path, place))) return same;
  if (place.headBytes === 0) return undefined;
  for (const file of longEnough) if (await beginsAs(file.path, place)) return file;
  return undefined;
}

async function beginsAs(path: string, place: Place): Promise<boolean> {
  const file = await OpenFile.open(path, { offset: 0, line: 0 }).catch(() => undefined);
  if (!file) return false;
  try {
    return await file.stillHas(place);
  } finally {
    await file.close();
  }
}

const PACKED = /\.(gz|zst|bz2|xz)$/;
/** A number or a date, as rotation puts it behind or before the ending. */
const COUNTED = /^[-._]\d[\d._:TZ-]*$/;

/** `events.jsonl` is rotated to `events.jsonl.1`, `events.jsonl-20261121` or `events-20261121.jsonl`. */
function isRotationOf(name: string, other: string): boolean {
  if (PACKED.test(other)) return false;
  const ending = /\.[^.]+$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - ending.length);
  if (other.startsWith(name)) return COUNTED.test(other.slice(name.length)) || other === `${name}.old`;
  if (!other.startsWith(stem) || !other.endsWith(ending)) return false;
  return COUNTED.test(other.slice(stem.length, other.length - ending.length));
}

function identityOf(found: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint }): Identity {
  const { dev, ino, size, mtimeNs } = found;
  return { device: String(dev), inode: String(ino), size: Number(size), changedMs: Number(mtimeNs) / 1e6 };
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
