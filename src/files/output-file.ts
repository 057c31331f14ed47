import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

import { messageOf, UsageError } from '../errors.js';
import { isOwnFile, lookAt } from './own-files.js';

/** Name of the project file, which an output must not use. */
const PROJECT_FILE = 'postback.config.json';
/** Standard streams by name. */
const STANDARD = /^\/dev\/std(out|err)$/;
/** Bytes of an existing file that are read to recognize it. */
const HEAD_BYTES = 64 * 1024;

/** Files and folders that an output must never touch. */
export interface Protected {
  /** Files that the run reads: paths, or descriptors such as 0 for stdin. */
  inputs?: readonly (string | number)[];
  /** Folders of this program's own state: configuration and delivery logs. */
  folders?: readonly string[];
}

export interface OutputRule extends Protected {
  /** Flag that names the file, for messages: `--rejects`. */
  flag: string;
  /**
   * Whether the first line of an existing file shows that an earlier run wrote it for the same
   * flag.
   */
  isOurs(firstLine: string): boolean;
}

/**
 * Opens a file that the operator named as an output, to append to it. A file is created (mode 0600)
 * or, when it is empty or an earlier run wrote it, continued. Anything else is left untouched: the
 * inputs of the run under any name or link, our own configuration and logs, and every other file
 * with content. Pipes and devices such as /dev/stderr are written to.
 * @returns a descriptor; the caller closes it unless it is 1 or 2
 * @throws UsageError when the file cannot be written or must not be
 */
export function openToAppend(path: string, rule: OutputRule): number {
  refuseProtected(path, rule);
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return create(path, rule);
    refuseInput(path, found, rule);
    const standard = STANDARD.exec(path)?.[1];
    // A socket cannot be opened by its name, and what it names is open already.
    if (standard !== undefined && !found.isFile()) return standard === 'out' ? 1 : 2;
    if (found.isDirectory()) throw refuse(path, rule, 'is a directory');
    if (found.isBlockDevice()) throw refuse(path, rule, 'is a block device');
    if (!found.isFile()) return openSync(path, 'w');
    return openOwn(path, rule);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      'output_unwritable',
      `${rule.flag} ${path} cannot be written: ${messageOf(error)}.`,
      {
        hint: `Name another file with ${rule.flag}.`,
        cause: error,
      },
    );
  }
}

/**
 * Opens a file that the operator named as an output, to replace what an earlier run wrote there. It
 * refuses what {@link openToAppend} refuses.
 * @throws UsageError as {@link openToAppend}
 */
export function openToReplace(path: string, rule: OutputRule): number {
  const file = openToAppend(path, rule);
  if (file > 2 && fstatSync(file).isFile()) ftruncateSync(file, 0);
  return file;
}

/** A dangling link is not followed: the file that it names may be anything. */
function create(path: string, rule: OutputRule): number {
  try {
    return openSync(path, 'ax', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw refuse(path, rule, 'is a link to a file that does not exist');
  }
}

/**
 * Opens an existing regular file and looks at the descriptor, so that a swap between look and write
 * changes nothing.
 */
function openOwn(path: string, rule: OutputRule): number {
  const file = openSync(path, constants.O_RDWR | constants.O_APPEND);
  try {
    const found = fstatSync(file, { bigint: true });
    refuseInput(path, found, rule);
    if (found.size === 0n) return file;
    if (!rule.isOurs(readFirstLine(file))) {
      throw refuse(path, rule, 'exists and was not written by an earlier run');
    }
    // A run that was killed may have left half a line.
    const last = Buffer.alloc(1);
    readSync(file, last, 0, 1, Number(found.size) - 1);
    if (last[0] !== 0x0a) writeSync(file, '\n');
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function readFirstLine(file: number): string {
  const head = Buffer.alloc(HEAD_BYTES);
  const length = readSync(file, head, 0, HEAD_BYTES, 0);
  const end = head.subarray(0, length).indexOf(0x0a);
  return head.toString('utf8', 0, end === -1 ? length : end);
}

/**
 * Refuses a path that is ours or an input, whether or not a file is there already. `isProjectFile`:
 * a project file is what is written.
 * @throws UsageError
 */
export function refuseProtected(
  path: string,
  rule: Pick<OutputRule, 'flag'> & Protected & { isProjectFile?: boolean },
): void {
  const target = realTargetOf(path);
  if (basename(target) === PROJECT_FILE && !rule.isProjectFile)
    throw refuse(path, rule, 'is the name of the project file');
  for (const folder of rule.folders ?? []) {
    if (`${target}${sep}`.startsWith(`${realPathOf(folder)}${sep}`)) {
      throw refuse(path, rule, 'is inside the folder of the configuration or the delivery logs');
    }
  }
  if (isOwnFile(path, rule.folders ?? []))
    throw refuse(path, rule, 'is one of the files of postback');
  for (const input of rule.inputs ?? []) {
    if (typeof input === 'string' && realTargetOf(input) === target)
      throw refuseAsInput(path, rule);
  }
}

function refuseInput(path: string, found: BigIntStats, rule: OutputRule): void {
  for (const input of rule.inputs ?? []) {
    const other = lookAt(input);
    if (other !== undefined && other.dev === found.dev && other.ino === found.ino)
      throw refuseAsInput(path, rule);
  }
}

/** The absolute path with the links of its folder resolved; the file itself need not exist. */
function realTargetOf(path: string): string {
  const full = resolve(path);
  return join(realPathOf(dirname(full)), basename(full));
}

function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}

function refuseAsInput(path: string, { flag }: Pick<OutputRule, 'flag'>): UsageError {
  return new UsageError(
    'output_is_input',
    `${flag} ${path} is an input of this run. Nothing was written.`,
    {
      hint: `Name another file with ${flag}.`,
    },
  );
}

function refuse(path: string, { flag }: Pick<OutputRule, 'flag'>, what: string): UsageError {
  return new UsageError('output_not_ours', `${flag} ${path} ${what}. Nothing was written to it.`, {
    hint: `Name a new file with ${flag}.`,
  });
}
