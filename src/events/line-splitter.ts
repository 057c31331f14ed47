import { Buffer, isAscii, isUtf8 } from 'node:buffer';

import {
  CARRIAGE_RETURN,
  CLOSE_OBJECT,
  COMMA,
  LINE_FEED,
  OPEN_ARRAY,
  OPEN_OBJECT,
  SPACE,
} from './bytes.js';
import type { InvalidLine } from './conversion-event.js';
import type { Envelope } from './envelope.js';
import type { Warning } from './warnings.js';

/** The longest line that is read; issue and docs/events.md. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** Extra bytes around a line of maximum length: a byte order mark and a carriage return. */
const AROUND_BYTES = 4;

const DELETE = 127;

/** A non-blank line or an element of an array: its text, or why it cannot be read. */
export interface Line {
  /** From 1; blank lines are counted here though they are not events. */
  number: number;
  text: string;
  invalid?: InvalidLine;
  /**
   * Of an array or envelope: which element, and the character of the line where it begins, both
   * from 1.
   */
  element?: number;
  column?: number;
  /** The envelope of the element. */
  envelope?: Envelope;
  /** Warning about skipped bytes between records; this is not a record. */
  note?: Warning;
  /** The message of a broker that holds the line, for example `events[3]@1042`. */
  source?: string;
}

/** A line that is not one record by itself: from where on it has to be cut by its brackets. */
export interface Handover {
  bytes: Buffer;
  line: number;
  /** Skipped bytes of the line before `bytes`, and the number of NULs among them. */
  lead: Lead;
}

/**
 * Skipped bytes at the beginning of a line, which cannot begin a record: blanks, NULs, byte order
 * marks.
 */
export interface Lead {
  bytes: number;
  nuls: number;
  markBytes: number;
}

/**
 * Cuts bytes into lines: UTF-8, LF or CRLF. Holds at most one line's bytes, and of a line that is
 * too long nothing at all, so memory stays flat whatever comes. Splitting bytes ourselves is 1.4
 * times as fast as readline (docs/development/measurements.md#reading).
 *
 * A line that begins and ends as an object does is a record; so is one that does not begin like
 * JSON, for its parser to refuse. Any other (an array, an object over several lines, a comma after
 * an object) is handed over.
 */
export class LineSplitter {
  #rest: Buffer[] = [];
  #restBytes = 0;
  #number: number;
  #tooLong = false;
  #pushed = 0;
  #ended = 0;
  /** Whether no record was met yet: an array there is the whole input. */
  #isFirst: boolean;
  #lead: Lead = NO_LEAD;
  #handover: Handover | undefined;

  /** @param linesBefore lines of the input that were read earlier and are not pushed again */
  constructor(linesBefore = 0) {
    this.#number = linesBefore;
    this.#isFirst = linesBefore === 0;
  }

  /** Bytes pushed up to the end of the last whole line. */
  get endedBytes(): number {
    return this.#ended;
  }

  /** Number of the last whole line. */
  get lineNumber(): number {
    return this.#number;
  }

  /** The lines that end in `chunk`, up to one that is handed over. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    // Asked once for all lines: a view of each and a decoder's look at it cost more than the rest
    // of the cutting.
    const isPlain = isAscii(chunk);
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const isWhole = this.#restBytes === 0 && !this.#tooLong && this.#lead === NO_LEAD;
      if (isWhole && end === start) {
        this.#number++;
        this.#ended = this.#pushed + ++start;
        continue;
      }
      const isTaken =
        isPlain && isWhole
          ? this.#takePlain(chunk, start, end, lines)
          : this.#take(chunk.subarray(start, end), lines);
      if (!isTaken) {
        this.#handOver(chunk.subarray(start));
        return lines;
      }
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
    const isEmpty = this.#restBytes === 0 && this.#lead === NO_LEAD && !this.#tooLong;
    if (isEmpty || this.#take(NOTHING, lines)) this.#ended = this.#pushed;
    else this.#handOver(NOTHING);
    return lines;
  }

  /**
   * Whether what is held of an unfinished line may be whole records, which need not wait for a line
   * feed.
   */
  get mayHoldRecords(): boolean {
    const last = this.#rest.at(-1);
    return this.#rest[0]?.[0] === OPEN_OBJECT && last?.[trimEnd(last) - 1] === CLOSE_OBJECT;
  }

