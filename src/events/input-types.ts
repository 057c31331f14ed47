import type { Readable } from 'node:stream';

import type { FormatChoice } from './event-parser.js';
import type { LinePlace } from './place.js';

/** One input: a file or a stream, with the name that messages use. */
export interface Input {
  name: string;
  /** A regular file, which can be read more than once. Absent: `stream` is read. */
  path?: string;
  /** A function opens it when it is read. */
  stream?: Readable | (() => Readable);
  /** The function gives the whole stream each time: it is held (see spool.ts). */
  isHeld?: boolean;
  /** What its records are; `auto` or absent: the first one tells. */
  format?: FormatChoice;
}

/** What of an input is read; absent: all of it. */
export interface Part {
  /** Behind a place that `readPart` told of, in a file of JSON Lines. */
  from?: LinePlace;
  /** Up to such a place. */
  to?: LinePlace;
}

/** Whether an input can be read more than once. */
export function isRereadable({ path, isHeld }: Input): boolean {
  return path !== undefined || isHeld === true;
}
