import { Buffer } from 'node:buffer';

import { ElementSplitter } from './element-splitter.js';
import type { Line } from './line-splitter.js';
import { LineSplitter, MAX_LINE_BYTES } from './line-splitter.js';
import type { LinePlace } from './place.js';

const LINE_FEED = 10;
const OPEN_ARRAY = 91;
const OPEN_OBJECT = 123;

/** A first line that only opens things: an object printed over many lines, or an envelope. */
const OPENING_LINE = /^\{\s*(?:"(?:messages|batch)"\s*:\s*(?:\[\s*(?:\{\s*)?)?)?$/;
/** The beginning of an envelope that is all on one line. */
const ENVELOPE = /^\{[^[{]*"(?:messages|batch)"\s*:\s*\[/;

/**
 * Cuts bytes into records, by how the input begins: JSON Lines, unless it is an array, an envelope too long for a line, or
 * an object printed over many lines.
 */
export class RecordSplitter {
  #splitter: LineSplitter | ElementSplitter | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  readonly #start: LinePlace;

  /** @param start where the first byte that is pushed is in a file of JSON Lines; absent: at its beginning, which tells what it is */
  constructor(start?: LinePlace) {
    this.#start = start ?? { offset: 0, line: 0 };
    if (start) this.#splitter = new LineSplitter(start.line);
  }

  /** The place behind the last whole line that was pushed; absent where the input is not of JSON Lines. */
  get place(): LinePlace | undefined {
    if (!(this.#splitter instanceof LineSplitter)) return undefined;
    return { offset: this.#start.offset + this.#splitter.endedBytes, line: this.#splitter.lineNumber };
  }

  /** The records that end in `chunk`. */
  push(chunk: Buffer): Line[] {
    if (this.#splitter) return this.#splitter.push(chunk);
    // A copy: the reader reuses its buffer.
    this.#held.push(Buffer.from(chunk));
    this.#heldBytes += chunk.length;
    return this.#choose(chunk.includes(LINE_FEED) || this.#heldBytes > MAX_LINE_BYTES);
  }

  /** What is left at the input's end. */
  end(): Line[] {
    const lines = this.#splitter ? [] : this.#choose(true, true);
    return [...lines, ...(this.#splitter as LineSplitter | ElementSplitter).end()];
  }

  #choose(isLine: boolean, isEnd = false): Line[] {
    const first = this.#held.find((part) => findStart(part) !== -1);
    if (!isEnd && (first === undefined || (!isLine && first[findStart(first)] !== OPEN_ARRAY))) return [];
    const bytes = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held);
    this.#splitter = isElements(bytes) ? new ElementSplitter() : new LineSplitter();
    this.#held = [];
    return this.#splitter.push(bytes);
  }
}

/** The first byte that is neither space nor byte order mark. */
function findStart(bytes: Buffer): number {
  return bytes.findIndex((byte) => byte > 32 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
}

function isElements(bytes: Buffer): boolean {
  const start = findStart(bytes);
  if (bytes[start] === OPEN_ARRAY) return true;
  if (bytes[start] !== OPEN_OBJECT) return false;
  const end = bytes.indexOf(LINE_FEED, start);
  // A line that is too long for JSON Lines may still be read as what it holds.
  if (end === -1) return bytes.length > MAX_LINE_BYTES && ENVELOPE.test(bytes.toString('latin1', start, start + 4096));
  return OPENING_LINE.test(bytes.toString('latin1', start, Math.min(end, start + 4096)).trim());
}
