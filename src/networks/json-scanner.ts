/** Deeper than any answer: what nests deeper is left to `JSON.parse`, so that a scan cannot exhaust the stack. */
const MAX_DEPTH = 64;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const [MINUS, PLUS, DOT, LOWER_E, UPPER_E, LOWER_U] = [0x2d, 0x2b, 0x2e, 0x65, 0x45, 0x75];
const LITERALS = ['true', 'false', 'null'].map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)));
/** What may stand behind a backslash, `u` and its digits apart. */
const ESCAPABLE = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)));

/** Thrown where the text is no JSON, or is JSON that the scan leaves to `JSON.parse`. */
export class ScanStopped extends Error {}

/**
 * Walks over JSON in bytes without making anything of it: a fifth of the time that `JSON.parse` takes on an answer that
 * repeats what it was sent. It is strict: what it walks over to the end is JSON to `JSON.parse` too.
 */
export class JsonScanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * Walks over an object; `read` walks over the value of each member ({@link skipValue} is the least).
   * @throws ScanStopped also at a name with an escape in it, which could hide any name
   */
  readObject(read: (name: string) => void): void {
    this.#expect(OPEN_OBJECT);
    if (this.#tryTake(CLOSE_OBJECT)) return;
    do {
      const name = this.#readName();
      this.#expect(COLON);
      read(name);
    } while (this.#tryTake(COMMA));
    this.#expect(CLOSE_OBJECT);
  }

  /** Walks over an array; `read` walks over each element. */
  readArray(read: () => void): void {
    this.#expect(OPEN_ARRAY);
    if (this.#tryTake(CLOSE_ARRAY)) return;
    do read();
    while (this.#tryTake(COMMA));
    this.#expect(CLOSE_ARRAY);
  }

  /** A whole number of at most nine digits. @throws ScanStopped at any other value */
  readIndex(): number {
    this.#skipSpace();
    const start = this.#at;
    let number = 0;
    for (let digit = this.#digit(); digit >= 0; digit = this.#digit()) {
      number = number * 10 + digit;
      this.#at++;
    }
    const length = this.#at - start;
    const isPlain = length > 0 && length < 10 && (length === 1 || this.#bytes[start] !== 0x30);
    const next = this.#bytes[this.#at];
    if (!isPlain || next === DOT || next === LOWER_E || next === UPPER_E) throw new ScanStopped();
    return number;
  }

  /** Walks over any value. */
  skipValue(depth = 0): void {
    if (depth > MAX_DEPTH) throw new ScanStopped();
    this.#skipSpace();
    const first = this.#bytes[this.#at];
    if (first === QUOTE) this.#skipString();
    else if (first === OPEN_OBJECT) this.#skipObject(depth + 1);
    else if (first === OPEN_ARRAY) this.readArray(() => this.skipValue(depth + 1));
    else if (first === MINUS || this.#digit() >= 0) this.#skipNumber();
    else this.#skipLiteral();
  }

  /** @throws ScanStopped where there is more than space. */
  expectEnd(): void {
    this.#skipSpace();
    if (this.#at < this.#bytes.length) throw new ScanStopped();
  }

  /** As {@link readObject}, whatever the names are. */
  #skipObject(depth: number): void {
    this.#at++;
    if (this.#tryTake(CLOSE_OBJECT)) return;
    do {
      this.#skipSpace();
      this.#skipString();
      this.#expect(COLON);
      this.skipValue(depth);
    } while (this.#tryTake(COMMA));
    this.#expect(CLOSE_OBJECT);
  }

  #readName(): string {
    this.#skipSpace();
    const start = this.#at + 1;
    if (this.#skipString()) throw new ScanStopped();
    let name = '';
    // Only names that we ask for matter, and those are short and plain; the end of any other name will do.
    for (let at = Math.max(start, this.#at - 17); at < this.#at - 1; at++) {
      name += String.fromCharCode(this.#bytes[at] as number);
    }
    return this.#at - 1 - start > 16 ? `…${name}` : name;
  }

  /** Whether there was an escape in it. */
  #skipString(): boolean {
    const bytes = this.#bytes;
    const { length } = bytes;
    if (bytes[this.#at] !== QUOTE) throw new ScanStopped();
    let at = this.#at + 1;
    let hasEscape = false;
    while (at < length) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return hasEscape;
      }
      if (byte === BACKSLASH) {
        hasEscape = true;
        at += this.#lengthOfEscape(at);
      } else if (byte >= 0x20) {
        at++;
      } else {
        break;
      }
    }
    throw new ScanStopped();
  }

  #lengthOfEscape(at: number): number {
    const kind = this.#bytes[at + 1] ?? 0;
    if (ESCAPABLE.has(kind)) return 2;
    if (kind !== LOWER_U) throw new ScanStopped();
    for (let digit = at + 2; digit < at + 6; digit++) if (!isHex(this.#bytes[digit] ?? 0)) throw new ScanStopped();
    return 6;
  }

  #skipNumber(): void {
    if (this.#bytes[this.#at] === MINUS) this.#at++;
    if (this.#digit() === 0) this.#at++;
    else this.#skipDigits();
    if (this.#bytes[this.#at] === DOT) {
      this.#at++;
      this.#skipDigits();
    }
    const mark = this.#bytes[this.#at];
    if (mark !== LOWER_E && mark !== UPPER_E) return;
    this.#at++;
    const sign = this.#bytes[this.#at];
    if (sign === PLUS || sign === MINUS) this.#at++;
    this.#skipDigits();
  }

  #skipDigits(): void {
    if (this.#digit() < 0) throw new ScanStopped();
    while (this.#digit() >= 0) this.#at++;
  }

  #skipLiteral(): void {
    const literal = LITERALS.find((word) => word.every((byte, index) => this.#bytes[this.#at + index] === byte));
    if (literal === undefined) throw new ScanStopped();
    this.#at += literal.length;
  }

  /** The digit at hand; less than 0 where there is none. */
  #digit(): number {
    const value = (this.#bytes[this.#at] ?? 0) - 0x30;
    return value > 9 ? -1 : value;
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }

  #tryTake(byte: number): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #expect(byte: number): void {
    if (!this.#tryTake(byte)) throw new ScanStopped();
  }
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
