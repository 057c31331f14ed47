import { Buffer, isAscii, isUtf8 } from 'node:buffer';

import type { InvalidLine } from './conversion-event.js';

/** The longest line that is read; issue and docs/events.md. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** What may stand around a line of that length: a byte order mark, and a carriage return. */
const AROUND_BYTES = 4;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DELETE = 127;

/** One non-blank line, or one element of an array: its text, or why it cannot be read. */
export interface Line {
  /** From 1; blank lines are counted here though they are not events. */
  number: number;
  text: string;
  invalid?: InvalidLine;
  /** Of an array or envelope: which element, and the character of the line where it begins, both from 1. */
  element?: number;
  column?: number;
}

/**
 * Cuts bytes into lines: UTF-8 with or without BOM, LF or CRLF. Holds at most one line's bytes, and of a line that is
 * too long nothing at all, so memory stays flat whatever comes. Splitting bytes ourselves is 1.4 times as fast as
 * readline (performance.md section 2).
 */
export class LineSplitter {
  #rest: Buffer[] = [];
  #restBytes = 0;
  #number: number;
  #tooLong = false;
  #first: boolean;
  #pushed = 0;
  #ended = 0;

  /** @param linesBefore lines of the input that were read earlier and are not pushed again */
  constructor(linesBefore = 0) {
    this.#number = linesBefore;
    this.#first = linesBefore === 0;
  }

  /** Bytes pushed up to the end of the last whole line. */
  get endedBytes(): number {
    return this.#ended;
  }

  /** Number of the last whole line. */
  get lineNumber(): number {
    return this.#number;
  }

  /** The lines that end in `chunk`. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    // Asked once for all lines: a view of each and a decoder's look at it cost more than the rest of the cutting.
    const isPlain = isAscii(chunk);
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      if (isPlain && this.#restBytes === 0 && !this.#tooLong) this.#takePlain(chunk, start, end, lines);
      else this.#take(chunk.subarray(start, end), lines);
      start = end + 1;
      this.#ended = this.#pushed + start;
    }
    this.#pushed += chunk.length;
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The last line, where the input does not end with a line feed. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#restBytes > 0 || this.#tooLong) this.#take(Buffer.alloc(0), lines);
    this.#ended = this.#pushed;
    return lines;
  }

  #keep(part: Buffer): void {
    if (this.#tooLong) return;
    if (this.#restBytes + part.length > MAX_LINE_BYTES + AROUND_BYTES) {
      this.#tooLong = true;
      this.#rest = [];
      this.#restBytes = 0;
      return;
    }
    // A copy: the reader reuses its buffer.
    this.#rest.push(Buffer.from(part));
    this.#restBytes += part.length;
  }

  /** {@link #take} of a line that is whole in `chunk` and ASCII. */
  #takePlain(chunk: Buffer, start: number, feed: number, into: Line[]): void {
    const end = feed > start && chunk[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
    if (end - start > MAX_LINE_BYTES) return this.#take(chunk.subarray(start, feed), into);
    this.#number++;
    this.#first = false;
    const text = chunk.toString('latin1', start, end);
    if (!isBlank(text)) into.push({ number: this.#number, text });
  }

  #take(tail: Buffer, into: Line[]): void {
    this.#number++;
    let bytes = tail;
    if (this.#restBytes > 0) {
      bytes = this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest, tail]);
      this.#rest = [];
      this.#restBytes = 0;
    }
    const tooLong = this.#tooLong;
    this.#tooLong = false;
    if (this.#first) {
      this.#first = false;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    }
    const end = bytes[bytes.length - 1] === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    if (tooLong || end > MAX_LINE_BYTES) {
      into.push(this.#bad('line_too_long', `is longer than ${MAX_LINE_BYTES} bytes`));
      return;
    }
    const content = end === bytes.length ? bytes : bytes.subarray(0, end);
    if (!isUtf8(content)) {
      into.push(this.#bad('not_utf8', 'is not UTF-8 text'));
      return;
    }
    const text = content.toString('utf8');
    if (isBlank(text)) return;
    into.push({ number: this.#number, text });
  }

  #bad(code: string, message: string): Line {
    return { number: this.#number, text: '', invalid: { code, field: '', message } };
  }
}

/** Nearly every line begins with a brace: only what begins with white space is looked at as a whole. */
function isBlank(text: string): boolean {
  return text === '' || (!(text.charCodeAt(0) > SPACE && text.charCodeAt(0) < DELETE) && text.trim() === '');
}
