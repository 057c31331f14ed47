import type { IncomingMessage } from 'node:http';

/** The largest body that is kept: Amazon's own limit is not published. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;

/**
 * How much of a too large body is read and thrown away, so that the client reads the 413 and not a
 * reset.
 */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

export interface ReadBody {
  body: Buffer;
  bytes: number;
  tooLarge: boolean;
}

/** Reads a body of at most {@link MAX_BODY_BYTES}; a longer one is counted and thrown away. */
export async function readBody(incoming: IncomingMessage): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    if (bytes > MAX_DISCARDED_BYTES) break;
  }
  const tooLarge = bytes > MAX_BODY_BYTES;
  return { body: tooLarge ? Buffer.alloc(0) : Buffer.concat(chunks), bytes, tooLarge };
}
