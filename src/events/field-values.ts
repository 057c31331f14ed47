import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { describeType, FieldProblem } from './field-problem.js';

/** Length limits of event-formats.md section 1. */
export const MAX_ID_LENGTH = 256;
export const MAX_TEXT_LENGTH = 2048;

/** Absent, null and empty text are the same (event-formats.md section 10). */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A string, or undefined when absent, null or empty. Empty means absent (event-formats.md section 10). */
export function readText(
  from: JsonObject,
  name: string,
  path: string,
  maxLength = MAX_TEXT_LENGTH,
): string | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw wrongType(path, 'a string', value);
  if (value.length > maxLength) {
    throw new FieldProblem('too_long', path, `has ${value.length} characters; at most ${maxLength} are allowed`);
  }
  return value;
}

/** As {@link readText}, but numbers are taken as text: phone numbers and postal codes are often written so. */
export function readLooseText(from: JsonObject, name: string, path: string): string | undefined {
  const value = from[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return readText(from, name, path)?.trim() || undefined;
}

/** A boolean, or undefined when absent. */
export function readBoolean(from: JsonObject, name: string, path: string): boolean | undefined {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongType(path, 'true or false', value);
  return value;
}

/** An object, or an empty one when absent. */
export function readObject(from: JsonObject, name: string, path: string): JsonObject {
  const value = from[name];
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw wrongType(path, 'an object', value);
  return value;
}

/** One of `choices`, or undefined when absent. */
export function readChoice<T extends string>(
  from: JsonObject,
  name: string,
  path: string,
  choices: readonly T[],
): T | undefined {
  const value = readText(from, name, path);
  if (value === undefined) return undefined;
  if (!(choices as readonly string[]).includes(value)) {
    throw new FieldProblem('invalid_enum', path, `is ${quote(value)}; expected one of ${choices.join(', ')}`);
  }
  return value as T;
}

/** The problem of a field that is not there. */
export function missing(path: string, expected: string): FieldProblem {
  return new FieldProblem('missing_required_field', path, `is missing; expected ${expected}`);
}

/** The problem of a field that has another type. */
export function wrongType(path: string, expected: string, found: unknown): FieldProblem {
  return new FieldProblem('wrong_type', path, `is ${describeType(found)}; expected ${expected}`);
}

/** An e-mail address or a phone number that slipped into a field of another kind. A date is neither. */
const LOOKS_PERSONAL = /@|^(?!\d{4}-\d\d-)\+?[\d\s().-]{7,}$/;

/** `text` in quotes, cut so that a message stays a line; only its length where it may tell who somebody is. */
export function quote(text: string): string {
  if (LOOKS_PERSONAL.test(text)) return `a text of ${text.length} characters`;
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
