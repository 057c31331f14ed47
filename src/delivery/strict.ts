import { InputError } from '../errors.js';
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
  for (const input of inputs) {
    if (input.path === undefined) continue;
    for await (const lines of readLines(input)) {
      for (const line of lines) {
        const parsed = line.invalid ? { invalid: line.invalid } : parseLine(line.text);
        if (!('invalid' in parsed)) continue;
        invalid++;
        report({ type: 'invalid', input: input.name, line: line.number, ...parsed.invalid });
      }
    }
  }
  if (invalid > 0) throw refuseInvalid(invalid);
}

/** The error of `--strict`. */
export function refuseInvalid(count: number): InputError {
  const what = count === 1 ? 'A line is invalid' : `${count} lines are invalid`;
  return new InputError('invalid_lines', `${what}, and --strict is set.`, {
    hint: 'Mend the lines named above, or leave --strict out: then the valid ones are sent.',
  });
}