  /** The line that was handed over; it is not this splitter's any more. */
  takeHandover(): Handover | undefined {
    const handover = this.#handover;
    this.#handover = undefined;
    return handover;
  }

  /** Hands over what is held of an unfinished line. */
  handOverRest(): Handover {
    this.#handOver(NOTHING);
    return this.takeHandover() as Handover;
  }

  /**
   * Continues after bytes that another splitter handled: their number, and the number of their last
   * line.
   */
  resume(bytes: number, line: number): void {
    this.#pushed += bytes;
    this.#ended = this.#pushed;
    this.#number = line;
  }

  #handOver(tail: Buffer): void {
    const bytes = this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest, tail]);
    this.#handover = { bytes, line: this.#number + 1, lead: this.#lead };
    this.#pushed = this.#ended + this.#lead.bytes;
    this.#isFirst = false;
    this.#clear();
  }

  #clear(): void {
    this.#rest = [];
    this.#restBytes = 0;
    this.#lead = NO_LEAD;
  }

  #keep(tail: Buffer): void {
    if (this.#tooLong) return;
    const part = this.#restBytes === 0 ? this.#dropLead(tail) : tail;
    if (part.length === 0) return;
    // A copy: the reader reuses its buffer.
    this.#rest.push(Buffer.from(part));
    this.#restBytes += part.length;
    const [first] = this.#rest[0] as Buffer;
    if (first === 0xef && this.#restBytes - part.length < 3) this.#keepMarked();
    else if (first === OPEN_ARRAY && this.#isFirst) this.#handOver(NOTHING);
    else if (this.#restBytes > MAX_LINE_BYTES + AROUND_BYTES) this.#keepNothing(first);
  }

  /** A byte order mark that came in pieces. */
  #keepMarked(): void {
    const whole = Buffer.concat(this.#rest);
    const bytes = this.#dropLead(whole);
    if (bytes === whole) return;
    this.#rest = [];
    this.#restBytes = 0;
    this.#keep(bytes);
  }

  #keepNothing(first: number | undefined): void {
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) return this.#handOver(NOTHING);
    this.#tooLong = true;
    this.#rest = [];
    this.#restBytes = 0;
  }

  /**
   * Passes over what begins no record, so that a long run of it is neither held nor looked at
   * twice.
   */
  #dropLead(part: Buffer): Buffer {
    let [at, nuls, markBytes] = [0, 0, 0];
    for (; at < part.length; at++) {
      const byte = part[at] as number;
      if (byte === 0) {
        nuls++;
      } else if (byte > SPACE) {
        if (byte !== 0xef || part[at + 1] !== 0xbb || part[at + 2] !== 0xbf) break;
        at += 2;
        markBytes += 3;
      }
    }
    if (at === 0) return part;
    const { bytes, ...lead } = this.#lead;
    this.#lead = {
      bytes: bytes + at,
      nuls: lead.nuls + nuls,
      markBytes: lead.markBytes + markBytes,
    };
    return part.subarray(at);
  }

  /** {@link #take} of a line that is whole in `chunk` and ASCII. */
  #takePlain(chunk: Buffer, start: number, feed: number, into: Line[]): boolean {
    const end = feed > start && chunk[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
    if (
      chunk[start] !== OPEN_OBJECT ||
      chunk[end - 1] !== CLOSE_OBJECT ||
      end - start > MAX_LINE_BYTES
    ) {
      return this.#take(chunk.subarray(start, feed), into);
    }
    this.#number++;
    this.#isFirst = false;
    into.push({ number: this.#number, text: chunk.toString('latin1', start, end) });
    return true;
  }

  /** Takes a line that ends with `tail`; false where it is to be handed over. */
  #take(tail: Buffer, into: Line[]): boolean {
    const before = this.#lead;
    const whole = this.#restBytes === 0 ? tail : Buffer.concat([...this.#rest, tail]);
    // The buffered bytes begin a record or an incomplete byte order mark.
    // What follows the dropped beginning of a line that is too long does not begin a line.
    const mayLead = !this.#tooLong && (this.#restBytes === 0 || whole[0] === 0xef);
    const bytes = mayLead ? this.#dropLead(whole) : whole;
    const content = bytes.subarray(0, trimEnd(bytes));
    if (!this.#tooLong && this.#isFramed(content)) {
      // The bytes skipped just now belong to the rest.
      this.#lead = before;
      return false;
    }
    this.#number++;
    const isLong =
      this.#tooLong ||
      bytes.length > MAX_LINE_BYTES + AROUND_BYTES ||
      content.length > MAX_LINE_BYTES;
    const nuls = this.#lead.nuls + (isLong ? 0 : countNuls(bytes, content.length));
    if (nuls > 0) into.push({ number: this.#number, text: '', note: noteNuls(nuls) });
    if (isLong) {
      into.push(this.#bad('line_too_long', `is longer than ${MAX_LINE_BYTES} bytes`));
    } else if (!isUtf8(content)) {
      into.push(this.#bad('not_utf8', 'is not UTF-8 text'));
    } else {
      const text = content.toString('utf8');
      if (!isBlank(text)) into.push(this.#makeLine(text));
    }
    this.#tooLong = false;
    this.#clear();
    return true;
  }

  /** Whether the records of a line, or where its last one ends, are to be found by brackets. */
  #isFramed(line: Buffer): boolean {
    const [first] = line;
    const last = line[line.length - 1];
    if (first === OPEN_OBJECT) return last !== CLOSE_OBJECT || line.length > MAX_LINE_BYTES;
    if (first !== OPEN_ARRAY && first !== COMMA) return false;
    if (first === OPEN_ARRAY && this.#isFirst) return true;
    const next = line.subarray(1).find((byte) => byte > SPACE);
    return next === OPEN_OBJECT || (first === OPEN_ARRAY && next === undefined);
  }

  #makeLine(text: string): Line {
    this.#isFirst = false;
    const line = { number: this.#number, text };
    const column = this.#lead.bytes - this.#lead.markBytes + 1;
    return column === 1 ? line : { ...line, column };
  }

  #bad(code: string, message: string): Line {
    this.#isFirst = false;
    return { number: this.#number, text: '', invalid: { code, field: '', message } };
  }
}

const NOTHING = Buffer.alloc(0);
const NO_LEAD: Lead = { bytes: 0, nuls: 0, markBytes: 0 };

/** The length of bytes without the blanks and NULs that they end with. */
function trimEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] as number) <= SPACE) end--;
  return end;
}

function countNuls(bytes: Buffer, start: number): number {
  let count = 0;
  for (let at = start; at < bytes.length; at++) if (bytes[at] === 0) count++;
  return count;
}

/** Returns the warning about NULs between records. */
export function noteNuls(count: number): Warning {
  return {
    code: 'nul_bytes',
    field: '',
    message:
      `skipped ${count} NUL bytes; they appear when a log file is truncated while it is being ` +
      'written',
  };
}

/**
 * Nearly every line begins with a brace: only what begins with white space is looked at as a whole.
 */
function isBlank(text: string): boolean {
  return (
    text === '' ||
    (!(text.charCodeAt(0) > SPACE && text.charCodeAt(0) < DELETE) && text.trim() === '')
  );
}
