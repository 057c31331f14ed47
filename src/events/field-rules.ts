import type { JsonObject } from '../json.js';
import { DECIMAL_PATTERN, toDecimalText } from './decimal-text.js';
import { FieldProblem } from './field-problem.js';
import {
  MAX_TEXT_LENGTH,
  missing,
  quote,
  readBoolean,
  readChoice,
  readObject,
  readText,
  wrongType,
} from './field-values.js';
import { parseTimestamp, TIMESTAMP_PATTERN } from './timestamp.js';
import type { Warn } from './warnings.js';

/** How one field is read and what JSON Schema says of it: one definition for the reader and for `schema event`. */
export interface FieldKind<T> {
  /** The value, or undefined when the field is absent. @throws FieldProblem when it is wrong. */
  read(from: JsonObject, name: string, path: string): T | undefined;
  /** JSON Schema of a value that is there and not null. */
  schema: JsonObject;
  /** Whether an empty string is absent, as it is for everything but objects and switches. */
  mayBeEmpty: boolean;
}

/** A field of a table: what it is, where it is and what it means. */
export interface FieldRule<T> {
  kind: FieldKind<T>;
  path: string;
  about: string;
  /** The value in `from`. @throws FieldProblem naming the path when it is wrong. */
  read(from: JsonObject): T | undefined;
}

/** A table of fields in the object at `prefix`, such as `properties.`. */
export function defineFields<K extends Record<string, readonly [FieldKind<unknown>, string]>>(
  prefix: string,
  fields: K,
): { readonly [N in keyof K]: FieldRule<ValueOf<K[N][0]>> } {
  const entries = Object.entries(fields).map(([name, [kind, about]]): [string, FieldRule<unknown>] => {
    const path = prefix + name;
    return [name, { kind, path, about, read: (from) => kind.read(from, name, path) }];
  });
  return Object.fromEntries(entries) as never;
}

/**
 * Reads a field that is not the event, its name, time, id or money: what is wrong with it is a warning and the field
 * counts as absent.
 */
export function readSide<T>(rule: FieldRule<T>, from: JsonObject, warn: Warn): T | undefined {
  try {
    return rule.read(from);
  } catch (error) {
    if (!(error instanceof FieldProblem)) throw error;
    warn({ code: 'unusable_field', field: error.field, message: `${error.message}; left out` });
    return undefined;
  }
}

type ValueOf<K> = K extends FieldKind<infer T> ? T : never;

/** Text of at most `max` characters. */
export function text(max = MAX_TEXT_LENGTH): FieldKind<string> {
  return {
    read: (from, name, path) => readText(from, name, path, max),
    schema: { type: 'string', maxLength: max },
    mayBeEmpty: true,
  };
}

/** One of some words. */
export function choice<T extends string>(values: readonly T[]): FieldKind<T> {
  return {
    read: (from, name, path) => readChoice(from, name, path, values),
    schema: { enum: [...values] },
    mayBeEmpty: true,
  };
}

/** True or false. */
export const flag: FieldKind<boolean> = { read: readBoolean, schema: { type: 'boolean' }, mayBeEmpty: false };

/** An object; an empty one when absent. */
export const object: FieldKind<JsonObject> = { read: readObject, schema: { type: 'object' }, mayBeEmpty: false };

/** Anything at all: only what we know is taken. */
export const free: FieldKind<unknown> = { read: (from, name) => from[name], schema: {}, mayBeEmpty: true };

/** An RFC 3339 date-time with its zone: milliseconds since 1970. */
export const time: FieldKind<number> = {
  read: (from, name, path) => {
    const given = from[name];
    if (given === undefined || given === null || given === '') throw missing(path, 'an RFC 3339 date-time');
    if (typeof given !== 'string') throw wrongType(path, 'an RFC 3339 date-time such as 2026-11-18T20:14:05Z', given);
    const timeMs = parseTimestamp(given);
    if (timeMs !== undefined) return timeMs;
    const expected = 'expected an RFC 3339 date-time that exists, with its zone, such as 2026-11-18T20:14:05Z';
    throw new FieldProblem('invalid_format', path, `is ${quote(given)}; ${expected}`);
  },
  schema: { type: 'string', format: 'date-time', pattern: TIMESTAMP_PATTERN },
  mayBeEmpty: false,
};

