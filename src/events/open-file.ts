import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';

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
  /** When it was made; 0 where the file system does not know. */
  bornMs: number;
}

/** A file that is being followed, from some place on. */
export class OpenFile {
  readonly identity: Identity;
  /** When it was found to have another name, in milliseconds since the epoch; undefined while it has the followed one. */
  renamedMs: number | undefined;
  /** Whether it is a copy of what was cut off: nobody writes to it any more. */
  isCopy = false;
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

  /**
   * The whole lines that were added since the last call, at most a chunk of them; undefined at the end.
   * `cut` where the file was cut off before or while it was read: then nothing of it is taken.
   */
  async read(): Promise<Line[] | 'cut' | undefined> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, this.#position);
    // Looked at after reading: what was cut off and has grown again would be read from its middle.
    if (!(await this.stillHas(await this.place()))) return 'cut';
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

  /** Whether another file and this one begin the same, as far as both go. */
  async beginsAs(path: string): Promise<boolean> {
    const other = await OpenFile.open(path, { offset: 0, line: 0 }).catch(() => undefined);
    if (!other) return true;
    try {
      const headBytes = Math.min(HEAD_BYTES, await this.size(), await other.size());
      // Of an empty file nothing is known: the other one holds what it held.
      if (headBytes === 0) return (await other.size()) === 0;
      return (await this.#hashHead(headBytes)).head === (await other.#hashHead(headBytes)).head;
    } finally {
      await other.close();
    }
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

function identityOf(found: BigIntStats): Identity {
  const { dev, ino, size, mtimeNs, ctimeNs, birthtimeNs } = found;
  // Node gives the time of the last change of any kind where there is no other (https://nodejs.org/api/fs.html, 2026-11-30).
  const bornMs = birthtimeNs === ctimeNs && birthtimeNs > mtimeNs ? 0 : Number(birthtimeNs) / 1e6;
  return { device: String(dev), inode: String(ino), size: Number(size), changedMs: Number(mtimeNs) / 1e6, bornMs };
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
