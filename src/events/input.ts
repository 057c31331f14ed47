import { createHash } from 'node:crypto';

import { InputError } from '../errors.js';
import { createEventParser, type EventParser, type ParserOptions } from './event-parser.js';
import type { Line } from './line-splitter.js';
import { refuseForeign } from './foreign.js';
import { isPlainFile, openBytes } from './input-bytes.js';
import { explainReadFault } from './input-faults.js';
import type { Input, Part } from './input-types.js';
import type { LinePlace } from './place.js';
import { RecordSplitter } from './record-splitter.js';

export type { Input, Part } from './input-types.js';

/** So much of what is before a place tells whether it is still the same place. */
const BLOCK_BYTES = 1024;

/** A place with what tells it from another: the bytes before it. */
export interface ReadPlace extends LinePlace {
  /** SHA-256 of the `blockBytes` bytes before it. */
  block: string;
  blockBytes: number;
}

/** Lines in a row. */
export interface ReadLines {
  lines: Line[];
  /** Behind the last of them; absent where reading cannot begin in the middle: in a stream, a packed file or an array. */
  place?: ReadPlace | undefined;
}

/** Returns the parser of one input. */
export function openParser(
  { name, format = 'auto' }: Input,
  options: Pick<ParserOptions, 'tell' | 'warnings'> = {},
): EventParser {
  return createEventParser({ ...options, format, input: name });
}

/**
 * The lines of one input, in order, a chunk at a time. Gzip is unpacked on the way.
 * @throws InputError when the input cannot be read, breaks off or cannot hold JSON
 */
export async function* readLines(input: Input, signal?: AbortSignal): AsyncGenerator<Line[]> {
  for await (const { lines } of readPart(input, {}, signal)) yield lines;
}

/** As {@link readLines}, a part of an input, and with the place behind each chunk's lines. */
export async function* readPart(input: Input, part: Part, signal?: AbortSignal): AsyncGenerator<ReadLines> {
  const splitter = new RecordSplitter(part.from, { isStream: input.path === undefined });
  let start = part.from?.offset ?? 0;
  let isFirst = part.from === undefined;
  try {
    const hasPlaces = await isPlainFile(input);
    for await (const bytes of openBytes(input, part, signal)) {
      if (isFirst) refuseForeign(input.name, bytes);
      isFirst = false;
      const lines = splitter.push(bytes);
      if (lines.length > 0) yield { lines, place: hasPlaces ? markPlace(splitter.place, start, bytes) : undefined };
      start += bytes.length;
      if (signal?.aborted) return;
    }
  } catch (error) {
    if (signal?.aborted) return;
    if (error instanceof InputError) throw error;
    throw explainReadFault(input.name, error as NodeJS.ErrnoException);
  }
  const last = splitter.end();
  if (last.length > 0) yield { lines: last };
}

/** @param start of the bytes, which the place may be before */
function markPlace(place: LinePlace | undefined, start: number, bytes: Buffer): ReadPlace | undefined {
  if (!place || place.offset <= start) return undefined;
  const end = place.offset - start;
  const block = bytes.subarray(Math.max(0, end - BLOCK_BYTES), end);
  return { ...place, block: hashBlock(block), blockBytes: block.length };
}

/** What a {@link ReadPlace} keeps of the bytes before it. */
export function hashBlock(block: Uint8Array): string {
  return createHash('sha256').update(block).digest('hex');
}
