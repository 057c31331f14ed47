import { Buffer, isUtf8 } from 'node:buffer';

import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  IS_PLAIN,
  isClosing,
  isOpening,
  LINE_FEED,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './bytes.js';
import { EnvelopeParts } from './envelope-parts.js';
import { HeldBytes } from './held-bytes.js';
import type { Handover, Line } from './line-splitter.js';
import { MAX_LINE_BYTES, noteNuls } from './line-splitter.js';

/** What stands before the list of an envelope. Keys are short, so a short end of the text shows it. */
const ENVELOPE_KEY = /[{,]\s*"(messages|batch|events|conversions)"\s*:\s*$/;
const KEY_BYTES = 256;
/** Brackets within brackets whose kind is remembered; deeper ones are taken for objects. */
const KNOWN_DEPTH = 64;

/** Where a record begins; `isValue`: it has no brackets of its own, so that what follows it ends it. */
interface Begun {
  line: number;
  column: number;
  isValue: boolean;
}

/**
 * Cuts JSON that is not one record a line: the elements of an array or of an envelope's list, or objects one after
 * another, over as many lines as they like and with anything between them that is not a record. Looks at brackets and
 * quotes only and holds one record's bytes at most (of an envelope as much), so memory stays flat whatever comes;
 * whether a record is JSON is for its parser to say.
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
  /** After a string that a line feed broke: brackets count again from a line that begins with one. */
  #isLost = false;
  /** Nothing of the line was met yet but spaces. */
  #isFresh = true;
  #isCommaMissing = false;
  /** The last thing outside of all brackets was a bracket too many. */
  #isStray = false;

  #line = 1;
  /** Bytes since the beginning of the line that were in earlier chunks. */
  #lineBytes = 0;
  #element = 0;
  #comma: 'none' | 'wanted' | 'met' = 'none';
  #nuls = 0;
  #envelope: EnvelopeParts | undefined;

  /** The record that has begun: where, and its bytes of earlier chunks. */
  #record: Begun | undefined;
  readonly #held = new HeldBytes();

  /** The chunk at hand: where the record begins in it, where its line does (before it: below 0), and what it gave. */
  #chunk: Buffer = Buffer.alloc(0);
  #start = 0;
  #lineStart = 0;
  #lines: Line[] = [];
  #consumed = 0;

  /** Bytes of the last chunk that were taken: fewer than all where a line ended outside of all brackets. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Number of the line that is being read. */
  get line(): number {
    return this.#line;
  }

  /** Nothing has begun: what follows may be cut by lines. */
  get isIdle(): boolean {
    return this.#depth === 0 && !this.#record && !this.#isLost && !this.#isSkipping;
  }

  /** Begins with a line that was handed over. */
  begin({ line, lead }: Omit<Handover, 'bytes'>): void {
    this.#line = line;
    this.#lineBytes = lead.bytes;
    this.#nuls = lead.nuls;
    this.#comma = 'none';
    this.#isFresh = true;
  }

  /** The records that end in `chunk`, up to the end of a line where {@link isIdle} is true. */
  push(chunk: Buffer): Line[] {
    this.#lines = [];
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
    else if (this.#isSkipping) this.#envelope?.keep(chunk.subarray(this.#start, index));
    this.#lineBytes = index - this.#lineStart;
    return this.#lines;
  }

  /** The last record where the input breaks off in it, and what is wrong with the input's end. */
  end(): Line[] {
    this.#lines = [];
    this.#chunk = Buffer.alloc(0);
    this.#start = 0;
    if (this.#record) this.#breakOff(0);
    else if (this.#depth > 0 && !this.#isLost) this.#tell('the list is not closed: the input ends too early');
    this.#closeEnvelope();
    this.#noteNuls();
    return this.#lines;
  }

  /** Passes over a string. Stops behind its end, or at a line feed, which no string of JSON has. */
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
        return index + 1;
      }
    }
    return index;
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
      // Nothing that goes on over lines has a first line like that: it is an object that lacks its end.
      else if (this.#base === 0 && line === this.#line && this.#held.lastByte(this.#recordUpTo(index)) === CLOSE_OBJECT)
        this.#breakOff(index);
    }
    if (this.isIdle) this.#noteNuls();
    this.#line++;
    this.#lineStart = index + 1;
    this.#isFresh = true;
  }

  #space(byte: number, index: number): void {
    if (this.#record) {
      // Outside of lists a text that is not JSON goes on to the end of its line.
      if (this.#record.isValue && this.#base > 0) this.#finish(index);
    } else if (byte === 0) this.#nuls++;
  }

  #within(record: Begun, byte: number, index: number): void {
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
    if (byte === OPEN_OBJECT && index === this.#lineStart && !this.#allowsObject(index)) {
      // JSON has no object in this place: the one before lacks its end, and this is the next record.
      this.#breakOff(index);
      this.#between(byte, index);
      return;
    }
    const key = byte === OPEN_ARRAY && this.#base === 0 && this.#depth === 1 ? this.#findKey(index) : undefined;
    if (key === undefined) {
      this.#descend(byte);
      return;
    }
    const prefix = this.#held.joinTo(this.#recordUpTo(index + 1)) ?? Buffer.alloc(0);
    // A copy: the list goes on in other chunks.
    this.#envelope = new EnvelopeParts(key, Buffer.from(prefix), this.#record as Begun);
    this.#drop();
    this.#enter(2);
  }

  #descend(byte: number): void {
    if (this.#depth < KNOWN_DEPTH) this.#brackets[this.#depth] = byte;
    this.#depth++;
  }

  /** Whether an object may begin here, within a record. */
  #allowsObject(index: number): boolean {
    if (this.#depth > KNOWN_DEPTH || this.#brackets[this.#depth - 1] !== OPEN_ARRAY) return false;
    const last = this.#held.lastByte(this.#recordUpTo(index));
    return last === COMMA || last === OPEN_ARRAY;
  }

  #between(byte: number, index: number): void {
    if (byte === COMMA) this.#meetComma();
    else if (isClosing(byte)) this.#leave(index);
    else if (byte === OPEN_ARRAY && this.#depth === 0) this.#enter(1);
    // The bytes of a byte order mark, which `cat` leaves between files.
    else if (byte !== 0xef && byte !== 0xbb && byte !== 0xbf) this.#beginRecord(byte, index);
  }

  #meetComma(): void {
    if (this.#base === 0) {
      if (this.#comma === 'met') return;
      this.#comma = 'met';
      const message = 'a comma after the object was passed over; expected one object a line, or a list in brackets';
      this.#lines.push({ number: this.#line, text: '', note: { code: 'trailing_comma', field: '', message } });
      return;
    }
    if (this.#comma !== 'wanted') this.#tell('there is a comma too many');
    this.#comma = 'met';
  }

  #beginRecord(byte: number, index: number): void {
    this.#noteNuls();
    if (this.#comma === 'wanted' && this.#base > 0) {
      if (!this.#isCommaMissing) this.#tell('a comma is missing between elements');
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
    this.#noteNuls();
    if (base === 0) this.#closeEnvelope();
    this.#base = base;
    this.#depth = base;
    this.#element = 0;
    this.#comma = 'none';
    this.#isCommaMissing = false;
  }

  #leave(index: number): void {
    if (this.#base > 0 && this.#comma === 'met') this.#tell('there is a comma too many');
    if (this.#base === 0 && !this.#isStray) this.#tell('a bracket is closed that was not opened');
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
    this.#closeEnvelope();
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
    this.#envelope?.keep(this.#chunk.subarray(this.#start, index + 1));
    this.#closeEnvelope();
  }

  #closeEnvelope(): void {
    if (this.#envelope) for (const line of this.#envelope.close()) this.#lines.push(line);
    this.#envelope = undefined;
  }

  #findKey(index: number): string | undefined {
    return ENVELOPE_KEY.exec(this.#held.lastOf(this.#recordUpTo(index), KEY_BYTES).toString('latin1'))?.[1];
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
    const { line, column } = this.#record as Begun;
    const at: Line = { number: line, text: '', column };
    if (this.#base > 0) at.element = ++this.#element;
    // Outside of lists a record at the beginning of its line is placed by its line alone, as JSON Lines are.
    else if (column === 1) delete at.column;
    const bytes = this.#held.joinTo(this.#recordUpTo(end));
    if (!bytes) {
      at.invalid = { code: 'line_too_long', field: '', message: `is longer than ${MAX_LINE_BYTES} bytes` };
    } else if (isUtf8(bytes)) {
      at.text = bytes.toString('utf8').trimEnd();
    } else {
      at.invalid = { code: 'not_utf8', field: '', message: 'is not UTF-8 text' };
    }
    this.#add(at);
    this.#depth = this.#base;
    this.#inString = false;
    this.#comma = this.#base > 0 ? 'wanted' : 'none';
    this.#drop();
    return at;
  }

  /** Takes a record that lacks its end, and after it the lines that it took for its own though they are records. */
  #breakOff(end: number): void {
    const isObject = this.#base === 0;
    const { number, text } = this.#finish(end);
    if (!isObject) return;
    text.split('\n').forEach((line, index) => {
      const whole = line.trimEnd();
      if (index > 0 && whole.startsWith('{') && whole.endsWith('}')) this.#add({ number: number + index, text: whole });
    });
  }

  #noteNuls(): void {
    if (this.#nuls > 0) this.#lines.push({ number: this.#line, text: '', note: noteNuls(this.#nuls) });
    this.#nuls = 0;
  }

  /** Something that is wrong between records. */
  #tell(problem: string): void {
    const message = `is not JSON: ${problem}`;
    this.#add({ number: this.#line, text: '', invalid: { code: 'not_json', field: '', message } });
  }

  #add(line: Line): void {
    if (!this.#envelope) this.#lines.push(line);
    else for (const ready of this.#envelope.add(line)) this.#lines.push(ready);
  }
}
