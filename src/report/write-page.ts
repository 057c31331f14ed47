import { randomBytes } from 'node:crypto';
import { openSync, readSync, closeSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import { messageOf, UsageError } from '../errors.js';

/**
 * Writes a page to a file, whole or not at all; one that stands there is replaced.
 * @throws UsageError when the place cannot be written, or something stands there that is no page
 */
export function writePage(path: string, page: string): void {
  const refuse = (message: string, cause?: unknown): UsageError =>
    new UsageError('file_unwritable', `${path} ${message}`, { hint: 'Name another file with --out.', cause });
  try {
    if (!mayReplace(path)) throw refuse('is no page, and is not replaced.');
    // An unused name: what has it already, a link included, is left alone.
    const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
    try {
      writeFileSync(draft, page, { flag: 'wx' });
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  } catch (error) {
    throw error instanceof UsageError ? error : refuse(`cannot be written: ${messageOf(error)}.`, error);
  }
}

/** Whether nothing stands there, or a page: an event file that was named by mistake is not to be lost. */
function mayReplace(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  try {
    const head = Buffer.alloc(15);
    const length = readSync(file, head);
    return length === 0 || head.toString('latin1').toLowerCase() === '<!doctype html>';
  } finally {
    closeSync(file);
  }
}
