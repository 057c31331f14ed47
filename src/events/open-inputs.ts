import { argumentWords } from '../shell-word.js';
import { Buffer } from 'node:buffer';
import { stat } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';

import { InputError } from '../errors.js';
import { openStream } from './descriptor-stream.js';
import { refuseForeign } from './foreign.js';
import { isPlainFile, readHead } from './input-bytes.js';
import { explainReadFault } from './input-faults.js';
import type { Input } from './input-types.js';
import { isGzip } from './unpack.js';

/**
 * Opens every input before the first line is read, so that a typing error in the third name, or a
 * table among the files, does not show after the first file was sent. What is not a regular file
 * becomes a stream, as stdin is one.
 * @throws InputError for a missing file, a directory, one without permission, or one that cannot
 *   hold JSON
 */
export async function openInputs(inputs: readonly Input[]): Promise<Input[]> {
  const opened: Input[] = [];
  for (const input of inputs) opened.push(await openInput(input));
  return opened;
}

/** {@link openInputs} of one input. */
export async function openInput(input: Input): Promise<Input> {
  const { path, name, format } = input;
  if (path === undefined) return input;
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new InputError(
        'input_is_directory',
        `${name} is a directory; expected a file of JSON Lines.`,
        {
          hint: `Pass the files in it, such as ${name.replace(/\/$/, '')}/*.jsonl.`,
        },
      );
    }
    if (!found.isFile()) return { name, stream: openStream(path), ...(format && { format }) };
    refuseForeign(name, unpackHead(await readHead(path)));
    return input;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw explainReadFault(name, error as NodeJS.ErrnoException);
  }
}

/**
 * Opens an input that is to be followed: a file may be missing yet, and a packed one cannot grow.
 * @throws as openInputs
 */
export async function openFollowed(input: Input): Promise<Input> {
  const { path, name } = input;
  if (path === undefined || !(await stat(path).catch(() => undefined))) return input;
  const opened = await openInput(input);
  if (opened.path === undefined || (await isPlainFile(opened))) return opened;
  throw new InputError(
    'input_is_packed',
    `${name} is gzipped, and a gzipped file cannot be followed.`,
    {
      hint: 'Send it instead. A gzipped file is complete.',
      next: `postback send ${argumentWords(name)}`,
    },
  );
}

/** Unpacks the beginning of a gzipped file. A damaged file is rejected when it is read. */
function unpackHead(head: Buffer): Buffer {
  if (!isGzip(head)) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
