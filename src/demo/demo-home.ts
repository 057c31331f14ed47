import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Directories } from '../config/directories.js';
import { UsageError } from '../errors.js';

/** Folders of a demo, separate from the user's own files. */
export interface DemoHome {
  folder: string;
  directories: Directories;
  eventsFile: string;
  /** Removes it, unless it is to be kept. */
  leave(): Promise<void>;
}

/**
 * Makes a home for one demo: `keep`, a folder that is new or empty, or else a temporary one.
 * @throws UsageError when the folder to keep it in has something in it, or cannot be made
 */
export async function makeDemoHome(keep: string | undefined): Promise<DemoHome> {
  const folder =
    keep === undefined
      ? await mkdtemp(join(tmpdir(), 'postback-demo-'))
      : await makeEmptyFolder(keep);
  return {
    folder,
    // Same layout as POSTBACK_HOME, so that a kept demo can be explored.
    directories: { config: join(folder, 'config'), data: join(folder, 'data') },
    eventsFile: join(folder, 'events.jsonl'),
    leave: async () => {
      if (keep === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function makeEmptyFolder(given: string): Promise<string> {
  const folder = resolve(given);
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) return folder;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError('folder_unusable', `${given} cannot be used: ${code}.`, { cause: error });
  }
  throw new UsageError(
    'folder_not_empty',
    `${given} is not empty. The demo requires a new folder.`,
    {
      next: 'postback demo',
    },
  );
}
