import { isJsonObject } from '../json.js';
import { readAudienceMessage } from './audience.js';
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

/** V8 quotes the text around the fault, which may be personal: only the position is kept. */
function explainJsonError(line: string, error: unknown): string {
  const at = / at position (\d+)/.exec(error instanceof Error ? error.message : '');
  if (at && Number(at[1]) < line.length)
    return `is not JSON: it breaks at column ${Number(at[1]) + 1} of ${line.length}`;
  return `is not JSON: it ends too early, after ${line.length} characters`;
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
