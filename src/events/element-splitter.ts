import { Buffer } from 'node:buffer';

import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  SEMICOLON,
  IS_PLAIN,
  isClosing,
  isOpening,
  LINE_FEED,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './bytes.js';
import { EnvelopeParts, findListKey } from './envelope-parts.js';
import { HeldBytes } from './held-bytes.js';
import type { Handover, Line } from './line-splitter.js';
import { makeLine, type RecordStart, SplitterOutput } from './splitter-output.js';
import { findSwallowedBrace, listSwallowedLines } from './truncated-record.js';

/** Brackets within brackets whose kind is remembered; deeper ones are taken for objects. */
const KNOWN_DEPTH = 64;

/**
 * Cuts JSON that is not one record a line: the elements of an array or of an envelope's list, or
 * objects one after another, over as many lines as they like and with anything between them that is
 * not a record. Looks at brackets and quotes only and holds one record's bytes at most (of an
 * envelope as much), so memory stays flat whatever comes; whether a record is JSON is for its
 * parser to say.
 */
export class ElementSplitter {
  /** Depth at which records begin: 0 outside, 1 in an array, 2 in an envelope's list. */
  #base = 0;
  #depth = 0;
  readonly #brackets = new Uint8Array(KNOWN_DEPTH);
  #inString = false;
  #isEscaped = false;
  /** After an envelope's list: what follows there belongs to the envelope. */
  #isSkipping = false;
  /** After a string that a line feed broke, until a line begins with a bracket. */
  #isLost = false;
  /** Whether the line has had only spaces so far. */
  #isFresh = true;
  #isCommaMissing = false;
  /** The last thing outside of all brackets was a bracket too many. */
  #isStray = false;

  #line = 1;
  /** Bytes since the beginning of the line that were in earlier chunks. */
  #lineBytes = 0;
  #element = 0;
  #comma: 'none' | 'wanted' | 'met' = 'none';
  readonly #output = new SplitterOutput();

  /** The record that has begun: where, and its bytes of earlier chunks. */
  #record: RecordStart | undefined;
  readonly #held = new HeldBytes();

  /**
   * The current chunk, the start of the record and of its line in it (negative: before the chunk).
   */
  #chunk: Buffer = Buffer.alloc(0);
  #start = 0;
  #lineStart = 0;
  #consumed = 0;

  readonly #findsTruncated: boolean;

  /**
   * @param options.findsTruncated an object where JSON allows none ends the record before it, which
   *   is truncated, even within a line. For text that is pushed whole and is not JSON.
   */
  constructor({ findsTruncated = false }: { findsTruncated?: boolean } = {}) {
    this.#findsTruncated = findsTruncated;
  }

  /**
   * Bytes of the last chunk that were taken: fewer than all where a line ended outside of all
   * brackets.
   */
  get consumed(): number {
    return this.#consumed;
  }

  /** Number of the line that is being read. */
  get line(): number {
    return this.#line;
  }

  /** Whether no record has begun, so that the rest can be split by lines. */
  get isIdle(): boolean {
    return this.#depth === 0 && !this.#record && !this.#isLost && !this.#isSkipping;
  }

  /** Begins with a line that was handed over. */
  begin({ line, lead }: Omit<Handover, 'bytes'>): void {
    this.#line = line;
    this.#lineBytes = lead.bytes;
    this.#output.countNuls(lead.nuls);
    this.#comma = 'none';
    this.#isFresh = true;
  }

