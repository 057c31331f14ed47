import { InputError } from '../errors.js';
import type { InvalidLine } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import { parseLine } from '../events/parse-line.js';
import type { Report } from './report.js';

/**
 * `--strict`: every line of every file is read once before the first is sent. Streams are checked as they come.
 * @throws InputError when a line is invalid
 */
export async function checkLines(inputs: readonly Input[], report: Report): Promise<void> {
  let invalid = 0;
  let first = '';
  for (const input of inputs) {
    if (input.path === undefined) continue;
    for await (const lines of readLines(input)) {
      for (const line of lines) {
        const parsed = line.invalid ? { invalid: line.invalid } : parseLine(line.text);
        if (!('invalid' in parsed)) continue;
        invalid++;
        if (invalid === 1) first = describeInvalid(input.name, line.number, parsed.invalid);
        report({ type: 'invalid', input: input.name, line: line.number, ...parsed.invalid });
      }
    }
  }
  if (invalid > 0) throw refuseInvalid(invalid, first);
}

/** The error of `--strict`, naming the first of the lines. */
export function refuseInvalid(count: number, first: string): InputError {
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  return new InputError('invalid_lines', `${first}${more}; --strict is set.`, {
    hint: 'Mend it, or leave --strict out: then the valid lines are sent.',
  });
}

/** Where an invalid line is and what is wrong with it. */
export function describeInvalid(input: string, line: number, { field, message }: InvalidLine): string {
  return `${input}:${line}: ${field === '' ? 'the line' : field} ${message}`;
}
