import type { Readable } from 'node:stream';

import type { FormatChoice } from './event-parser.js';
import type { Line } from './line-splitter.js';
import type { SourceAddress } from './source-address.js';
import type { SourcePosition } from './source-position.js';

/** An input: a file or a stream, with its name for messages. */
export interface Input {
  name: string;
  /** A regular file, which can be read more than once. Absent: `stream` is read. */
  path?: string;
  /** A function opens it when it is read. */
  stream?: Readable | (() => Readable);
  /** The function gives the whole stream each time: it is held (see spool.ts). */
  isHeld?: boolean;
  /** Reads the records of a topic or stream, each time all that it held when it was opened. */
  lines?: (signal?: AbortSignal) => AsyncIterable<Line[]>;
  /** A topic, stream, queue or bucket, which is read through `src/sources/`. */
  address?: SourceAddress;
  /** Of an object in a bucket, which can be fetched again: changes when the object does. */
  version?: string;
  /** Format of its records; `auto` or absent: detected from the first record. */
  format?: FormatChoice;
}

/** The part of an input to read; absent: all of it. */
export interface Part {
  /** Start position, as reported by `readPart`, in a JSON Lines file. */
  from?: SourcePosition;
  /** End position. */
  to?: SourcePosition;
}

/** Whether an input can be read more than once. */
export function isRereadable({ path, isHeld, lines }: Input): boolean {
  return path !== undefined || isHeld === true || lines !== undefined;
}
