import type { JsonObject } from '../json.js';
import { DECIMAL_PATTERN, toDecimalText } from '../decimal.js';
import { FieldProblem } from './field-problem.js';
import {
  isPresent,
  MAX_TEXT_LENGTH,
  missing,
  quote,
  quoteAmount,
  readBoolean,
  readChoice,
  readId,
  readObject,
  readText,
  TOO_LARGE,
  wrongType,
} from './field-values.js';
import { FLAG_PATTERN, numberText, scalarText } from './scalars.js';
import { readTime } from './times.js';
import { TIMESTAMP_PATTERN } from './timestamp.js';
import type { Warn } from './warnings.js';

/**
 * How one field is read and what JSON Schema says of it: one definition for the reader and for
 * `schema event`.
 */
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
  name: string;
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
  const entries = Object.entries(fields).map(
    ([name, [kind, about]]): [string, FieldRule<unknown>] => {
      const path = prefix + name;
      return [name, { kind, name, path, about, read: (from) => kind.read(from, name, path) }];
    },
  );
  // eslint-disable-next-line no-restricted-syntax -- built of every name in `fields`, each by its own kind
  return Object.fromEntries(entries) as never;
}

/**
 * Reads a field that is not the event, its name, time, id or money: what is wrong with it is a
 * warning and the field counts as absent. Of a list the first usable value is taken.
 * @throws InexactNumber
 */
export function readSide<T>(rule: FieldRule<T>, from: JsonObject, warn: Warn): T | undefined {
  const given = from[rule.name];
  if (Array.isArray(given)) return readFirst(rule, given, warn);
  try {
    return rule.read(from);
  } catch (error) {
    if (!(error instanceof FieldProblem)) throw error;
    warn({ code: 'unusable_field', field: error.field, message: `${error.message}; left out` });
    return undefined;
  }
}

function readFirst<T>(
  { kind, name, path }: FieldRule<T>,
  list: readonly unknown[],
  warn: Warn,
): T | undefined {
  for (const element of list) {
    try {
      const value = isPresent(element) ? kind.read({ [name]: element }, name, path) : undefined;
      if (value === undefined) continue;
      warn({
        code: 'list_value',
        field: path,
        message: 'is a list; its first usable value is used',
      });
      return value;
    } catch (error) {
      if (!(error instanceof FieldProblem)) throw error;
    }
  }
  warn({
    code: 'unusable_field',
    field: path,
    message: 'is a list without a usable value; left out',
  });
  return undefined;
}

type ValueOf<K> = K extends FieldKind<infer T> ? T : never;

/** Text of at most `max` characters; a number counts as its text. */
export function text(max = MAX_TEXT_LENGTH): FieldKind<string> {
  return {
    read: (from, name, path) => readText(from, name, path, max),
    schema: { type: ['string', 'number'], maxLength: max },
    mayBeEmpty: true,
  };
}

/** An id of at most `max` characters: text, or a whole number as its text. */
export function id(max = MAX_TEXT_LENGTH): FieldKind<string> {
  return {
    read: (from, name, path) => readId(from, name, path, max),
    schema: { type: ['string', 'integer'], maxLength: max },
    mayBeEmpty: true,
  };
}

/** A name of at most `max` characters: text alone. */
export function nameText(max: number): FieldKind<string> {
  return {
    read: (from, name, path) => {
      if (typeof from[name] === 'number') throw wrongType(path, 'text', from[name]);
      return readText(from, name, path, max);
    },
    schema: { type: 'string', maxLength: max },
    mayBeEmpty: true,
  };
}

/** Returns a field with a fixed set of values. */
export function choice<T extends string>(values: readonly T[]): FieldKind<T> {
  return {
    read: (from, name, path) => readChoice(from, name, path, values),
    schema: { enum: [...values] },
    mayBeEmpty: true,
  };
}

/** True or false, also in the words and digits of {@link readBoolean}. */
export const flag: FieldKind<boolean> = {
  read: readBoolean,
  schema: {
    anyOf: [{ type: 'boolean' }, { enum: [0, 1] }, { type: 'string', pattern: FLAG_PATTERN }],
  },
  mayBeEmpty: true,
};

/** An object; an empty one when absent. */
export const object: FieldKind<JsonObject> = {
  read: readObject,
  schema: { type: 'object' },
  mayBeEmpty: false,
};

