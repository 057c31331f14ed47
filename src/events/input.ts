import { createHash } from 'node:crypto';

import { InputError } from '../errors.js';
import { createEventParser, type EventParser, type ParserOptions } from './event-parser.js';
import type { Line } from './line-splitter.js';
import { refuseForeign } from './foreign.js';
import { isPlainFile, openBytes } from './input-bytes.js';
import { explainReadFault } from './input-faults.js';
import type { Input, Part } from './input-types.js';
import type { SourcePosition } from './source-position.js';
import { RecordSplitter } from './record-splitter.js';

export type { Input, Part } from './input-types.js';

/** Number of bytes before a position that identify it. */
const BLOCK_BYTES = 1024;

/** A position and the bytes before it, which identify it. */
export interface ReadPosition extends SourcePosition {
  /** SHA-256 of the `blockBytes` bytes before it. */
  block: string;
  blockBytes: number;
}

/** Lines in a row. */
export interface ReadLines {
  lines: Line[];
  /**
   * Position after the last line; absent where reading cannot start in the middle: in a stream, a
   * gzipped file or an array.
   */
  position?: ReadPosition | undefined;
  /** Bytes of the input read so far; of a gzipped one, unpacked. */
  end: number;
}

/** Returns the parser of one input. */
export function openParser(
  { name, format = 'auto' }: Input,
  options: Pick<ParserOptions, 'warnings'> = {},
): EventParser {
  return createEventParser({ ...options, format, input: name });
}

/**
 * The lines of one input, in order, a chunk at a time. Gzip is unpacked on the way.
 * @throws InputError when the input cannot be read, breaks off or cannot hold JSON
 */
export async function* readLines(input: Input, signal?: AbortSignal): AsyncGenerator<Line[]> {
  if (input.lines) yield* input.lines(signal);
  else for await (const { lines } of readPart(input, {}, signal)) yield lines;
}

/**
 * Like {@link readLines}, for a part of an input, with the position after the lines of each chunk.
 */
export async function* readPart(
  input: Input,
  part: Part,
  signal?: AbortSignal,
): AsyncGenerator<ReadLines> {
  const splitter = new RecordSplitter(part.from, { isStream: input.path === undefined });
  let start = part.from?.offset ?? 0;
  let isFirst = part.from === undefined;
  try {
    const hasPositions = await isPlainFile(input);
    for await (const bytes of openBytes(input, part, signal)) {
      if (isFirst) refuseForeign(input.name, bytes);
      isFirst = false;
      const lines = splitter.push(bytes);
      if (lines.length > 0)
        yield {
          lines,
          position: hasPositions ? markPosition(splitter.position, start, bytes) : undefined,
          end: start + bytes.length,
        };
      start += bytes.length;
      if (signal?.aborted) return;
    }
  } catch (error) {
    if (signal?.aborted) return;
    if (error instanceof InputError) throw error;
    throw explainReadFault(input.name, error as NodeJS.ErrnoException);
  }
  const last = splitter.end();
  if (last.length > 0) yield { lines: last, end: start };
}

/** @param start of the bytes, which the place may be before */
function markPosition(
  position: SourcePosition | undefined,
  start: number,
  bytes: Buffer,
): ReadPosition | undefined {
  if (!position || position.offset <= start) return undefined;
  const end = position.offset - start;
  const block = bytes.subarray(Math.max(0, end - BLOCK_BYTES), end);
  return { ...position, block: hashBlock(block), blockBytes: block.length };
}

/** Returns the hash of the bytes before a {@link ReadPosition}. */
export function hashBlock(block: Uint8Array): string {
  return createHash('sha256').update(block).digest('hex');
}
