import { writeFile } from 'node:fs/promises';
import { UsageError } from '../errors.js';
import { formatExampleEvents, makeExampleEvents } from './example-events.js';

/**
 * Writes the example events as of `nowMs` and returns how many lines there are.
 * @throws UsageError when the file cannot be written
 */
export async function writeExampleEvents(path: string, nowMs: number): Promise<number> {
  const lines = makeExampleEvents(nowMs);
  try {
    await writeFile(path, formatExampleEvents(lines));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError('file_unwritable', `${path} cannot be written: ${code}.`, {
      cause: error,
    });
  }
  return lines.length;
}
