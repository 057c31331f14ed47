import { InputError } from '../errors.js';
import type { Input } from '../events/input.js';
import { isRereadable } from '../events/input-types.js';
import { readLines } from '../events/input.js';
import { RecordReader } from './record-reader.js';
import type { Report } from './report.js';

/**
 * `--strict`: every line of every file is read once before the first is sent. Streams are checked
 * as they come.
 * @throws InputError when a line is invalid
 */
export async function checkLines(inputs: readonly Input[], report: Report): Promise<void> {
  const counts = { lines: 0, invalid: 0, events: 0, warnings: {} };
  let first = '';
  // The format and the warnings are told when the file is sent.
  const reader = new RecordReader(counts, (update) => {
    if (update.type === 'invalid') report(update);
  });
  for (const input of inputs) {
    if (!isRereadable(input)) continue;
    for await (const lines of readLines(input)) {
      for (const line of lines) {
        if (!reader.read(line, input, []) && first === '') first = reader.lastProblem;
      }
    }
  }
  if (counts.invalid > 0) throw refuseInvalid(counts.invalid, first);
  if (counts.lines === 0 && inputs.every(isRereadable)) throw refuseEmpty(inputs);
}

/** The error of `--strict` where no input holds a record. */
export function refuseEmpty(inputs: readonly Input[]): InputError {
  const names = inputs.map(({ name }) => name).join(', ');
  return new InputError('no_records', `${names}: no records, and --strict is set.`, {
    hint: 'Check what wrote the file, or remove --strict.',
  });
}

/** The error of `--strict`, naming the first of the lines. */
export function refuseInvalid(count: number, first: string): InputError {
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  return new InputError('invalid_lines', `${first}${more}; --strict is set.`, {
    hint: 'Fix it, or remove --strict to send the valid lines.',
  });
}