  /** The records that end in `chunk`, up to the end of a line where {@link isIdle} is true. */
  push(chunk: Buffer): Line[] {
    this.#chunk = chunk;
    this.#start = 0;
    this.#lineStart = -this.#lineBytes;
    let index = 0;
    while (index < chunk.length) {
      if (this.#inString) index = this.#passString(index);
      else if (this.#record && !this.#record.isValue) index = this.#passPlain(index);
      if (index === chunk.length) break;
      const byte = chunk[index] as number;
      this.#step(byte, index);
      index++;
      if (byte === LINE_FEED && this.isIdle) break;
    }
    this.#consumed = index;
    if (this.#record) this.#held.keep(chunk.subarray(this.#start, index));
    else if (this.#isSkipping) this.#output.keepInEnvelope(chunk.subarray(this.#start, index));
    this.#lineBytes = index - this.#lineStart;
    return this.#output.take();
  }

  /** The last record where the input breaks off in it, and what is wrong with the input's end. */
  end(): Line[] {
    this.#chunk = Buffer.alloc(0);
    this.#start = 0;
    if (this.#record) this.#breakOff(0);
    else if (this.#depth > 0 && !this.#isLost)
      this.#output.reject(this.#line, 'the list is not closed: the input is truncated');
    this.#output.closeEnvelope();
    this.#output.noteNuls(this.#line);
    return this.#output.take();
  }

  /** Skips a string. Stops after its end, or at a line feed, which JSON strings cannot contain. */
  #passString(start: number): number {
    const chunk = this.#chunk;
    let index = start;
    for (; index < chunk.length; index++) {
      const byte = chunk[index];
      if (byte === LINE_FEED) return index;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        return (this.#findsTruncated && this.#leaveSwallowed(start, index)) || index + 1;
      }
    }
    return index;
  }

  /**
   * Begins a record with the brace at the end of a string that began at `start`, if the quote at
   * `end` cannot end the string: it begins the first key. Returns where to go on.
   */
  #leaveSwallowed(start: number, end: number): number | undefined {
    if (this.#base > 0 || !this.#record) return undefined;
    const brace = findSwallowedBrace(this.#chunk, start, end);
    if (brace === undefined) return undefined;
    this.#breakOff(brace);
    this.#between(OPEN_OBJECT, brace);
    return brace + 1;
  }

  #passPlain(start: number): number {
    const chunk = this.#chunk;
    let index = start;
    while (index < chunk.length && IS_PLAIN[chunk[index] as number] === 1) index++;
    return index;
  }

  #step(byte: number, index: number): void {
    if (byte === LINE_FEED) this.#endLine(index);
    else if (byte <= SPACE) this.#space(byte, index);
    else if (this.#isLost && !this.#findsItself(byte)) return;
    else if (this.#isSkipping) this.#skip(byte, index);
    else if (this.#record) this.#within(this.#record, byte, index);
    else this.#between(byte, index);
  }

  #endLine(index: number): void {
    if (this.#inString) {
      // The record is broken, and its neighbours must not be.
      this.#inString = false;
      this.#isEscaped = false;
      this.#isLost = this.#base > 0 || this.#isSkipping || this.#record?.line !== this.#line;
      if (this.#record) this.#finish(index);
    } else if (this.#record) {
      const { isValue, line } = this.#record;
      if (isValue) this.#finish(index);
      // A record over several lines does not have such a first line. It is an incomplete object.
      else if (
        this.#base === 0 &&
        line === this.#line &&
        this.#held.lastByte(this.#recordUpTo(index)) === CLOSE_OBJECT
      )
        this.#breakOff(index);
    }
    if (this.isIdle) this.#output.noteNuls(this.#line);
    this.#line++;
    this.#lineStart = index + 1;
    this.#isFresh = true;
  }

  #space(byte: number, index: number): void {
    if (this.#record) {
      // Outside of lists, text that is not JSON extends to the end of its line.
      if (this.#record.isValue && this.#base > 0) this.#finish(index);
    } else if (byte === 0) this.#output.countNuls(1);
  }

  #within(record: RecordStart, byte: number, index: number): void {
    if (record.isValue) {
      if (!this.#endsValue(byte)) {
        if (byte === QUOTE && this.#base > 0) this.#inString = true;
        return;
      }
      this.#finish(index);
      this.#between(byte, index);
    } else if (byte === QUOTE) {
      this.#inString = true;
    } else if (isOpening(byte)) {
      this.#open(byte, index);
    } else if (isClosing(byte) && --this.#depth <= this.#base) this.#finish(index + 1);
  }

  #endsValue(byte: number): boolean {
    return this.#base > 0 ? byte === COMMA || isClosing(byte) : byte === OPEN_OBJECT;
  }

  #open(byte: number, index: number): void {
    if (byte === OPEN_OBJECT && this.#isNextRecord(index)) {
      // JSON has no object in this place: the one before lacks its end.
      this.#breakOff(index);
      this.#between(byte, index);
      return;
    }
    const key =
      byte === OPEN_ARRAY && this.#base === 0 && this.#depth === 1
        ? findListKey(this.#held, this.#recordUpTo(index))
        : undefined;
    if (key === undefined) {
      this.#descend(byte);
      return;
    }
    const prefix = this.#held.joinTo(this.#recordUpTo(index + 1)) ?? Buffer.alloc(0);
    // Copies the prefix, because the list continues in other chunks.
    this.#output.openEnvelope(
      new EnvelopeParts(key, Buffer.from(prefix), this.#record as RecordStart),
    );
    this.#drop();
    this.#enter(2);
  }

  #descend(byte: number): void {
    if (this.#depth < KNOWN_DEPTH) this.#brackets[this.#depth] = byte;
    this.#depth++;
  }

  /** Whether the object that begins here, within a record, cannot belong to it. */
  #isNextRecord(index: number): boolean {
    if (index === this.#lineStart) return !this.#allowsObject(index);
    if (!this.#findsTruncated || this.#base > 0 || this.#depth > KNOWN_DEPTH) return false;
    return this.#held.lastByte(this.#recordUpTo(index)) !== COLON && !this.#allowsObject(index);
  }

  /** Whether an object may begin a line here, within a record. */
  #allowsObject(index: number): boolean {
    if (this.#depth > KNOWN_DEPTH || this.#brackets[this.#depth - 1] !== OPEN_ARRAY) return false;
    const last = this.#held.lastByte(this.#recordUpTo(index));
    return last === COMMA || last === OPEN_ARRAY;
  }

  #between(byte: number, index: number): void {
    if (byte === COMMA || (byte === SEMICOLON && this.#base === 0)) this.#meetSeparator(byte);
    else if (isClosing(byte)) this.#leave(index);
    else if (byte === OPEN_ARRAY && this.#depth === 0) this.#enter(1);
    // The bytes of a byte order mark, which `cat` leaves between files.
    else if (byte !== 0xef && byte !== 0xbb && byte !== 0xbf) this.#beginRecord(byte, index);
  }

  #meetSeparator(byte: number): void {
    if (this.#base === 0) {
      if (this.#comma === 'met') return;
      this.#comma = 'met';
      this.#output.noteSeparator(this.#line, byte);
      return;
    }
    if (this.#comma !== 'wanted') this.#output.reject(this.#line, 'there is an extra comma');
    this.#comma = 'met';
  }

  #beginRecord(byte: number, index: number): void {
    this.#output.noteNuls(this.#line);
    if (this.#comma === 'wanted' && this.#base > 0) {
      if (!this.#isCommaMissing)
        this.#output.reject(this.#line, 'a comma is missing between elements');
      this.#isCommaMissing = true;
      if (this.#base === 2 && byte === OPEN_OBJECT && index === this.#lineStart) this.#enter(0);
    }
    const isValue = !isOpening(byte);
    this.#isStray = false;
    this.#record = { line: this.#line, column: index - this.#lineStart + 1, isValue };
    this.#start = index;
    if (!isValue) this.#descend(byte);
    else if (byte === QUOTE && this.#base > 0) this.#inString = true;
  }

  #enter(base: number): void {
    this.#output.noteNuls(this.#line);
    if (base === 0) this.#output.closeEnvelope();
    this.#base = base;
    this.#depth = base;
    this.#element = 0;
    this.#comma = 'none';
    this.#isCommaMissing = false;
  }

  #leave(index: number): void {
    if (this.#base > 0 && this.#comma === 'met')
      this.#output.reject(this.#line, 'there is an extra comma');
    if (this.#base === 0 && !this.#isStray)
      this.#output.reject(this.#line, 'there is a closing bracket without an opening one');
    this.#isStray = this.#base === 0;
    this.#isSkipping = this.#base === 2;
    this.#start = index;
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
    if (this.#isSkipping) this.#endSkipping();
    return true;
  }

  /** Leaves an envelope that lacks its end. */
  #endSkipping(): void {
    this.#isSkipping = false;
    this.#depth = 0;
    this.#output.closeEnvelope();
  }

  #skip(byte: number, index: number): void {
    if (byte === OPEN_OBJECT && index === this.#lineStart && this.#depth === 1) {
      this.#endSkipping();
      this.#between(byte, index);
      return;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (isOpening(byte)) this.#depth++;
    else if (isClosing(byte)) this.#depth--;
    if ((this.#isSkipping = this.#depth > 0)) return;
    this.#output.keepInEnvelope(this.#chunk.subarray(this.#start, index + 1));
    this.#output.closeEnvelope();
  }

  #recordUpTo(end: number): Buffer {
    return this.#chunk.subarray(this.#start, end);
  }

  #drop(): void {
    this.#record = undefined;
    this.#held.clear();
  }

  /** Takes the record that ends before `end` of the chunk. */
  #finish(end: number): Line {
    const element = this.#base > 0 ? ++this.#element : undefined;
    const bytes = this.#held.joinTo(this.#recordUpTo(end));
    const at = makeLine(this.#record as RecordStart, element, bytes);
    this.#output.add(at);
    this.#depth = this.#base;
    this.#inString = false;
    this.#comma = this.#base > 0 ? 'wanted' : 'none';
    this.#drop();
    return at;
  }

  /**
   * Takes a record that lacks its end, and after it the lines that it took for its own though they
   * are records.
   */
  #breakOff(end: number): void {
    const isObject = this.#base === 0;
    const record = this.#finish(end);
    if (isObject) for (const line of listSwallowedLines(record)) this.#output.add(line);
  }
}
