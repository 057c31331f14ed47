import { textBefore } from '../text-ends.js';

/**
 * Thrown where a number lost digits when `JSON.parse` read it. The record is then parsed again by
 * {@link parseExactNumbers}, so that ids and money are never rounded.
 */
export class InexactNumber extends Error {}

/** Digits that a double always keeps. */
const SAFE_DIGITS = 15;

/**
 * Returns a JSON number as decimal text, or undefined when it is not finite (`1e400`).
 * @throws InexactNumber when it has more digits than a double keeps
 */
export function numberText(value: number): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  if (!Number.isFinite(value)) return undefined;
  const text = String(value);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER || hasManyDigits(text)) throw new InexactNumber();
  return text;
}

function hasManyDigits(text: string): boolean {
  // The point takes one character more.
  if (text.length <= SAFE_DIGITS + 1) return false;
  return countDigits(text) > SAFE_DIGITS;
}

/** Significant digits of a JSON number. */
function countDigits(token: string): number {
  return textBefore(token, /e/i).replace(/[-.]/g, '').replace(/^0+/, '').length;
}

/** Text, or a number as text; undefined for every other type. @throws InexactNumber */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? numberText(value) : undefined;
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
]);

/** The words of {@link toFlag}, for JSON Schema. */
export const FLAG_PATTERN = `^\\s*(${[...FLAGS.keys()].map(anyCase).join('|')})?\\s*$`;

/** JSON Schema knows no flag for the case of letters. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/**
 * True or false, also as `"true"`, `"yes"`, `"1"` or 1 and their opposites; undefined for anything
 * else.
 */
export function toFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : undefined;
  return typeof value === 'string' ? FLAGS.get(value.trim().toLowerCase()) : undefined;
}

const EXPONENT = /^-?\d(?:\.\d+)?e\+\d+$/i;

/**
 * Whether an id is a number in exponent form, as spreadsheets and floats write it: different ids
 * look the same.
 */
export function hasLostDigits(id: string): boolean {
  return id.includes('+') && EXPONENT.test(id.trim());
}

/** The elements of a list, or the value itself: many systems write one value as a list of one. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** Strings, which stay as they are, and numbers. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
/** A number of at least 16 digits, perhaps with a point among them. */
const LONG_NUMBER = /[:,[]\s*-?\d[\d.]{15}/;

/**
 * Whether `text` may hold a number that {@link parseExactNumbers} reads otherwise than
 * `JSON.parse`. Cheap.
 */
export function mayBeInexact(text: string): boolean {
  return LONG_NUMBER.test(text);
}

/**
 * Parses JSON like `JSON.parse`, but gives numbers with more digits than a double keeps as text,
 * digit for digit. Numbers beyond 2^53 in exponent form become text with `e+`, which
 * {@link hasLostDigits} knows.
 * @throws SyntaxError when the text is not JSON
 */
export function parseExactNumbers(text: string): unknown {
  return JSON.parse(text.replace(TOKEN, toExactToken));
}

function toExactToken(token: string): string {
  if (token.length <= SAFE_DIGITS && !/e/i.test(token)) return token;
  if (token.startsWith('"')) return token;
  const value = Number(token);
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(token)) return token;
  if (!Number.isFinite(value)) return token;
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER && /e/i.test(token))
    return `"${token.replace(/e\+?/i, 'e+')}"`;
  return countDigits(token) > SAFE_DIGITS ? `"${token}"` : token;
}
