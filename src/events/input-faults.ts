import { InputError, messageOf } from '../errors.js';

/** What went wrong when an input was opened or read, as an error that says what the user can do. */
export function explainReadFault(name: string, error: NodeJS.ErrnoException): InputError {
  if (error.code === 'ENOENT') {
    return new InputError('input_not_found', `${name}: there is no such file.`, { cause: error });
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new InputError('input_unreadable', `${name} may not be read by this user.`, { cause: error });
  }
  if (error.code?.startsWith('Z_')) {
    return new InputError('input_broken_gzip', `${name} is no whole gzip file.`, {
      cause: error,
      hint: 'The events before the damage were read. Get a whole copy of the file and send it again: nothing is sent twice.',
    });
  }
  return new InputError('input_unreadable', `${name} could not be read: ${messageOf(error)}.`, { cause: error });
}
