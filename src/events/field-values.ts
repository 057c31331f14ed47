import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { findNearMatches } from '../near-match.js';
import { describeType, FieldProblem } from './field-problem.js';
import { hasLostDigits, scalarText, toFlag } from './scalars.js';
import type { Warn } from './warnings.js';

/** Length limits of docs/reference/formats.md#audience-message. */
export const MAX_ID_LENGTH = 256;
export const MAX_TEXT_LENGTH = 2048;

/** Absent, null and empty text are the same (docs/reference/formats.md#hazards-of-parsing). */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Problem of a number that JSON or JavaScript cannot hold. */
export const TOO_LARGE = 'is too large to be a number; write it as text';

/**
 * Reads text, or a number as text. Returns undefined when it is absent, null or empty.
 * @throws FieldProblem for another type or a longer text; InexactNumber
 */
export function readText(
  from: JsonObject,
  name: string,
  path: string,
  maxLength = MAX_TEXT_LENGTH,
): string | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  const text = scalarText(value);
  if (text === undefined) throw unreadableText(path, 'text', value);
  if (text.length > maxLength) {
    throw new FieldProblem(
      'too_long',
      path,
      `has ${text.length} characters; the maximum is ${maxLength}`,
    );
  }
  return text;
}

/**
 * As {@link readText} for ids: a number must be whole, because no system counts in fractions.
 * @throws FieldProblem for another type, a fraction or a longer text; InexactNumber
 */
export function readId(
  from: JsonObject,
  name: string,
  path: string,
  maxLength: number,
): string | undefined {
  const value = from[name];
  if (typeof value === 'number' && !Number.isInteger(value))
    throw unreadableText(path, 'text or a whole number', value);
  const text = readText(from, name, path, maxLength);
  if (text !== undefined && hasLostDigits(text))
    throw new FieldProblem('invalid_value', path, LOST_DIGITS);
  return text;
}

const LOST_DIGITS = 'is a number in exponent form, which loses digits of the id; write ids as text';

function unreadableText(path: string, expected: string, value: unknown): FieldProblem {
  const isTooLarge = typeof value === 'number' && !Number.isFinite(value);
  return isTooLarge
    ? new FieldProblem('invalid_value', path, TOO_LARGE)
    : wrongType(path, expected, value);
}

/**
 * Reads a boolean, also as `"true"`, `"yes"` or 1 and their opposites; undefined when absent.
 * @throws FieldProblem
 */
export function readBoolean(from: JsonObject, name: string, path: string): boolean | undefined {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  const flag = toFlag(value);
  if (flag !== undefined) return flag;
  if (typeof value === 'string' && value.trim() === '') return undefined;
  if (typeof value !== 'string') throw wrongType(path, 'true or false', value);
  throw new FieldProblem('invalid_value', path, `is ${quote(value)}; expected true or false`);
}

/** An object, or an empty one when absent. */
export function readObject(from: JsonObject, name: string, path: string): JsonObject {
  const value = from[name];
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw wrongType(path, 'an object', value);
  return value;
}

/** Like {@link readObject}, but treats other types as an empty object, with a warning. */
export function readSideObject(
  from: JsonObject,
  name: string,
  path: string,
  warn: Warn,
): JsonObject {
  const value = from[name];
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  const message = `is ${describeType(value)}; expected an object; left out`;
  if (value !== '') warn({ code: 'unusable_field', field: path, message });
  return {};
}

/** Returns one of `choices`, or undefined if absent. */
export function readChoice<T extends string>(
  from: JsonObject,
  name: string,
  path: string,
  choices: readonly T[],
): T | undefined {
  const value = readText(from, name, path);
  if (value === undefined) return undefined;
  if (!(choices as readonly string[]).includes(value)) {
    throw new FieldProblem(
      'invalid_enum',
      path,
      `is ${quoteWord(value, choices)}; expected one of ${choices.join(', ')}`,
    );
  }
  return value as T;
}

/** A lower-case word, as in values of programs. Names of people begin with a capital letter. */
const PROGRAM_WORD = /^[a-z]+(?:_[a-z]+)*$/;
const MAX_WORD_LENGTH = 20;

/**
 * `text` in quotes for a field of choices, where it is near one of them or a word that a program
 * wrote; else its length alone, because a name or an address may have slipped in.
 */
export function quoteWord(text: string, choices: readonly string[] = []): string {
  if (text.length > MAX_WORD_LENGTH) return `a text of ${text.length} characters`;
  const isWord =
    PROGRAM_WORD.test(text) ||
    (!LOOKS_PERSONAL.test(text) && findNearMatches(text, choices).length > 0);
  return isWord ? JSON.stringify(text) : `a text of ${text.length} characters`;
}

/** The problem of a field that is not there. */
export function missing(path: string, expected: string): FieldProblem {
  return new FieldProblem('missing_required_field', path, `is missing; expected ${expected}`);
}

/** The problem of a field that has another type. */
export function wrongType(path: string, expected: string, found: unknown): FieldProblem {
  return new FieldProblem('wrong_type', path, `is ${describeType(found)}; expected ${expected}`);
}

/**
 * An e-mail address or a phone number that slipped into a field of another kind. A date is neither.
 */
const LOOKS_PERSONAL = /@|^(?!\d{4}-\d\d-)\+?[\d\s().-]{7,}$/;

/**
 * Quotes `text`, shortened for a one-line message. Returns only its length if it may be personal.
 */
export function quote(text: string): string {
  if (LOOKS_PERSONAL.test(text)) return `a text of ${text.length} characters`;
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** Dates with points, which phone numbers have as well. */
const POINTED_DATE = /^\d{1,2}\.\d{1,2}\.\d{4}$/;
/** Digits alone that can be a phone number: a day has 8 of them, a time from 13 on. */
const PHONE_DIGITS = /^\d{9,12}$/;

/**
 * `text` in quotes for a field that holds a time or an amount, so that a message shows what the
 * file has; only its length where it may be an e-mail address or a phone number that slipped in.
 */
export function quoteAmount(text: string): string {
  const isDigits = /^\d+$/.test(text);
  const mayBePersonal = isDigits
    ? PHONE_DIGITS.test(text)
    : LOOKS_PERSONAL.test(text) && !POINTED_DATE.test(text);
  if (mayBePersonal) return `a text of ${text.length} characters`;
  return `the text ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`;
}
