import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';

import type { Line } from './line-splitter.js';
import { RecordSplitter } from './record-splitter.js';
import type { Checkpoint, SourcePosition } from './source-position.js';

const CHUNK_BYTES = 256 * 1024;
/** Number of bytes at the beginning of a file that distinguish it from a replacement. */
const HEAD_BYTES = 1024;

/** Identity of a file in the file system. */
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
  /**
   * When it was found to have another name, in milliseconds since the epoch; undefined while it has
   * the followed one.
   */
  renamedMs: number | undefined;
  /** Whether it is a copy of truncated content, which no longer grows. */
  isCopy = false;
  readonly #handle: FileHandle;
  readonly #splitter: RecordSplitter;
  #position: number;
  /**
   * The first bytes of what was read, HEAD_BYTES at most. They are kept as they were read: a file
   * that is cut off and grows again has other ones by the next look.
   */
  #head: Buffer;
  #checkpoint: Checkpoint | undefined;

  private constructor(handle: FileHandle, identity: Identity, start: SourcePosition, head: Buffer) {
    this.#handle = handle;
    this.identity = identity;
    this.#position = start.offset;
    this.#head = head;
    this.#splitter = new RecordSplitter(start.offset === 0 ? undefined : start);
  }

  /**
   * Opens a file at a position; undefined if the file does not exist. @throws the system's error
   * otherwise.
   */
  static async open(path: string, { offset, line }: SourcePosition): Promise<OpenFile | undefined> {
    const handle = await open(path, 'r').catch(ignoreMissing);
    if (!handle) return undefined;
    const identity = identityOf(await handle.stat({ bigint: true }));
    const head = await readHead(handle, Math.min(HEAD_BYTES, offset));
    return new OpenFile(handle, identity, { offset, line }, head);
  }

  /** Whether nothing of it was read. */
  get isUnread(): boolean {
    return this.#head.length === 0;
  }

  /**
   * The whole lines that were added since the last call, at most a chunk of them; undefined at the
   * end. `cut` where the file was cut off before or while it was read: then nothing of it is taken.
   */
  async read(): Promise<Line[] | 'cut' | undefined> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, this.#position);
    // Looked at after reading: what was cut off and has grown again would be read from its middle.
    if (!(await this.#isIntact())) return 'cut';
    if (bytesRead === 0) return undefined;
    const added = buffer.subarray(0, bytesRead);
    if (this.#head.length < HEAD_BYTES)
      this.#head = Buffer.concat([this.#head, added.subarray(0, HEAD_BYTES - this.#head.length)]);
    this.#position += bytesRead;
    return this.#splitter.push(added);
  }

  /** The last line, where the file is finished and does not end with a line feed. */
  readRest(): Line[] {
    return this.#splitter.end();
  }

  /**
   * The place after the last whole line that was read, with the file's beginning as it was when it
   * was read.
   */
  checkpoint(): Checkpoint {
    const { offset, line } = this.#splitter.lastPosition;
    if (this.#checkpoint?.offset === offset) return this.#checkpoint;
    const { device, inode } = this.identity;
    const head = this.#head.subarray(0, Math.min(HEAD_BYTES, offset));
    this.#checkpoint = { device, inode, offset, line, head: hash(head), headBytes: head.length };
    return this.#checkpoint;
  }

  /** Whether the file begins as it did at a place, and is at least as long. */
  async stillHas(checkpoint: Pick<Checkpoint, 'offset' | 'head' | 'headBytes'>): Promise<boolean> {
    if ((await this.size()) < checkpoint.offset) return false;
    return hash(await readHead(this.#handle, checkpoint.headBytes)) === checkpoint.head;
  }

  /**
   * Whether another file and this one begin the same, as far as both go.
   * @param state compares with what this one holds now or held when it was read; with what it holds
   *   now where nothing was read of it
   */
  async beginsAs(path: string, state: 'now' | 'when read'): Promise<boolean> {
    const other = await open(path, 'r').catch(() => undefined);
    if (!other) return true;
    try {
      const isLive = state === 'now' || this.isUnread;
      const mine = isLive ? await readHead(this.#handle, HEAD_BYTES) : this.#head;
      const its = await readHead(other, HEAD_BYTES);
      // Of an empty file nothing is known: the other one holds what it held.
      if (mine.length === 0) return its.length === 0;
      const bytes = Math.min(mine.length, its.length);
      return mine.subarray(0, bytes).equals(its.subarray(0, bytes));
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

  async #isIntact(): Promise<boolean> {
    if ((await this.size()) < this.#position) return false;
    return (await readHead(this.#handle, this.#head.length)).equals(this.#head);
  }
}

async function readHead(handle: FileHandle, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = bytes === 0 ? { bytesRead: 0 } : await handle.read(buffer, 0, bytes, 0);
  return buffer.subarray(0, bytesRead);
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Returns the identity of the file at a path; undefined if there is none. */
export async function identify(path: string): Promise<Identity | undefined> {
  const found = await stat(path, { bigint: true }).catch(ignoreMissing);
  return found && identityOf(found);
}

function identityOf(found: BigIntStats): Identity {
  const { dev, ino, size, mtimeNs, ctimeNs, birthtimeNs } = found;
  // Node gives the time of the last change of any kind where there is no other
  // (https://nodejs.org/api/fs.html, 2026-11-30).
  const bornMs = birthtimeNs === ctimeNs && birthtimeNs > mtimeNs ? 0 : Number(birthtimeNs) / 1e6;
  return {
    device: String(dev),
    inode: String(ino),
    size: Number(size),
    changedMs: Number(mtimeNs) / 1e6,
    bornMs,
  };
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