/** A date-time, or whole milliseconds since 1970. */
export const moment: FieldKind<number> = {
  read: (from, name, path) => {
    const given = from[name];
    if (given === undefined || given === null || given === '') return undefined;
    if (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) return given;
    const timeMs = typeof given === 'string' ? parseTimestamp(given) : undefined;
    if (timeMs !== undefined) return timeMs;
    const found = typeof given === 'string' ? quote(given) : typeof given;
    const expected = 'expected an RFC 3339 date-time or milliseconds since 1970';
    throw new FieldProblem('invalid_format', path, `is ${found}; ${expected}`);
  },
  schema: { anyOf: [time.schema, { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }] },
  mayBeEmpty: true,
};

/** A number or numeric text, as decimal text: money never passes through a binary float. */
export const decimal: FieldKind<string> = {
  read: (from, name, path) => {
    const given = from[name];
    if (given === undefined || given === null || given === '') return undefined;
    if (typeof given === 'number') {
      const decimalText = Number.isFinite(given) ? toDecimalText(String(given)) : undefined;
      if (decimalText !== undefined) return decimalText;
      throw new FieldProblem('invalid_value', path, TOO_LARGE);
    }
    if (typeof given !== 'string') throw wrongType(path, 'a number or a numeric string', given);
    const decimalText = toDecimalText(given);
    if (decimalText !== undefined) return decimalText;
    throw new FieldProblem('invalid_value', path, `is ${quote(given)}; expected a decimal number such as 9.99`);
  },
  schema: { anyOf: [{ type: 'number' }, { type: 'string', pattern: DECIMAL_PATTERN }] },
  mayBeEmpty: true,
};

/** What is said of a number that JSON cannot hold. */
export const TOO_LARGE = 'is too large to be a number; expected one such as 9.99';

/** Three letters (ISO 4217), in upper case. */
export const currency: FieldKind<string> = {
  read: (from, name, path) => {
    const given = readText(from, name, path)?.trim();
    if (given === undefined || given === '') return undefined;
    if (/^[A-Za-z]{3}$/.test(given)) return given.toUpperCase();
    throw new FieldProblem('invalid_format', path, `is ${quote(given)}; expected an ISO 4217 code such as USD`);
  },
  schema: { type: 'string', pattern: '^\\s*([A-Za-z]{3}\\s*)?$' },
  mayBeEmpty: true,
};

/** A whole number from 1, as a number or in digits. */
export const quantity: FieldKind<number> = {
  read: (from, name, path) => {
    const given = from[name];
    if (given === undefined || given === null || given === '') return undefined;
    const number = typeof given === 'string' && /^\d{1,15}$/.test(given.trim()) ? Number(given) : given;
    if (typeof number !== 'number') throw wrongType(path, 'a whole number from 1', given);
    if (Number.isSafeInteger(number) && number >= 1) return number;
    throw new FieldProblem('invalid_value', path, `is ${number}; expected a whole number from 1`);
  },
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: '^\\s*(?=\\d{1,15}\\s*$)0*[1-9]\\d*\\s*$' },
    ],
  },
  mayBeEmpty: true,
};

/** Text, or a whole number that stands for it, as in phone numbers and postal codes. Objects are another system's. */
export const loose: FieldKind<string> = {
  read: (from, name, path) => {
    const given = from[name];
    if (typeof given === 'number' && Number.isSafeInteger(given)) return String(given);
    return typeof given === 'object' ? undefined : readText(from, name, path)?.trim() || undefined;
  },
  schema: {
    anyOf: [
      { type: 'string', maxLength: MAX_TEXT_LENGTH },
      { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
      { type: ['object', 'array'] },
    ],
  },
  mayBeEmpty: true,
};

/** SHA-256 in 64 hex digits, with or without `sha256:` before them. */
export const sha256: Pick<FieldKind<string>, 'schema' | 'mayBeEmpty'> = {
  schema: { type: 'string', pattern: '^\\s*((sha256:|SHA256:)?[0-9a-fA-F]{64}\\s*)?$' },
  mayBeEmpty: true,
};
