import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { addAbortSignal, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { InputError, messageOf } from '../errors.js';
import type { FormatChoice } from './event-parser.js';
import { createEventParser, type EventParser, type ParserOptions } from './event-parser.js';
import type { Line } from './line-splitter.js';
import { readFileChunks } from './file-chunks.js';
import type { LinePlace } from './place.js';
import { RecordSplitter } from './record-splitter.js';

const CHUNK_BYTES = 256 * 1024;
/** So much of what is before a place tells whether it is still the same place. */
const BLOCK_BYTES = 1024;
/** Lines of so many bytes are taken at once. They live while they are planned: with more, garbage is carried about before it is freed. */
const PART_BYTES = 64 * 1024;
/** Of a file that is read from its middle so much is taken first: planning a few lines is enough for a first request. */
const FIRST_BYTES = 8 * 1024;

/** One input: a file or a stream, with the name that messages use. */
export interface Input {
  name: string;
  /** Absent: `stream` is read. */
  path?: string;
  stream?: Readable;
  /** What its records are; `auto` or absent: the first one tells. */
  format?: FormatChoice;
}

/** What of an input is read; absent: all of it. */
export interface Part {
  /** Behind a place that {@link readPart} told of, in a file of JSON Lines. */
  from?: LinePlace;
  /** Up to such a place. */
  to?: LinePlace;
}

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
 * Checks that every input can be opened before the first line is read, so that a typing error in the third name does
 * not show after the first file was sent.
 * @throws InputError for a missing file, a directory or one without permission.
 */
export async function checkInputs(inputs: readonly Input[]): Promise<void> {
  for (const { path, name } of inputs) {
    if (path === undefined) continue;
    const found = await stat(path).catch((error: unknown) => {
      throw explainOpenFault(name, error as NodeJS.ErrnoException);
    });
    if (found.isDirectory()) {
      throw new InputError('input_is_directory', `${name} is a directory; expected a file of JSON Lines.`, {
        hint: `Name the files in it, such as ${name.replace(/\/$/, '')}/*.jsonl.`,
      });
    }
  }
}

/**
 * The lines of one input, in order, a chunk at a time. `.gz` files are unpacked on the way.
 * @throws InputError when the input cannot be read, breaks off, is no gzip or is UTF-16.
 */
export async function* readLines(input: Input, signal?: AbortSignal): AsyncGenerator<Line[]> {
  for await (const { lines } of readPart(input, {}, signal)) yield lines;
}

/** As {@link readLines}, a part of an input, and with the place behind each chunk's lines. */
export async function* readPart(input: Input, part: Part, signal?: AbortSignal): AsyncGenerator<ReadLines> {
  const splitter = new RecordSplitter(part.from);
  const hasPlaces = isPlainFile(input);
  let isFirst = part.from === undefined;
  let start = part.from?.offset ?? 0;
  try {
    for await (const bytes of cutBytes(openBytes(input, part, signal), part)) {
      if (isFirst && bytes.length > 0) {
        isFirst = false;
        refuseUtf16(input.name, bytes);
      }
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

async function* cutBytes(chunks: AsyncIterable<Buffer>, { from }: Part): AsyncGenerator<Buffer> {
  let size = from ? FIRST_BYTES : PART_BYTES;
  for await (const bytes of chunks) {
    for (let start = 0; start < bytes.length;) {
      const part = bytes.subarray(start, start + size);
      start += part.length;
      size = PART_BYTES;
      yield part;
    }
  }
}

/** Whether an input is read as it is on the disk. */
export function isPlainFile(input: Input): input is Input & { path: string } {
  return input.path !== undefined && !input.path.endsWith('.gz');
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

function openBytes(input: Input, { from, to }: Part, signal: AbortSignal | undefined): AsyncIterable<Buffer> {
  if (isPlainFile(input)) {
    const range = { ...(from && { from: from.offset }), ...(to && { to: to.offset }) };
    return readFileChunks(input.path, CHUNK_BYTES, signal, range);
  }
  const options = signal ? { highWaterMark: CHUNK_BYTES, signal } : { highWaterMark: CHUNK_BYTES };
  const source = input.path === undefined ? (input.stream as Readable) : createReadStream(input.path, options);
  // A pipe that says nothing would keep a stopped run waiting for ever.
  if (signal && input.path === undefined) addAbortSignal(signal, source);
  if (!input.path?.endsWith('.gz')) return source;
  const unpacked = new PassThrough({ highWaterMark: CHUNK_BYTES });
  pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), unpacked).catch((error: unknown) =>
    unpacked.destroy(error as Error),
  );
  return unpacked;
}

function refuseUtf16(name: string, bytes: Buffer): void {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark !== 0xfeff && mark !== 0xfffe) return;
  throw new InputError('not_utf8', `${name} is UTF-16 text; expected UTF-8.`, {
    hint: `Convert it: iconv -f UTF-16 -t UTF-8 ${name} > events.jsonl`,
  });
}

function explainOpenFault(name: string, error: NodeJS.ErrnoException): InputError {
  if (error.code === 'ENOENT') {
    return new InputError('input_not_found', `${name}: there is no such file.`, { cause: error });
  }
  return explainReadFault(name, error);
}

function explainReadFault(name: string, error: NodeJS.ErrnoException): InputError {
  if (error.code === 'ENOENT') return explainOpenFault(name, error);
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new InputError('input_unreadable', `${name} may not be read by this user.`, { cause: error });
  }
  if (error.code?.startsWith('Z_') || error.code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new InputError('input_broken_gzip', `${name} is no whole gzip file.`, { cause: error });
  }
  return new InputError('input_unreadable', `${name} could not be read: ${messageOf(error)}.`, { cause: error });
}
