import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { isJsonObject } from '../../../json.js';

/** How far a log was committed, noted outside the log. */
export interface CommitNote {
  /** Which log it is about: a hash of its salt. */
  log: string;
  /** Number of the newest run and of the newest request that were committed. */
  run: number;
  request: number;
}

/** Returns the path of the note of the log at `logPath`. */
export function commitNotePath(logPath: string): string {
  return join(dirname(logPath), 'runs', 'last-commit.json');
}

/** Reads a note; undefined where there is none that can be read. */
export function readCommitNote(path: string): CommitNote | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isJsonObject(note)) return undefined;
    const { log, run, request } = note;
    if (typeof log !== 'string' || typeof run !== 'number' || typeof request !== 'number')
      return undefined;
    return { log, run, request };
  } catch {
    return undefined;
  }
}

/** Removes the note of a log that was moved away. Call before a new file takes its name. */
export function removeCommitNote(logPath: string): void {
  rmSync(commitNotePath(logPath), { force: true });
}
