const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BASE64URL = /^[\w-]+$/;
const BITS_PER_CHARACTER = 6;

/**
 * The bits of a base64url text, as the IAB's consent strings are read: six a character, from the
 * left.
 */
export class Bits {
  readonly #text: string;
  #at = 0;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Undefined where the text is no base64url. */
  static of(text: string): Bits | undefined {
    return BASE64URL.test(text) ? new Bits(text) : undefined;
  }

  /** Goes on `count` bits. */
  skip(count: number): void {
    this.#at += count;
  }

  /** Reads the next bit. @throws RangeError after the end. */
  bit(): 0 | 1 {
    const character = this.#text[Math.floor(this.#at / BITS_PER_CHARACTER)];
    if (character === undefined) throw new RangeError('the text is truncated');
    const shift = BITS_PER_CHARACTER - 1 - (this.#at % BITS_PER_CHARACTER);
    this.#at++;
    return ((ALPHABET.indexOf(character) >> shift) & 1) as 0 | 1;
  }

  /**
   * Reads the next `count` bits (at most 31) as a number, highest bit first. @throws RangeError
   * after the end.
   */
  number(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--) value = value * 2 + this.bit();
    return value;
  }

  /**
   * Reads the next number in Fibonacci coding: a sum of 1, 2, 3, 5, 8 …, ended by two ones. @throws
   * RangeError after the end.
   */
  fibonacci(): number {
    let [value, weight, next, last] = [0, 1, 2, 0];
    for (;;) {
      const bit = this.bit();
      if (bit === 1 && last === 1) return value;
      if (bit === 1) value += weight;
      [weight, next, last] = [next, weight + next, bit];
    }
  }
}
