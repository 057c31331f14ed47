import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';

/** Which bytes of a regular file are read. Absent: all of them. */
export interface ByteRange {
  from?: number;
  to?: number;
}

/**
 * The bytes of a file, a chunk at a time, all in one buffer: a chunk is good until the next is
 * asked for. A stream makes a buffer for every read, and so much garbage that memory grows with the
 * file (docs/development/measurements.md#reading).
 */
export async function* readFileChunks(
  path: string,
  chunkBytes: number,
  signal?: AbortSignal,
  { from = 0, to = Infinity }: ByteRange = {},
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let at = from;
  try {
    while (!signal?.aborted && at < to) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(chunkBytes, to - at), at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
