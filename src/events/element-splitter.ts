import { Buffer, isUtf8 } from 'node:buffer';

import type { Line } from './line-splitter.js';
import { MAX_LINE_BYTES } from './line-splitter.js';

const LINE_FEED = 10;
const SPACE = 32;
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

  /** The chunk at hand: where the record begins in it, where its line does (before it: below 0), and what it gave. */
  #chunk: Buffer = Buffer.alloc(0);
  #start = 0;
  #lineStart = 0;
  #lines: Line[] = [];

  /** The records that end in `chunk`. */
  push(chunk: Buffer): Line[] {
    this.#lines = [];
    this.#chunk = chunk;
    this.#start = 0;
    this.#lineStart = -this.#lineBytes;
    let index = 0;
    if (this.#isFirst && chunk.length > 0) {
      this.#isFirst = false;
      if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) index = 3;
    }
    for (; index < chunk.length; index++) this.#step(chunk[index] as number, index);
    if (this.#record) this.#keep(chunk.subarray(this.#start));
    this.#lineBytes = chunk.length - this.#lineStart;
    return this.#lines;
  }

  /** The last record where the input breaks off in it, and what is wrong with the input's end. */
  end(): Line[] {
    this.#lines = [];
    this.#chunk = Buffer.alloc(0);
    this.#start = 0;
    if (this.#record) this.#finish(0);
    else if (this.#depth > 0 && !this.#isLost) this.#tell('the list is not closed: the input ends too early');
    return this.#lines;
  }

  #step(byte: number, index: number): void {
    if (this.#inString && byte !== LINE_FEED) this.#goOn(byte);
    else if (byte <= SPACE) this.#space(byte, index);
    else if (this.#isLost && !this.#findsItself(byte)) return;
    else if (this.#isSkipping) this.#skip(byte);
    else if (this.#record) this.#within(this.#record, byte, index);
    else this.#between(byte, index);
  }

  /** A byte of a string. */
  #goOn(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  #space(byte: number, index: number): void {
    if (this.#inString) {
      // No string of JSON has a line feed: the record is broken, and its neighbours must not be.
      this.#inString = false;
      this.#isLost = true;
      if (this.#record) this.#finish(index);
    } else if (this.#record?.isValue) this.#finish(index);
    if (byte !== LINE_FEED) return;
    this.#line++;
    this.#lineStart = index + 1;
    this.#isFresh = true;
  }

  #within(record: Begun, byte: number, index: number): void {
    if (record.isValue && (byte === COMMA || isClosing(byte))) {
      this.#finish(index);
      this.#between(byte, index);
    } else if (byte === QUOTE) {
      this.#inString = true;
    } else if (isOpening(byte)) {
      const mayBeList = byte === OPEN_ARRAY && this.#base === 0 && this.#depth === 1;
      if (mayBeList && this.#isEnvelope(index)) {
        this.#drop();
        this.#enter(2);
      } else this.#depth++;
    } else if (isClosing(byte) && --this.#depth <= this.#base) this.#finish(index + 1);
  }

  #between(byte: number, index: number): void {
    if (byte === COMMA) {
      if (this.#comma !== 'wanted') this.#tell('there is a comma too many');
      this.#comma = 'met';
    } else if (isClosing(byte)) {
      this.#leave();
    } else if (byte === OPEN_ARRAY && this.#depth === 0) {
      this.#enter(1);
    } else {
      this.#begin(byte, index);
    }
  }

  #begin(byte: number, index: number): void {
    if (this.#comma === 'wanted' && this.#base > 0) this.#tell('a comma is missing between elements');
    const isValue = !isOpening(byte);
    this.#record = { line: this.#line, column: index - this.#lineStart + 1, isValue };
    this.#start = index;
    if (!isValue) this.#depth++;
    else if (byte === QUOTE) this.#inString = true;
  }

  #enter(base: number): void {
    this.#base = base;
    this.#depth = base;
    this.#element = 0;
    this.#comma = 'none';
  }

  #leave(): void {
    if (this.#comma === 'met') this.#tell('there is a comma too many');
    if (this.#base === 0) this.#tell('a bracket is closed that was not opened');
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
    else if (isOpening(byte)) this.#depth++;
    else if (isClosing(byte)) this.#depth--;
    this.#isSkipping = this.#depth > 0;
  }

  #isEnvelope(index: number): boolean {
    const near = [this.#chunk.subarray(Math.max(this.#start, index - KEY_BYTES), index)];
    let bytes = index - this.#start;
    for (let part = this.#parts.length - 1; part >= 0 && bytes < KEY_BYTES; part--) {
      const before = this.#parts[part] as Buffer;
      near.unshift(before);
      bytes += before.length;
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

  #drop(): void {
    this.#record = undefined;
    this.#parts = [];
    this.#partBytes = 0;
  }

  /** Takes the record that ends before `end` of the chunk. */
  #finish(end: number): void {
    const tail = this.#chunk.subarray(this.#start, end);
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
    this.#lines.push(at);
    this.#depth = this.#base;
    this.#inString = false;
    this.#comma = this.#base > 0 ? 'wanted' : 'none';
    this.#drop();
  }

  /** Something that is wrong between records. */
  #tell(problem: string): void {
    const message = `is not JSON: ${problem}`;
    this.#lines.push({ number: this.#line, text: '', invalid: { code: 'not_json', field: '', message } });
  }
}

function isOpening(byte: number): boolean {
  return byte === OPEN_OBJECT || byte === OPEN_ARRAY;
}

function isClosing(byte: number): boolean {
  return byte === CLOSE_OBJECT || byte === CLOSE_ARRAY;
}
