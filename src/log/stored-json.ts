import { InternalError } from '../errors.js';

/** Error code of a row that cannot be read, and reason of a postback whose payload was in it. */
export const LOG_DAMAGED = 'log_damaged';

/** What became of a postback whose row in the log cannot be read, and what delivers it. */
export const DAMAGED_WORDS =
  'its row in the delivery log is damaged; send its event again to deliver it';

/**
 * Reads a packed row.
 * @param what the row in words, for the error
 * @throws InternalError `log_damaged` naming the row where `read` throws
 */
export function readRow<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch {
    // The message of a parser quotes the row.
    throw new InternalError(
      LOG_DAMAGED,
      `The delivery log is damaged: the row of ${what} cannot be read.`,
      {
        hint: 'Run: postback doctor',
      },
    );
  }
}

/**
 * Reads one row among many; undefined where it is damaged, so that the others are read all the
 * same.
 */
export function readUnlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InternalError && error.code === LOG_DAMAGED) return undefined;
    throw error;
  }
}
