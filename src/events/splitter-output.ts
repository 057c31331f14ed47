import { type Buffer, isUtf8 } from 'node:buffer';

import { COMMA } from './bytes.js';
import type { EnvelopeParts } from './envelope-parts.js';
import { type Line, MAX_LINE_BYTES, noteNuls } from './line-splitter.js';

/**
 * Where a record begins; `isValue`: it has no brackets of its own, so that what follows it ends it.
 */
export interface RecordStart {
  line: number;
  column: number;
  isValue: boolean;
}

/**
 * The lines that cutting one chunk makes: records, and what is wrong between them. Those of an open
 * envelope wait in it.
 */
export class SplitterOutput {
  #lines: Line[] = [];
  #envelope: EnvelopeParts | undefined;
  #nuls = 0;

  /** Returns the lines that were added since the last call. */
  take(): Line[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  add(line: Line): void {
    if (!this.#envelope) this.#lines.push(line);
    else for (const ready of this.#envelope.add(line)) this.#lines.push(ready);
  }

  /** Reports something that is wrong between records. */
  reject(number: number, problem: string): void {
    const message = `is not JSON: ${problem}`;
    this.add({ number, text: '', invalid: { code: 'not_json', field: '', message } });
  }

  /** Adds a separator that stands after an object outside of all lists as a warning. */
  noteSeparator(number: number, byte: number): void {
    const what = byte === COMMA ? 'comma' : 'semicolon';
    const message = `ignored a ${what} after the object; expected one object per line, or a list in brackets`;
    this.#lines.push({ number, text: '', note: { code: 'trailing_comma', field: '', message } });
  }

  /** Counts NUL bytes between records. */
  countNuls(count: number): void {
    this.#nuls += count;
  }

  /** Adds the NUL bytes that were counted as a warning. */
  noteNuls(number: number): void {
    if (this.#nuls > 0) this.#lines.push({ number, text: '', note: noteNuls(this.#nuls) });
    this.#nuls = 0;
  }

  openEnvelope(envelope: EnvelopeParts): void {
    this.#envelope = envelope;
  }

  /** Keeps bytes that stand after an envelope's list. */
  keepInEnvelope(bytes: Buffer): void {
    this.#envelope?.keep(bytes);
  }

  closeEnvelope(): void {
    if (this.#envelope) for (const line of this.#envelope.close()) this.#lines.push(line);
    this.#envelope = undefined;
  }
}

/**
 * Makes the line of a record.
 * @param element its number in its list; undefined outside of lists
 * @param bytes undefined where they are too long to be held
 */
export function makeLine(
  { line: number, column }: RecordStart,
  element: number | undefined,
  bytes: Buffer | undefined,
): Line {
  const line: Line = { number, text: '' };
  // Outside of lists a record at the beginning of its line is placed by its line alone, as JSON
  // Lines are.
  if (element !== undefined || column > 1) line.column = column;
  if (element !== undefined) line.element = element;
  if (!bytes) {
    const message = `is longer than ${MAX_LINE_BYTES} bytes`;
    line.invalid = { code: 'line_too_long', field: '', message };
  } else if (isUtf8(bytes)) {
    line.text = bytes.toString('utf8').trimEnd();
  } else {
    line.invalid = { code: 'not_utf8', field: '', message: 'is not UTF-8 text' };
  }
  return line;
}
