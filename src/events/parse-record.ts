import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { CLOSE_ARRAY, CLOSE_OBJECT, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './bytes.js';
import { describeType, FieldProblem } from './field-problem.js';

/**
 * The JSON object of one line, or of one element of an array.
 * @throws FieldProblem when it is none, or holds text that no program can keep.
 */
export function parseRecord(line: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw explainJsonError(line, error);
  }
  if (!isJsonObject(value)) {
    throw new FieldProblem(
      'not_an_object',
      '',
      `is ${describeType(value)}; expected a JSON object`,
    );
  }
  if (line.length > 2 * MAX_DEPTH && isDeeper(line, MAX_DEPTH)) {
    throw new FieldProblem('too_deep', '', `is nested deeper than ${MAX_DEPTH} levels`);
  }
  // Escapes can hide what no UTF-8 text may hold; without one the decoder has already seen to it.
  if (line.includes('\\u')) refuseBadText(value);
  return value;
}

/** Levels of brackets beyond which a record is invalid, so that what walks it may be recursive. */
const MAX_DEPTH = 500;

/** Whether JSON has more levels of brackets than `max`. Takes one pass over the text. */
function isDeeper(text: string, max: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (++depth > max) return true;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--;
  }
  return false;
}

/** Where the string that begins at `start` ends. The text is JSON: each string ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end;
  }
}

/** A line that is not JSON: `offset` is the character, from 0, where it stops being it. */
export class JsonProblem extends FieldProblem {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super('not_json', '', message);
  }
}

/**
 * V8 quotes the text around the fault, which may be personal: only the place is kept, and what is a
 * known slip.
 */
function explainJsonError(line: string, error: unknown): JsonProblem {
  const end = findFault(line, error);
  if (end >= line.length) {
    return new JsonProblem(end, `is not JSON: it is truncated after ${line.length} characters`);
  }
  const slip = findSlip(line.slice(end, end + 4));
  return new JsonProblem(
    end,
    `is not JSON: it breaks at column ${end + 1} of ${line.length}${slip}`,
  );
}

/** What is commonly written in place of JSON, by the text where a line stops being it. */
function findSlip(rest: string): string {
  if (/^(?:NaN|Inf)/.test(rest)) return '; expected a number or null, not NaN or Infinity';
  if (rest.startsWith("'")) return '; expected double quotes, not single quotes';
  if (/^(?:True|Fals|None)/.test(rest)) return '; expected true, false or null in lower case';
  return '';
}

/** Where the text stops being JSON, counted from 0; its length where it only lacks its end. */
function findFault(line: string, error: unknown): number {
  const at = findPosition(error);
  if (at !== undefined) return at;
  // V8 reports no position of an unknown token. The longest prefix that is only incomplete gives
  // the position.
  let [good, bad] = [0, line.length + 1];
  while (bad - good > 1) {
    const length = (good + bad) >> 1;
    if (lacksItsEnd(line.slice(0, length))) good = length;
    else bad = length;
  }
  return good;
}

function lacksItsEnd(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if ((error as Error).message.includes('end of JSON input')) return true;
    const at = findPosition(error);
    return at !== undefined && at >= text.length;
  }
}

function findPosition(error: unknown): number | undefined {
  const [, digits] = / at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * A lone surrogate or a NUL anywhere in the line's strings; they break databases, hashes and other
 * programs.
 */
function refuseBadText(root: object): void {
  const stack: [unknown, string][] = [[root, '']];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [value, path] = next;
    if (typeof value === 'string') {
      validateText(value, path);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        validateText(key, path);
        stack.push([child, path === '' ? key : `${path}.${key}`]);
      }
    }
  }
}

function validateText(text: string, field: string): void {
  if (text.includes('\0')) {
    throw new FieldProblem(
      'control_character',
      field,
      'contains a NUL character, which identifiers must not have',
    );
  }
  if (!text.isWellFormed()) {
    throw new FieldProblem(
      'lone_surrogate',
      field,
      'contains an unpaired surrogate, which is not valid text',
    );
  }
}
