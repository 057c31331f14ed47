import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Input, ReadPosition } from './input.js';
import { isPlainFile } from './input-bytes.js';
import { hashBlock } from './input.js';
import type { SourcePosition, Checkpoint } from './source-position.js';

/** Metadata of a file that changes if the file is written or replaced. */
interface FileState {
  device: string;
  inode: string;
  size: number;
  changed: string;
}

/**
 * Makes and recognises places in a file that is complete: in a file that was changed since, no
 * place is recognised.
 */
export class FileMarks {
  /** The name that its place has in the log, apart from those of files that are followed. */
  readonly key: string;
  readonly #path: string;
  readonly #state: FileState;
  readonly #setup: string;

  private constructor(path: string, state: FileState, setup: string) {
    this.key = `send:${resolve(path)}`;
    this.#path = path;
    this.#state = state;
    // Hashed once: it may be long, and takes part in every mark.
    this.#setup = hashBlock(Buffer.from(setup));
  }

  /**
   * Looks at a file as it is now; undefined where it cannot be read from its middle: a stream, a
   * pipe, a packed file.
   * @param setup what else must be the same for a place to be recognised
   */
  static async open(input: Input, setup: string): Promise<FileMarks | undefined> {
    const { path } = input;
    const state = path === undefined ? undefined : await readState(path);
    if (path === undefined || !state || !(await isPlainFile(input).catch(() => false)))
      return undefined;
    return new FileMarks(path, state, JSON.stringify([setup, input.format ?? 'auto']));
  }

  /** Whether a position is the end of the file. */
  isEnd({ offset }: SourcePosition): boolean {
    return offset === this.#state.size;
  }

  /** A place in the form that the log keeps. */
  mark({ offset, line, block, blockBytes }: ReadPosition): Checkpoint {
    const { device, inode } = this.#state;
    return { device, inode, offset, line, head: this.#seal(block), headBytes: blockBytes };
  }

  /** Whether a place is one of this file, unchanged. */
  async has({ device, inode, offset, head, headBytes }: Checkpoint): Promise<boolean> {
    const { size, ...state } = this.#state;
    if (device !== state.device || inode !== state.inode || offset > size || headBytes > offset)
      return false;
    const block = Buffer.alloc(headBytes);
    const file = await open(this.#path, 'r');
    try {
      await file.read(block, 0, headBytes, offset - headBytes);
    } finally {
      await file.close();
    }
    return this.#seal(hashBlock(block)) === head;
  }

  #seal(block: string): string {
    const { size, changed } = this.#state;
    return createHash('sha256')
      .update(JSON.stringify([size, changed, this.#setup, block]))
      .digest('hex');
  }
}

/** Returns undefined for a missing, special or unreadable file. Reading it reports why. */
async function readState(path: string): Promise<FileState | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return {
    device: String(found.dev),
    inode: String(found.ino),
    size: Number(found.size),
    changed: String(found.mtimeNs),
  };
}
