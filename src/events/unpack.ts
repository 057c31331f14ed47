import type { Buffer } from 'node:buffer';
import type { Gunzip } from 'node:zlib';
import { createGunzip } from 'node:zlib';

/**
 * Bytes that are unpacked at once. Deflate expands at most about 1,000 times, so this bounds memory
 * at 16 MB.
 */
const PIECE_BYTES = 16 * 1024;

/** Whether bytes begin as gzip does (RFC 1952 section 2.3.1); two bytes are enough. */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Unpacks gzip of one or more members, NULs as padding between or after them included. Yields all
 * that could be unpacked before it throws, so that a file that was cut short loses nothing that is
 * in it.
 * @throws the error of zlib, with a code that begins with `Z_`, where the input is damaged or ends
 *   too early
 */
export async function* unpack(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  let member: Member | undefined;
  try {
    for await (const chunk of source) {
      let piece: Buffer;
      for (let at = 0; at < chunk.length; at += piece.length) {
        if (!member) {
          at = skipPadding(chunk, at);
          if (at === chunk.length) break;
          member = new Member(ready);
        }
        piece = chunk.subarray(at, at + PIECE_BYTES);
        const taken = await member.take(piece);
        yield* ready.splice(0);
        if (taken === piece.length) continue;
        piece = piece.subarray(0, taken);
        member.close();
        member = undefined;
      }
    }
    await member?.end();
    yield* ready.splice(0);
  } catch (error) {
    yield* ready.splice(0);
    throw error;
  } finally {
    member?.close();
  }
}

function skipPadding(chunk: Buffer, start: number): number {
  let at = start;
  while (at < chunk.length && chunk[at] === 0) at++;
  return at;
}

/** A gzip member or a sequence of members, up to padding, that zlib unpacks at once. */
class Member {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: 64 * 1024 });
  readonly #fault: Promise<never>;
  #fed = 0;

  constructor(into: Buffer[]) {
    this.#gunzip.on('data', (bytes: Buffer) => into.push(bytes));
    this.#fault = new Promise((_resolve, reject) => {
      this.#gunzip.once('error', reject);
    });
    this.#fault.catch(() => undefined);
  }

  /**
   * Unpacks a piece. Returns how many of its bytes were used: fewer than all where padding follows
   * the last member.
   */
  async take(piece: Buffer): Promise<number> {
    const written = new Promise<void>((resolve) => {
      this.#gunzip.write(piece, () => {
        resolve();
      });
    });
    await Promise.race([written, this.#fault]);
    const taken = this.#gunzip.bytesWritten - this.#fed;
    this.#fed += taken;
    return taken;
  }

  /** Resolves when everything is unpacked; rejects where the last member is not whole. */
  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#gunzip.once('end', resolve);
    });
    this.#gunzip.end();
    await Promise.race([ended, this.#fault]);
  }

  close(): void {
    this.#gunzip.destroy();
  }
}
