import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { Line } from './line-splitter.js';
import { LineSplitter } from './line-splitter.js';
import type { Place } from './place.js';

const CHUNK_BYTES = 256 * 1024;
/** So much of a file's beginning tells it from another that came in its place. */
const HEAD_BYTES = 1024;

/** What the file system says a file is. */
export interface Identity {
  device: string;
  inode: string;
  size: number;
}

/** A file that is being followed, from some place on. */
export class OpenFile {
  readonly identity: Identity;
  readonly #handle: FileHandle;
  readonly #splitter: LineSplitter;
  readonly #start: number;
  #position: number;
  #place: Place | undefined;

  private constructor(handle: FileHandle, identity: Identity, start: number, line: number) {
    this.#handle = handle;
    this.identity = identity;
    this.#start = start;
    this.#position = start;
    this.#splitter = new LineSplitter(line);
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
    const offset = this.#start + this.#splitter.endedBytes;
    if (this.#place?.offset === offset) return this.#place;
    const { device, inode } = this.identity;
    const known = this.#place?.headBytes === HEAD_BYTES ? this.#place : undefined;
    const { head, headBytes } = known ?? (await this.#hashHead(Math.min(HEAD_BYTES, offset)));
    this.#place = { device, inode, offset, line: this.#splitter.lineNumber, head, headBytes };
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

/**
 * Finds where the rest of a rotated file went: a file beside it that is the same one under another name, or a copy that
 * begins the same and is at least as long. Packed copies are not looked into.
 */
export async function findRotated(path: string, place: Place): Promise<string | undefined> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const beside = names.filter(
    (name) => name !== basename(path) && name.startsWith(stemOf(path)) && !/\.(gz|zst|bz2|xz)$/.test(name),
  );
  for (const name of beside) {
    const candidate = join(folder, name);
    const identity = await identify(candidate);
    if (!identity || identity.size < place.offset) continue;
    const isSame = identity.inode === place.inode && identity.device === place.device;
    if (isSame || (place.headBytes > 0 && (await beginsAs(candidate, place)))) return candidate;
  }
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

/** `events.jsonl` is rotated to `events.jsonl.1` or `events-20261121.jsonl`. */
function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '');
}

function identityOf(found: { dev: bigint; ino: bigint; size: bigint }): Identity {
  return { device: String(found.dev), inode: String(found.ino), size: Number(found.size) };
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
