import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';

/**
 * The bytes of a file, a chunk at a time, all in one buffer: a chunk is good until the next is asked for. A stream makes
 * a buffer for every read, and so much garbage that memory grows with the file (performance.md section 2).
 */
export async function* readFileChunks(path: string, chunkBytes: number, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  try {
    while (!signal?.aborted) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
