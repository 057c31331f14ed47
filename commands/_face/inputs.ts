import { UsageError } from '../../src/errors.js';
import type { Input } from '../../src/events/input.js';
import type { FormatChoice } from '../../src/events/event-parser.js';
import { refuseOwnInput } from '../../src/files/own-files.js';
import type { IO } from './io.js';

/** What decides which inputs a command may read. */
export interface InputContext {
  io: IO;
  /** Folders of this program's own state, whose files are not inputs. */
  folders: readonly string[];
}

/**
 * The inputs that arguments name; `-`, or no name while something is piped in, is stdin.
 * @param format what they hold; `auto` where nothing is said
 * @throws {InputError} for a file of this program: it is refused before it is opened
 * @throws {UsageError} when there is neither a file nor a pipe: waiting for a terminal would look like a hang.
 */
export function readInputArguments(
  context: InputContext,
  names: readonly string[],
  format: FormatChoice = 'auto',
): Input[] {
  const { io, folders } = context;
  if (names.length === 0) {
    if (io.stdin.isTTY) {
      throw new UsageError('missing_argument', 'No event file was named, and nothing is piped in.', {
        hint: 'Name a file of JSON Lines, or pipe one in.',
        next: 'postback send events.jsonl',
      });
    }
    return [stdinInput(context, format)];
  }
  return names.map((name) => {
    if (name === '-') return stdinInput(context, format);
    refuseOwnInput(name, name, folders);
    return { name, path: name, format };
  });
}

function stdinInput({ io, folders }: InputContext, format: FormatChoice): Input {
  refuseOwnInput(0, 'stdin', folders);
  return { name: 'stdin', format, stream: io.stdin as unknown as NonNullable<Input['stream']> };
}
