import type { PostbackError } from '../errors.js';
import { InputError, InternalError, messageOf } from '../errors.js';

/** Returns an error with a hint for a failure to open or read an input. */
export function explainReadFault(name: string, error: NodeJS.ErrnoException): PostbackError {
  if (error.code === 'EMFILE' || error.code === 'ENFILE') {
    return new InternalError(
      'too_many_files',
      `${name} cannot be opened: too many files are open.`,
      {
        hint: 'Raise the limit (ulimit -n), then run the same command again.',
        cause: error,
      },
    );
  }
  if (error.code === 'ENOENT') {
    return new InputError('input_not_found', `${name} does not exist.`, { cause: error });
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new InputError('input_unreadable', `This user cannot read ${name}.`, { cause: error });
  }
  if (error.code?.startsWith('Z_')) {
    return new InputError('input_broken_gzip', `${name} is not a complete gzip file.`, {
      cause: error,
      hint:
        'The events before the damage were read. Get a complete copy of the file and send it ' +
        'again. Nothing is sent twice.',
    });
  }
  return new InputError('input_unreadable', `${name} could not be read: ${messageOf(error)}.`, {
    cause: error,
  });
}
