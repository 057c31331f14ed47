import { statSync } from 'node:fs';

import { PostbackError } from '../errors.js';
import { LogPeek } from './log-peek.js';

/** What a look at the log file found. */
export interface LogHealth {
  /** Bytes on disk, the write-ahead part included; undefined where nothing was ever sent. */
  bytes: number | undefined;
  /** What is wrong, in a sentence. */
  problem?: string;
  /** What to do about it, in a sentence. */
  hint?: string;
}

/** Reads the log through and lets SQLite check its pages and indices. Never throws for what is wrong with the file. */
export function checkLog(path: string, workspace: string): LogHealth {
  const bytes = sizeOf(path);
  if (bytes === undefined) return { bytes };
  try {
    const peek = LogPeek.open(path, workspace);
    if (!peek) return { bytes };
    try {
      const row = peek.database.prepare('PRAGMA quick_check(1)').get() ?? {};
      const said = String(Object.values(row)[0]);
      if (said === 'ok') return { bytes };
      return { bytes, problem: `The delivery log at ${path} is damaged: ${said}.`, hint: MOVE_ASIDE };
    } finally {
      peek.close();
    }
  } catch (error) {
    if (!(error instanceof PostbackError)) throw error;
    return { bytes, problem: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

const MOVE_ASIDE = 'Move it aside and keep it: it holds what was sent. A new one starts empty.';

function sizeOf(path: string): number | undefined {
  const size = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;
  const main = size(path);
  return main === undefined ? undefined : main + (size(`${path}-wal`) ?? 0);
}
