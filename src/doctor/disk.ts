import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

import { messageOf } from '../errors.js';
import { fail, pass, warn, type Check } from './check.js';

const MB = 1_000_000;
/** About a hundred thousand postbacks, failed or pending ones included, fit into it. */
const TOO_LITTLE_BYTES = 50 * MB;
const LITTLE_BYTES = 500 * MB;

/** Asks how much room the folder of the delivery log has. */
export function checkDisk(folder: string): Check {
  const path = findExisting(folder);
  let freeBytes: number;
  try {
    const { bavail, bsize } = statfsSync(path);
    freeBytes = bavail * bsize;
  } catch (error) {
    return warn('disk', `Cannot read the free space at ${path}: ${messageOf(error)}.`, {
      why: 'A full disk stops a run, because postbacks that cannot be recorded are not sent.',
    });
  }
  return checkRoom(freeBytes, path);
}

/** Evaluates the free space in bytes. Pure. */
export function checkRoom(freeBytes: number, path: string): Check {
  const room = `${formatBytes(freeBytes)} free at ${path}.`;
  const why = 'A full disk stops a run, because postbacks that cannot be recorded are not sent.';
  const next = 'postback logs prune --older-than 90d';
  if (freeBytes < TOO_LITTLE_BYTES) return fail('disk', room, { why, next });
  return freeBytes < LITTLE_BYTES ? warn('disk', room, { why, next }) : pass('disk', room);
}

/** Bytes in the largest unit that leaves a whole number: `734 MB`, `12 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 10_000 * MB) return `${Math.floor(bytes / (1000 * MB))} GB`;
  return bytes >= MB ? `${Math.floor(bytes / MB)} MB` : `${Math.ceil(bytes / 1000)} kB`;
}

/** The folder, or the nearest above it that is there already. */
function findExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : findExisting(dirname(folder));
}
