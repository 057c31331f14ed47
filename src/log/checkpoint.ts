import type { Checkpoint } from '../events/source-position.js';

/** How far an input was read; without a position the checkpoint is deleted. */
export interface StoredCheckpoint {
  path: string;
  checkpoint: Checkpoint | undefined;
}

/** Reads a row of `checkpoint` by column. */
export function readCheckpoint(row: Readonly<Record<string, unknown>>): Checkpoint {
  return {
    device: String(row['device']),
    inode: String(row['inode']),
    offset: Number(row['offset']),
    line: Number(row['line']),
    head: String(row['head']),
    headBytes: Number(row['head_bytes']),
    updatedMs: Number(row['updated']),
  };
}
