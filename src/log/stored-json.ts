import { InternalError } from '../errors.js';

/**
 * Parses JSON that the log stored in a row.
 * @param what the row in words, such as `postback 7f1f…`, for the error
 * @throws InternalError `log_damaged` naming the row where the text is not JSON
 */
export function parseStored(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the row.
    throw new InternalError('log_damaged', `The delivery log is damaged: the row of ${what} cannot be read.`, {
      hint:
        'Copy delivery.db aside, then restore a backup, or remove that row with sqlite3 and run the ' +
        'same command again. Nothing else was changed.',
    });
  }
}
