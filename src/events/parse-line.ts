import { isJsonObject } from '../json.js';
import { readAudienceMessage } from './formats/audience.js';
import type { ConversionEvent, InvalidLine } from './conversion-event.js';
import { describeType, FieldProblem } from './field-problem.js';

export type ParsedLine = { event: ConversionEvent } | { invalid: InvalidLine };

/**
 * Reads one line of JSON Lines. Never throws for what a line holds: a bad line is data.
 * @param line one line, without its line feed
 */
export function parseLine(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { invalid: { code: 'not_json', field: '', message: explainJsonError(line, error) } };
  }
  if (!isJsonObject(value)) {
    return {
      invalid: { code: 'not_an_object', field: '', message: `is ${describeType(value)}; expected a JSON object` },
    };
  }
  // Escapes can hide what no UTF-8 text may hold; without one the decoder has already seen to it.
  if (line.includes('\\u')) {
    const problem = findBadText(value);
    if (problem) return { invalid: problem };
  }
  try {
    return { event: readAudienceMessage(value) };
  } catch (error) {
    if (error instanceof FieldProblem) return { invalid: error.toInvalidLine() };
    throw error;
  }
}

/** V8 quotes the text around the fault, which may be personal: only the place is kept, and what is a known slip. */
function explainJsonError(line: string, error: unknown): string {
  const end = findFault(line, error);
  if (end >= line.length) return `is not JSON: it ends too early, after ${line.length} characters`;
  const rest = line.slice(end, end + 3);
  const slip = rest === 'NaN' || rest === 'Inf' ? '; expected a number or null, not NaN or Infinity' : '';
  return `is not JSON: it breaks at column ${end + 1} of ${line.length}${slip}`;
}

/** Where the text stops being JSON, counted from 0; its length where it only lacks its end. */
function findFault(line: string, error: unknown): number {
  const at = findPosition(error);
  if (at !== undefined) return at;
  // V8 gives no position for a token that it does not know: the longest beginning that only lacks its end tells it.
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

/** A lone surrogate or a NUL anywhere in the line's strings; they break databases, hashes and other programs. */
function findBadText(root: object): InvalidLine | undefined {
  const stack: [unknown, string][] = [[root, '']];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [value, path] = next;
    if (typeof value === 'string') {
      const problem = judgeText(value, path);
      if (problem) return problem;
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        const problem = judgeText(key, path);
        if (problem) return problem;
        stack.push([child, path === '' ? key : `${path}.${key}`]);
      }
    }
  }
  return undefined;
}

function judgeText(text: string, field: string): InvalidLine | undefined {
  if (text.includes('\0')) {
    return { code: 'control_character', field, message: 'holds a NUL character, which no identifier may have' };
  }
  if (!text.isWellFormed()) {
    return { code: 'lone_surrogate', field, message: 'holds half of a surrogate pair, which is not valid text' };
  }
  return undefined;
}
