import { randomUUID } from 'node:crypto';

/** Strings, which are left alone, and numbers. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/**
 * Parses JSON like `JSON.parse`, but gives whole numbers beyond 2^53 as text, digit for digit:
 * networks send 64-bit ids as bare numbers, and rounding turns one account into another.
 * (`JSON.parse` with the source text needs Node 21.)
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(
    text.replace(TOKEN, (token) => (isUnsafeInteger(token) ? `"${token}"` : token)),
  );
}

/** An id as text, whether it came as text or as number; undefined when it is neither, or empty. */
export function readId(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function isUnsafeInteger(token: string): boolean {
  return token.length > 15 && /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
}

/**
 * A number of a JSON text that JavaScript would write in other digits. `JSON.stringify` gives its
 * text; {@link stringifyExact} gives the number.
 */
export class ExactNumber {
  /** Whether there is any, so that all other output keeps its speed. */
  static isUsed = false;

  constructor(readonly text: string) {
    ExactNumber.isUsed = true;
  }

  toJSON(): string {
    return this.text;
  }
}

/** Stands before the digits of a number while it is text; nothing from outside can contain it. */
const MARK = `number:${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');

/**
 * Parses JSON like `JSON.parse`, but keeps every number that JavaScript would write otherwise as
 * {@link ExactNumber}.
 * @throws SyntaxError when the text is not JSON
 */
export function parseKeepingNumbers(text: string): unknown {
  const marked = text.replace(TOKEN, (token) => (isKept(token) ? token : `"${MARK}${token}"`));
  if (marked === text) return JSON.parse(text);
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK)
      ? new ExactNumber(value.slice(MARK.length))
      : value,
  );
}

/** Writes JSON like `JSON.stringify`, with each {@link ExactNumber} as the number that it is. */
export function stringifyExact(value: unknown, indent?: number): string {
  if (!ExactNumber.isUsed) return JSON.stringify(value, undefined, indent);
  const text = JSON.stringify(value, markNumber, indent);
  return text.replace(MARKED, '$1');
}

function markNumber(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Record<string, unknown>)[key];
  return given instanceof ExactNumber ? MARK + given.text : value;
}

function isKept(token: string): boolean {
  return token.startsWith('"') || String(Number(token)) === token;
}
