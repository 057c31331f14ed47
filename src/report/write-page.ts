import { randomUUID } from 'node:crypto';
import {
  closeSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { messageOf, UsageError } from '../errors.js';

/** Tag in the head of each page, by which an earlier report is recognized. */
const GENERATOR_TAG = '<meta name="generator" content="postback report" />';
/** Bytes of an existing file that are read to recognize it. */
const HEAD_BYTES = 2048;

/**
 * Writes a page to a file, whole or not at all. A file that is there is replaced: the caller has
 * asked whether it may be. Pipes and devices such as /dev/stderr are written to.
 * @throws UsageError when the file cannot be written
 */
export function writePage(path: string, page: string): void {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isFile() || found.isDirectory()) replace(path, page);
    else writeFileSync(path, page);
  } catch (error) {
    throw new UsageError('file_unwritable', `${path} cannot be written: ${messageOf(error)}.`, {
      hint: 'Name another file with --out.',
      cause: error,
    });
  }
}

/** Writes to a new temporary name first, so that no other file is overwritten. */
function replace(path: string, page: string): void {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    writeFileSync(draft, page, { flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Returns whether a file is an earlier report, which a new one may replace without a question.
 * @throws UsageError when it cannot be read
 */
export function isReport(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = Buffer.alloc(HEAD_BYTES);
    const text = head.toString('utf8', 0, readSync(file, head));
    return text.startsWith('<!doctype html>') && text.includes(GENERATOR_TAG);
  } catch (error) {
    throw new UsageError('file_unwritable', `${path} cannot be read: ${messageOf(error)}.`, {
      hint: 'Name another file with --out.',
      cause: error,
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
