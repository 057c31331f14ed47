import { UsageError } from '../errors.js';
import type { Input } from '../events/input.js';
import type { FormatChoice } from '../events/event-parser.js';
import { refuseOwnInput } from '../files/own-files.js';
import { isAddress, parseAddress } from '../sources/parse-address.js';
import type { IO } from './io.js';

/** Context that decides which inputs a command may read. */
export interface InputContext {
  io: IO;
  /** Folders of this program's own state, whose files are not inputs. */
  folders: readonly string[];
  /** This command with a file, to suggest where none was named. */
  example: string;
  /** Whether it reads topics, queues and buckets too. */
  takesAddresses?: boolean;
}

/**
 * The inputs that arguments name; `-`, or no name while something is piped in, is stdin.
 * @param format what they hold; `auto` where nothing is said
 * @throws {InputError} for a file of this program: it is refused before it is opened
 * @throws {UsageError} when there is neither a file nor a pipe: waiting for a terminal would look
 *   like a hang; for a bad address
 */
export function readInputArguments(
  context: InputContext,
  names: readonly string[],
  format: FormatChoice = 'auto',
): Input[] {
  const { io, folders, example } = context;
  if (names.length === 0) {
    if (io.stdin.isTTY) {
      throw new UsageError(
        'missing_argument',
        'No event file was given, and stdin is a terminal.',
        {
          hint: 'Pass a JSON Lines file, or pipe one in.',
          next: example,
        },
      );
    }
    return [stdinInput(context, format)];
  }
  return names.map((name) => {
    if (name === '-') return stdinInput(context, format);
    if (isAddress(name)) return addressInput(context, name, format);
    refuseOwnInput(name, name, folders);
    return { name, path: name, format };
  });
}

/** @throws UsageError for a bad address, and where the command reads none */
function addressInput(
  { takesAddresses = false, example }: InputContext,
  name: string,
  format: FormatChoice,
): Input {
  const address = parseAddress(name);
  if (takesAddresses) return { name: address.url, address, format };
  throw new UsageError(
    'unsupported_source',
    `This command reads files and stdin, not ${address.kind}://.`,
    { hint: 'postback tail, send and backfill read topics, queues and buckets.', next: example },
  );
}

function stdinInput({ io, folders }: InputContext, format: FormatChoice): Input {
  refuseOwnInput(0, 'stdin', folders);
  // eslint-disable-next-line no-restricted-syntax -- process.stdin is a Readable; IO declares the little it uses
  return { name: 'stdin', format, stream: io.stdin as unknown as NonNullable<Input['stream']> };
}
