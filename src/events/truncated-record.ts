import type { Buffer } from 'node:buffer';

import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, SPACE } from './bytes.js';
import type { Line } from './line-splitter.js';

/** What may follow a string: the bytes of JSON, the next record, or the end of the text. */
const FOLLOWS_STRING = new Set<number | undefined>([
  OPEN_OBJECT,
  COLON,
  COMMA,
  CLOSE_OBJECT,
  CLOSE_ARRAY,
  undefined,
]);

/**
 * Finds the brace of a record that a truncated string before it has swallowed: the brace is the
 * last byte of the string, and the quote at `end` begins the record's first key.
 * @param start of the string's content
 * @param end where the quote is that would end the string
 */
export function findSwallowedBrace(chunk: Buffer, start: number, end: number): number | undefined {
  let brace = end - 1;
  while (brace > start && (chunk[brace] as number) <= SPACE) brace--;
  let next = end + 1;
  while (next < chunk.length && (chunk[next] as number) <= SPACE) next++;
  const isSwallowed =
    brace >= start && chunk[brace] === OPEN_OBJECT && !FOLLOWS_STRING.has(chunk[next]);
  return isSwallowed ? brace : undefined;
}

/** Returns the lines that a record without its end took for its own though they are records. */
export function listSwallowedLines({ number, text }: Line): Line[] {
  const [, ...rest] = text.split('\n');
  return rest.flatMap((line, index) => {
    const whole = line.trimEnd();
    const isRecord = whole.startsWith('{') && whole.endsWith('}');
    return isRecord ? [{ number: number + index + 1, text: whole }] : [];
  });
}
