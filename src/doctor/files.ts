import { statSync } from 'node:fs';
import { join } from 'node:path';

import type { Directories } from '../config/directories.js';
import { fail, pass, warn, type Check } from './check.js';

export interface FilesInput {
  directories: Directories;
  workspace: string;
  /** Modes mean nothing on Windows: there the profile's folder keeps others out. */
  platform: string;
}

/** The permission bits that let others than the owner in. */
const OTHERS = 0o077;

/**
 * Looks at the files that hold grants, settings and the log: whether they are there, and who may
 * read them.
 */
export function checkFiles({ directories, workspace, platform }: FilesInput): Check[] {
  const credentials = join(directories.config, 'credentials.json');
  const candidates = [
    { path: credentials, isSecret: true },
    { path: join(directories.config, 'config.json'), isSecret: false },
    { path: join(directories.data, workspace, 'delivery.db'), isSecret: false },
  ];
  const found = candidates.flatMap((candidate) => {
    const stats = statSync(candidate.path, { throwIfNoEntry: false });
    return stats ? [{ ...candidate, mode: stats.mode & 0o777, isFile: stats.isFile() }] : [];
  });
  if (found.length === 0)
    return [pass('files', `Nothing is stored yet. Files go to ${directories.config}.`)];
  const folders = [directories.config, join(directories.data, workspace)];
  const problems = [
    ...found.flatMap((candidate) => checkFileMode(candidate, platform)),
    ...folders.flatMap((folder) => checkFolder(folder, platform)),
  ];
  if (problems.length > 0) return problems;
  const words = platform === 'win32' ? 'in your profile' : 'readable only by you';
  const verb = found.length === 1 ? 'is' : 'are';
  return [pass('files', `${found.map(({ path }) => path).join(', ')} ${verb} ${words}.`)];
}

/** The permission bits that let others than the owner replace the files of a folder. */
const OTHERS_WRITE = 0o022;

/**
 * Checks a folder: a user who can write to it can replace private files in it, regardless of their
 * modes.
 */
function checkFolder(folder: string, platform: string): Check[] {
  const mode = (statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
  if (platform === 'win32' || (mode & OTHERS_WRITE) === 0) return [];
  const shown = mode.toString(8).padStart(4, '0');
  return [
    fail(
      'files',
      `${folder} has the mode ${shown}: others on this machine can replace the files in it.`,
      {
        why: 'They could replace your account or settings with their own.',
        next: `chmod 700 ${folder}`,
      },
    ),
  ];
}

function checkFileMode(
  {
    path,
    isSecret,
    mode,
    isFile,
  }: { path: string; isSecret: boolean; mode: number; isFile: boolean },
  platform: string,
): Check[] {
  if (!isFile) {
    return [
      fail('files', `${path} is not a regular file.`, {
        why: 'It cannot be read or written.',
        next: 'postback config path',
      }),
    ];
  }
  if (platform === 'win32' || (mode & OTHERS) === 0) return [];
  const message =
    `${path} has the mode ${mode.toString(8).padStart(4, '0')}: others on this machine can read ` +
    'it.';
  const next = `chmod 600 ${path}`;
  return isSecret
    ? [fail('files', message, { why: 'It contains the secrets of your connections.', next })]
    : [
        warn('files', message, {
          why: 'It shows what was sent, although it does not name people.',
          next,
        }),
      ];
}
