import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { openBytes } from './input-bytes.js';
import { type Input, isRereadable } from './input-types.js';
import { openInputs } from './open-inputs.js';

const CIPHER = 'aes-256-ctr';
const CHUNK_BYTES = 64 * 1024;

/** Inputs that can be read more than once. */
export interface HeldInputs {
  inputs: Input[];
  close(): Promise<void>;
}

/**
 * Opens inputs so that each can be read more than once: what comes from a stream is kept in a file
 * in `folder`. That file has no name and is encrypted with a key that only this process's memory
 * has, so that no personal data reaches the disk in a form that anybody can read
 * (docs/development/decisions/framing.md).
 * @throws as openInputs; the system's error when `folder` cannot be written
 */
export async function holdInputs(
  inputs: readonly Input[],
  folder: string,
  signal: AbortSignal,
): Promise<HeldInputs> {
  const spools: Spool[] = [];
  const close = async (): Promise<void> => {
    for (const spool of spools) await spool.close();
  };
  const held: Input[] = [];
  try {
    for (const input of await openInputs(inputs)) {
      // An object of a bucket is fetched again, and a topic is read again.
      if (input.version !== undefined) held.push({ ...input, isHeld: true });
      else if (isRereadable(input)) held.push(input);
      if (input.version !== undefined || isRereadable(input)) continue;
      const spool = await Spool.make(folder);
      spools.push(spool);
      await spool.fill(openBytes(input, {}, signal), signal);
      held.push({ ...input, stream: () => Readable.from(spool.read()), isHeld: true });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { inputs: held, close };
}

class Spool {
  readonly #file: FileHandle;
  readonly #key = randomBytes(32);
  readonly #iv = randomBytes(16);

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async make(folder: string): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `.spool-${randomBytes(8).toString('hex')}`);
    const file = await open(path, 'wx+', 0o600);
    // An unlinked file disappears when the process ends for any reason.
    await unlink(path);
    return new Spool(file);
  }

  async fill(bytes: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
    const cipher = createCipheriv(CIPHER, this.#key, this.#iv);
    try {
      for await (const chunk of bytes) await this.#file.writeFile(cipher.update(chunk));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async *read(): AsyncGenerator<Buffer> {
    const decipher = createDecipheriv(CIPHER, this.#key, this.#iv);
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ;) {
      const { bytesRead } = await this.#file.read(buffer, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield decipher.update(buffer.subarray(0, bytesRead));
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
