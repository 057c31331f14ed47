import { Buffer } from 'node:buffer';

import { isJsonObject, type JsonObject } from '../json.js';
import { isEnvelope } from './envelope.js';
import type { HeldBytes } from './held-bytes.js';
import type { Line } from './line-splitter.js';
import { MAX_LINE_BYTES } from './line-splitter.js';

/** Text before the list of an envelope. Keys are short, so the end of the text is enough. */
const ENVELOPE_KEY = /[{,]\s*"(messages|batch|events|conversions)"\s*:\s*$/;
const KEY_BYTES = 256;
/** Approximate memory of a line in addition to its text, in bytes. */
const LINE_BYTES = 64;

/**
 * An envelope whose list is being taken apart. Its elements wait for what stands after the list,
 * which may say something of all of them, such as a refusal of consent. Of an envelope that is too
 * long to be held, what stands before the list has to do.
 */
export class EnvelopeParts {
  readonly #key: string;
  readonly #prefix: Buffer;
  readonly #at: { line: number; column: number };
  #suffix: Buffer[] = [];
  #held: Line[] = [];
  #heldBytes = 0;
  /** Known from the time when elements stopped waiting. */
  #outer: JsonObject | undefined;
  #isStreaming = false;

  /** @param prefix the envelope up to the bracket of its list */
  constructor(key: string, prefix: Buffer, at: { line: number; column: number }) {
    this.#key = key;
    this.#prefix = prefix;
    this.#at = at;
  }

  /**
   * Takes an element, or what is wrong between elements. Returns the lines that need not wait any
   * more.
   */
  add(line: Line): Line[] {
    if (this.#isStreaming) return [this.#wrap(line)];
    this.#held.push(line);
    this.#heldBytes += line.text.length + LINE_BYTES;
    if (this.#heldBytes <= MAX_LINE_BYTES) return [];
    this.#outer = parse(`${this.#prefix.toString('utf8')}]}`);
    this.#isStreaming = true;
    return this.#release();
  }

  /** Takes bytes that stand after the list, from the list's bracket on. */
  keep(bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes <= MAX_LINE_BYTES) this.#suffix.push(Buffer.from(bytes));
  }

  /**
   * Ends the envelope. Returns what has waited: the elements, or the whole as one record where it
   * is not an envelope.
   */
  close(): Line[] {
    if (this.#isStreaming) return [];
    const prefix = this.#prefix.toString('utf8');
    const suffix = Buffer.concat(this.#suffix).toString('utf8');
    this.#outer = parse(prefix + suffix) ?? parse(`${prefix}]}`);
    if (
      this.#outer &&
      !isEnvelope(this.#outer, this.#key) &&
      this.#held.every(({ invalid }) => !invalid)
    ) {
      const { line, column } = this.#at;
      const text = prefix + this.#held.map((element) => element.text).join(',') + suffix;
      return [{ number: line, text, ...(column === 1 ? {} : { column }) }];
    }
    return this.#release();
  }

  #release(): Line[] {
    const lines = this.#held.map((line) => this.#wrap(line));
    this.#held = [];
    return lines;
  }

  #wrap(line: Line): Line {
    if (this.#outer) line.envelope = { key: this.#key, outer: this.#outer };
    return line;
  }
}

/** Returns the key of an envelope's list that begins after the held bytes and `tail`. */
export function findListKey(held: HeldBytes, tail: Buffer): string | undefined {
  return ENVELOPE_KEY.exec(held.lastOf(tail, KEY_BYTES).toString('latin1'))?.[1];
}

/** The envelope with its list empty; undefined where it is not JSON. */
function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
