import { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { addAbortSignal } from 'node:stream';

import { readFileChunks } from './file-chunks.js';
import { HEAD_BYTES } from './foreign.js';
import type { Input, Part } from './input-types.js';
import { isGzip, unpack } from './unpack.js';

const CHUNK_BYTES = 256 * 1024;
/**
 * Lines of so many bytes are taken at once. They live while they are planned: with more, garbage is
 * carried about before it is freed.
 */
const PART_BYTES = 64 * 1024;
/**
 * Of a file that is read from its middle so much is taken first: planning a few lines is enough for
 * a first request.
 */
const FIRST_BYTES = 8 * 1024;
/**
 * The first bytes of a stream are held until there are so many, which show what it is. No event is
 * as short.
 */
const MARK_BYTES = 4;

/**
 * The bytes of one input, in parts that are good until the next is asked for. What begins as gzip
 * does is unpacked, whatever its name is and wherever it comes from.
 */
export async function* openBytes(
  input: Input,
  part: Part,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const bytes =
    input.path === undefined ? readStream(input, signal) : readFile(input.path, part, signal);
  let size = part.from ? FIRST_BYTES : PART_BYTES;
  for await (const chunk of bytes) {
    for (let start = 0; start < chunk.length; start += size, size = PART_BYTES)
      yield chunk.subarray(start, start + size);
  }
}

/** Whether an input is read as it is on the disk: a regular file that is not packed. */
export async function isPlainFile(input: Input): Promise<boolean> {
  return input.path !== undefined && !isGzip(await readHead(input.path, 2));
}

/** The first `bytes` bytes of a regular file, or all of a shorter one. */
export async function readHead(path: string, bytes = HEAD_BYTES): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* readFile(
  path: string,
  { from, to }: Part,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  if (isGzip(await readHead(path, 2))) {
    const options = signal
      ? { highWaterMark: CHUNK_BYTES, signal }
      : { highWaterMark: CHUNK_BYTES };
    yield* unpack(createReadStream(path, options));
  } else {
    const range = { ...(from && { from: from.offset }), ...(to && { to: to.offset }) };
    yield* readFileChunks(path, CHUNK_BYTES, signal, range);
  }
}

async function* readStream({ stream }: Input, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const source = typeof stream === 'function' ? stream() : (stream as Readable);
  // A pipe that says nothing would keep a stopped run waiting for ever.
  if (signal) addAbortSignal(signal, source);
  const chunks = holdHead(source)[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const all = startWith(first.value, chunks);
  yield* isGzip(first.value) ? unpack(all) : all;
}

async function* startWith(first: Buffer, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    yield* chunks;
  } finally {
    await chunks.return(undefined);
  }
}

/**
 * The chunks of a stream, the first of which has {@link MARK_BYTES} bytes unless the stream ends
 * before.
 */
async function* holdHead(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of source) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < MARK_BYTES) continue;
    yield head;
    head = undefined;
  }
  if (head && head.length > 0) yield head;
}