/** Anything at all: only what we know is taken. */
export const free: FieldKind<unknown> = {
  read: (from, name) => from[name],
  schema: {},
  mayBeEmpty: true,
};

/** The forms of a time that JSON Schema describes; {@link readTime} reads more of them. */
const TIME_SCHEMA = {
  anyOf: [
    { type: 'string', format: 'date-time', pattern: TIMESTAMP_PATTERN },
    { type: 'number', minimum: 1e9, exclusiveMaximum: 1e10 },
    { type: 'number', minimum: 1e12, exclusiveMaximum: 1e13 },
    { type: 'number', minimum: 1e15, exclusiveMaximum: 1e16 },
  ],
};

/** A point in time that must be there: milliseconds since 1970. */
export const time: FieldKind<number> = {
  read: (from, name, path) => {
    const timeMs = readMoment(from, name, path);
    if (timeMs === undefined) throw missing(path, 'a date-time such as 2026-11-18T20:14:05Z');
    return timeMs;
  },
  schema: TIME_SCHEMA,
  mayBeEmpty: false,
};

/** A point in time: milliseconds since 1970. */
export const moment: FieldKind<number> = {
  read: readMoment,
  schema: TIME_SCHEMA,
  mayBeEmpty: true,
};

function readMoment(from: JsonObject, name: string, path: string): number | undefined {
  const given = from[name];
  if (!isPresent(given)) return undefined;
  const read = readTime(given, 'refuse');
  if ('timeMs' in read) return read.timeMs;
  throw timeProblem(given, path, read.problem);
}

/** The problem of a time that {@link readTime} does not read. */
export function timeProblem(given: unknown, path: string, problem: string): FieldProblem {
  const codes: Readonly<Record<string, string>> = {
    string: 'invalid_format',
    number: 'invalid_value',
  };
  return new FieldProblem(codes[typeof given] ?? 'wrong_type', path, problem);
}

/** A number or numeric text, as decimal text, so that money never becomes a binary float. */
export const decimal: FieldKind<string> = {
  read: (from, name, path) => {
    const given = from[name];
    if (!isPresent(given)) return undefined;
    if (typeof given !== 'number' && typeof given !== 'string') {
      throw wrongType(path, 'a number or a numeric string', given);
    }
    const written = typeof given === 'number' ? numberText(given) : given;
    if (written === undefined) throw new FieldProblem('invalid_value', path, TOO_LARGE);
    const decimalText = toDecimalText(written);
    if (decimalText !== undefined) return decimalText;
    throw new FieldProblem(
      'invalid_value',
      path,
      `is ${quoteAmount(written)}; expected a decimal number such as 9.99`,
    );
  },
  schema: { anyOf: [{ type: 'number' }, { type: 'string', pattern: DECIMAL_PATTERN }] },
  mayBeEmpty: true,
};

/** Three letters (ISO 4217), in upper case. */
export const currency: FieldKind<string> = {
  read: (from, name, path) => {
    const given = readText(from, name, path)?.trim();
    if (given === undefined || given === '') return undefined;
    if (/^[A-Za-z]{3}$/.test(given)) return given.toUpperCase();
    throw new FieldProblem(
      'invalid_format',
      path,
      `is ${quote(given)}; expected an ISO 4217 code such as USD`,
    );
  },
  schema: { type: 'string', pattern: '^\\s*([A-Za-z]{3}\\s*)?$' },
  mayBeEmpty: true,
};

/** A whole number from 1, as a number or in text. */
export const quantity: FieldKind<number> = {
  read: (from, name, path) => {
    const given = from[name];
    if (!isPresent(given)) return undefined;
    const decimalText = toDecimalText(scalarText(given) ?? '');
    const number = Number(decimalText);
    if (Number.isSafeInteger(number) && number >= 1) return number;
    const expected = 'a whole number from 1';
    if (typeof given !== 'string') throw wrongType(path, expected, given);
    throw new FieldProblem('invalid_value', path, `is ${quoteAmount(given)}; expected ${expected}`);
  },
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: '^\\s*(?=\\d{1,15}\\s*$)0*[1-9]\\d*\\s*$' },
    ],
  },
  mayBeEmpty: true,
};
