import { Buffer } from 'node:buffer';

import { SPACE } from './bytes.js';
import { MAX_LINE_BYTES } from './line-splitter.js';

/**
 * The bytes of one record that came in earlier chunks. Of one that is too long nothing is kept,
 * only counted.
 */
export class HeldBytes {
  #parts: Buffer[] = [];
  #length = 0;

  keep(part: Buffer): void {
    if (this.#length <= MAX_LINE_BYTES) {
      if (this.#length + part.length > MAX_LINE_BYTES) this.#parts = [];
      // A copy: the reader reuses its buffer.
      else this.#parts.push(Buffer.from(part));
    }
    this.#length += part.length;
  }

  clear(): void {
    this.#parts = [];
    this.#length = 0;
  }

  /** All of them and `tail`; undefined where that is too long. */
  joinTo(tail: Buffer): Buffer | undefined {
    if (this.#length + tail.length > MAX_LINE_BYTES) return undefined;
    return this.#parts.length === 0 ? tail : Buffer.concat([...this.#parts, tail]);
  }

  /** The last `count` bytes of all of them and `tail`, or what there is of them. */
  lastOf(tail: Buffer, count: number): Buffer {
    const near = [tail];
    let length = tail.length;
    for (let part = this.#parts.length - 1; part >= 0 && length < count; part--) {
      const before = this.#parts[part] as Buffer;
      near.unshift(before);
      length += before.length;
    }
    const joined = near.length === 1 ? tail : Buffer.concat(near);
    return joined.subarray(Math.max(0, joined.length - count));
  }

  /** The last byte of all of them and `tail` that is not blank. */
  lastByte(tail: Buffer): number | undefined {
    for (let part = this.#parts.length; part >= 0; part--) {
      const bytes = part === this.#parts.length ? tail : (this.#parts[part] as Buffer);
      for (let at = bytes.length - 1; at >= 0; at--)
        if ((bytes[at] as number) > SPACE) return bytes[at];
    }
    return undefined;
  }
}
