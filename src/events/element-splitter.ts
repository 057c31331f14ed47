import { Buffer, isUtf8 } from 'node:buffer';

import type { Line } from './line-splitter.js';
import { MAX_LINE_BYTES } from './line-splitter.js';

const LINE_FEED = 10;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** What stands before the list of an envelope. Keys are short, so a short end of the text shows it. */
const ENVELOPE_KEY = /[{,]\s*"(?:messages|batch)"\s*:\s*$/;
const KEY_BYTES = 256;

/** Where a record begins; `isValue`: it has no brackets of its own, so that what follows it ends it. */
interface Begun {
  line: number;
  column: number;
  isValue: boolean;
}

/**
 * Cuts JSON that is no JSON Lines into records: the elements of an array or of an envelope's list, or objects one after
 * another, over as many lines as they like. Looks at brackets and quotes only and holds one record's bytes at most, so
 * memory stays flat whatever comes; whether a record is JSON is for its parser to say.
 */
export class ElementSplitter {
  /** Depth at which records begin: 0 outside, 1 in an array, 2 in an envelope's list. */
  #base = 0;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** Behind an envelope's list: what follows there is not read. */
  #isSkipping = false;
  /** Behind a string that a line feed broke: brackets count again from a line that begins with one. */
  #isLost = false;
  /** Nothing of the line was met yet but spaces. */
  #isFresh = true;
  #isFirst = true;

  #line = 1;
  /** Bytes since the beginning of the line that were in earlier chunks. */
  #lineBytes = 0;
  #element = 0;
  #comma: 'none' | 'wanted' | 'met' = 'none';

  /** The record that has begun: where, and its bytes of earlier chunks. */
  #record: Begun | undefined;
  #parts: Buffer[] = [];
  #partBytes = 0;

  /** The records that end in `chunk`. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let index = 0;
    if (this.#isFirst && chunk.length > 0) {
      this.#isFirst = false;
      if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) index = 3;
    }
    let lineStart = -this.#lineBytes;
    let start = this.#record ? 0 : -1;
    for (; index < chunk.length; index++) {
      const byte = chunk[index] as number;
      if (this.#inString) {
        if (byte !== LINE_FEED) {
          if (this.#isEscaped) this.#isEscaped = false;
          else if (byte === BACKSLASH) this.#isEscaped = true;
          else if (byte === QUOTE) this.#inString = false;
          continue;
        }
        // No string of JSON has one: the record is broken, and its neighbours must not be.
        if (this.#record) start = this.#finish(chunk, start, index, lines);
        this.#isLost = true;
      }
      if (byte === LINE_FEED) {
        if (this.#record?.isValue) start = this.#finish(chunk, start, index, lines);
        this.#line++;
        lineStart = index + 1;
        this.#isFresh = true;
        continue;
      }
      if (byte <= 32) {
        if (this.#record?.isValue) start = this.#finish(chunk, start, index, lines);
        continue;
      }
      if (this.#isLost && !this.#findsItself(byte)) continue;
      if (this.#isSkipping) {
        this.#skip(byte);
        continue;
      }
      const isOpening = byte === OPEN_OBJECT || byte === OPEN_ARRAY;
      const isClosing = byte === CLOSE_OBJECT || byte === CLOSE_ARRAY;
      if (this.#record?.isValue && (byte === COMMA || isClosing)) start = this.#finish(chunk, start, index, lines);
      if (this.#record) {
        if (byte === QUOTE) this.#inString = true;
        else if (isOpening) {
          if (byte === OPEN_ARRAY && this.#base === 0 && this.#depth === 1 && this.#isEnvelope(chunk, start, index)) {
            start = this.#drop();
            this.#enter(2);
          } else this.#depth++;
        } else if (isClosing && --this.#depth <= this.#base) start = this.#finish(chunk, start, index + 1, lines);
      } else if (byte === COMMA) {
        if (this.#comma !== 'wanted') lines.push(this.#fault('there is a comma too many'));
        this.#comma = 'met';
      } else if (isClosing) {
        this.#leave(lines);
      } else if (byte === OPEN_ARRAY && this.#depth === 0) {
        this.#enter(1);
      } else {
        if (this.#comma === 'wanted' && this.#base > 0) lines.push(this.#fault('a comma is missing between elements'));
        this.#record = { line: this.#line, column: index - lineStart + 1, isValue: !isOpening };
        start = index;
        if (isOpening) this.#depth++;
        else if (byte === QUOTE) this.#inString = true;
      }
    }
    if (this.#record) this.#keep(chunk.subarray(start));
    this.#lineBytes = chunk.length - lineStart;
    return lines;
  }

  /** The last record where the input breaks off in it, and what is wrong with the input's end. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#record) this.#finish(Buffer.alloc(0), 0, 0, lines);
    else if (this.#depth > 0 && !this.#isLost)
      lines.push(this.#fault('the list is not closed: the input ends too early'));
    return lines;
  }

  #enter(base: number): void {
    this.#base = base;
    this.#depth = base;
    this.#element = 0;
    this.#comma = 'none';
  }

  #leave(lines: Line[]): void {
    if (this.#comma === 'met') lines.push(this.#fault('there is a comma too many'));
    if (this.#base === 0) lines.push(this.#fault('a bracket is closed that was not opened'));
    this.#isSkipping = this.#base === 2;
    this.#depth = Math.max(0, this.#base - 1);
    this.#base = 0;
    this.#comma = 'none';
  }

  #findsItself(byte: number): boolean {
    const isFresh = this.#isFresh;
    this.#isFresh = false;
    if (!isFresh || (byte !== OPEN_OBJECT && byte !== CLOSE_ARRAY)) return false;
    this.#isLost = false;
    this.#comma = 'none';
    return true;
  }

  #skip(byte: number): void {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth--;
    this.#isSkipping = this.#depth > 0;
  }

  #isEnvelope(chunk: Buffer, start: number, index: number): boolean {
    const near = [chunk.subarray(Math.max(start, index - KEY_BYTES), index)];
    let bytes = index - start;
    for (let part = this.#parts.length - 1; part >= 0 && bytes < KEY_BYTES; part--) {
      near.unshift(this.#parts[part] as Buffer);
      bytes += near[0]!.length;
    }
    return ENVELOPE_KEY.test(Buffer.concat(near).toString('latin1'));
  }

  #keep(part: Buffer): void {
    // Of a record that is too long nothing is kept, only counted.
    if (this.#partBytes <= MAX_LINE_BYTES) {
      if (this.#partBytes + part.length > MAX_LINE_BYTES) this.#parts = [];
      else this.#parts.push(Buffer.from(part));
    }
    this.#partBytes += part.length;
  }

  #drop(): -1 {
    this.#record = undefined;
    this.#parts = [];
    this.#partBytes = 0;
    return -1;
  }

  #finish(chunk: Buffer, start: number, end: number, lines: Line[]): -1 {
    const tail = chunk.subarray(start, end);
    const { line, column } = this.#record as Begun;
    const at: Line = { number: line, text: '', column };
    if (this.#base > 0) at.element = ++this.#element;
    if (this.#partBytes + tail.length > MAX_LINE_BYTES) {
      at.invalid = { code: 'line_too_long', field: '', message: `is longer than ${MAX_LINE_BYTES} bytes` };
    } else {
      const bytes = this.#parts.length === 0 ? tail : Buffer.concat([...this.#parts, tail]);
      if (isUtf8(bytes)) at.text = bytes.toString('utf8');
      else at.invalid = { code: 'not_utf8', field: '', message: 'is not UTF-8 text' };
    }
    lines.push(at);
    this.#depth = this.#base;
    this.#inString = false;
    this.#comma = this.#base > 0 ? 'wanted' : 'none';
    return this.#drop();
  }

  #fault(message: string): Line {
    return {
      number: this.#line,
      text: '',
      invalid: { code: 'not_json', field: '', message: `is not JSON: ${message}` },
    };
  }
}
