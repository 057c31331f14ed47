import { statSync } from 'node:fs';

import type { Checkpoint } from '../../events/source-position.js';
import { readCheckpoint, type StoredCheckpoint } from '../checkpoint.js';
import type { PgSession } from './connection/pg-database.js';
import type { PgWrite } from './database/write-queue.js';

/** Identity of the file at a path on this machine; undefined where there is none. */
function identify(path: string): { device: string; inode: string } | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return { device: String(dev), inode: String(ino) };
  } catch {
    return undefined;
  }
}

/**
 * Saves how far inputs were read, and deletes the checkpoints that are not needed any more. Several
 * machines may have different files at one path, so a checkpoint is that of a file. Runs that read
 * the same file write the same row, so that comes at the end of the transaction, after their ids.
 */
export function putCheckpoints(
  write: PgWrite,
  kept: readonly StoredCheckpoint[],
  nowMs: number,
): void {
  for (const { path, checkpoint } of kept) {
    write.atEnd(`checkpoint ${path}`, () =>
      checkpoint ? putCheckpoint(write, path, checkpoint, nowMs) : removeCheckpoint(write, path),
    );
  }
}

async function putCheckpoint(
  session: PgSession,
  path: string,
  checkpoint: Checkpoint,
  nowMs: number,
): Promise<void> {
  const { device, inode, offset, line, head, headBytes, updatedMs = nowMs } = checkpoint;
  await session.change(
    `INSERT INTO @checkpoint VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (path, device, inode) DO UPDATE SET read_to = excluded.read_to,
       line = excluded.line,
       head = excluded.head, head_bytes = excluded.head_bytes, updated = excluded.updated`,
    // A file system may date files in fractions of a millisecond.
    [path, device, inode, offset, line, head, headBytes, Math.floor(updatedMs)],
  );
}

async function removeCheckpoint(session: PgSession, path: string): Promise<void> {
  const file = identify(path);
  if (file)
    await session.change('DELETE FROM @checkpoint WHERE path = $1 AND device = $2 AND inode = $3', [
      path,
      file.device,
      file.inode,
    ]);
  else await session.change('DELETE FROM @checkpoint WHERE path = $1', [path]);
}

/**
 * Finds how far an input was read: the file that is at its path now, else the file that was there
 * last.
 */
export async function findCheckpoint(
  session: PgSession,
  path: string,
): Promise<Checkpoint | undefined> {
  const file = identify(path);
  const [row] = await session.rows(
    `SELECT *, read_to AS "offset" FROM @checkpoint WHERE path = $1
     ORDER BY (device = $2 AND inode = $3) DESC, updated DESC LIMIT 1`,
    [path, file?.device ?? '', file?.inode ?? ''],
  );
  return row && readCheckpoint(row);
}
