import { isJsonObject, type JsonObject } from '../../json.js';
import { suggestNearMatches } from '../../near-match.js';
import { isMistake, parseMacroText, quote } from './parse-text.js';
import { childPath, describeJson, TemplateProblem } from './template-problem.js';

/** Checks one value of a template. @throws TemplateProblem */
export type Reader<T> = (value: unknown, path: string) => T;

/** Maximum size of a text of a template, in characters. */
const MAX_TEXT = 8192;

/** Reads an object whose fields are known. */
export function readFields<T extends object>(
  raw: unknown,
  path: string,
  readers: { [K in keyof Required<T>]: Reader<unknown> },
  required: readonly (keyof T & string)[],
): T {
  const object = readObject(raw, path);
  const known = Object.keys(readers);
  const read: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    if (!known.includes(key)) {
      const found = `the unknown field ${quote(key)}.${suggestNearMatches(key, known)}`.replace(
        /\.$/,
        '',
      );
      throw new TemplateProblem(childPath(path, key), found, `one of ${known.join(', ')}`);
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- it is one of the known fields
    read[key] = readers[key as keyof T](value, childPath(path, key));
  }
  const missing = required.find((key) => read[key] === undefined);
  if (missing !== undefined)
    throw new TemplateProblem(childPath(path, missing), 'nothing', `a value for ${missing}`);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- each field was read by the reader of its type, and the required ones are there
  return read as T;
}

export function readObject(value: unknown, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new TemplateProblem(path, describeJson(value), 'an object');
}

export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new TemplateProblem(path, describeJson(value), 'a list');
    return value.map((one: unknown, index) => read(one, childPath(path, index)));
  };
}

export function readText(value: unknown, path: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new TemplateProblem(path, value === '' ? 'an empty text' : describeJson(value), 'text');
  if (value.length > MAX_TEXT)
    throw new TemplateProblem(path, `${value.length} characters`, `at most ${MAX_TEXT}`);
  return value;
}

export function readChoice<T extends string>(choices: readonly T[]): Reader<T> {
  return (value, path) => {
    const chosen = choices.find((one) => one === value);
    if (chosen !== undefined) return chosen;
    const found = typeof value === 'string' ? quote(value) : describeJson(value);
    throw new TemplateProblem(path, found, `one of ${choices.join(', ')}`);
  };
}

export function readInteger(min: number, max: number): Reader<number> {
  return (value, path) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)
      return value;
    const found = typeof value === 'number' ? String(value) : describeJson(value);
    throw new TemplateProblem(path, found, `a whole number from ${min} to ${max}`);
  };
}

export function readPace(value: unknown, path: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 10_000) return value;
  const found = typeof value === 'number' ? String(value) : describeJson(value);
  throw new TemplateProblem(path, found, 'requests a second, or 0 for no limit');
}

/** Checks the macros of a text. */
export function readMacroText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new TemplateProblem(path, describeJson(value), 'text');
  if (value.length > MAX_TEXT)
    throw new TemplateProblem(path, `${value.length} characters`, `at most ${MAX_TEXT}`);
  const read = parseMacroText(value);
  if (isMistake(read)) throw new TemplateProblem(path, read.found, read.expected);
  return value;
}
