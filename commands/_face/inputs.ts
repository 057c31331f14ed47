import { UsageError } from '../../src/errors.js';
import type { Input } from '../../src/events/input.js';
import type { FormatChoice } from '../../src/events/event-parser.js';
import type { IO } from './io.js';

/**
 * The inputs that arguments name; `-`, or no name while something is piped in, is stdin.
 * @param format what they hold; `auto` where nothing is said
 * @throws {UsageError} when there is neither a file nor a pipe: waiting for a terminal would look like a hang.
 */
export function readInputArguments(io: IO, names: readonly string[], format: FormatChoice = 'auto'): Input[] {
  if (names.length === 0) {
    if (io.stdin.isTTY) {
      throw new UsageError('missing_argument', 'No event file was named, and nothing is piped in.', {
        hint: 'Name a file of JSON Lines, or pipe one in.',
        next: 'postback send events.jsonl',
      });
    }
    return [stdinInput(io, format)];
  }
  return names.map((name) => (name === '-' ? stdinInput(io, format) : { name, path: name, format }));
}

function stdinInput(io: IO, format: FormatChoice): Input {
  return { name: 'stdin', format, stream: io.stdin as unknown as NonNullable<Input['stream']> };
}
