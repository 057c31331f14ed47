import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError, InternalError, messageOf, PostbackError } from '../errors.js';
import { isJsonObject, type JsonObject } from '../json.js';
import { isBusy } from '../files/fault-name.js';
import type { KernelLock } from '../files/kernel-lock.js';
import { withFileLock, type ReportLock } from './file-lock.js';

/** Time to wait for another process that is writing the file, in milliseconds. */
const WRITE_WAIT_MS = 30_000;

type TakeLock = (path: string, waitMs: number) => KernelLock;

export interface ConfigFileOptions<T extends object> {
  /** Folder of the file; made with mode 0700 when something is written. */
  directory: string;
  /** File name without `.json`. */
  name: string;
  /** Format version that this program writes. A file with a higher one is refused. */
  version: number;
  /** Content if there is no file, and default values of missing top-level fields. */
  defaults: T;
  /** Finds what is wrong with the content: a sentence that names the field. */
  check?: (content: JsonObject) => string | undefined;
  /** Is given what a write waits for, and why a lock was ignored. */
  report?: ReportLock | undefined;
}

/**
 * A JSON file of ours, readable by its owner only. Reading never creates or changes it; writing is
 * atomic and under a lock that holds between processes. The version field is the file's own: it is
 * neither in `T` nor in `defaults`.
 */
export class ConfigFile<T extends object> {
  readonly path: string;
  readonly #options: ConfigFileOptions<T>;

  constructor(options: ConfigFileOptions<T>) {
    this.#options = options;
    this.path = join(options.directory, `${options.name}.json`);
  }

  /** Receives what is to be said about locks; see {@link withFileLock}. */
  get report(): ReportLock | undefined {
    return this.#options.report;
  }

  /** Whether the file is there. */
  exists(): boolean {
    return existsSync(this.path);
  }

  /**
   * The content, or the defaults when there is no file; a copy that may be changed.
   * @throws ConfigError naming the file when it cannot be read, is no JSON object or comes from a
   *   newer version.
   */
  read(): T {
    return this.#complete(this.#readText());
  }

  #complete(text: string | undefined): T {
    const content = text === undefined ? {} : this.#parse(text);
    return { ...structuredClone(this.#options.defaults), ...content };
  }

  /**
   * Reads, changes and writes the content while no other process does. `change` alters the draft or
   * returns another; nothing is written when it changes nothing or throws. It is called again where
   * another process wrote meanwhile. Gives the content as it is afterwards.
   * @throws ConfigError as {@link read}, and when the file cannot be written; a broken file is
   *   never overwritten. InternalError when the disk is full.
   */
  async update(change: (draft: T) => T | void): Promise<T> {
    // Before anything is made on disk, so that a broken file is reported as such and not as a lock
    // that failed.
    this.read();
    const { default: Conf } = await import('conf');
    const { takeKernelLock } = await import('../files/kernel-lock.js');
    this.#makeDirectory();
    const options = {
      cwd: this.#options.directory,
      configName: this.#options.name,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      deserialize: (text: string) => JSON.parse(withoutMark(text)) as Record<string, unknown>,
      serialize: (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`,
    };
    const update = (): T => {
      for (;;) {
        const found = this.#readText();
        const before = this.#complete(found);
        const draft = structuredClone(before);
        const after = change(draft) ?? draft;
        if (isDeepStrictEqual(after, before)) return after;
        const write = (): void => {
          new Conf<Record<string, unknown>>(options).store = {
            version: this.#options.version,
            ...after,
          };
        };
        if (this.#commit(found, write, takeKernelLock)) return after;
      }
    };
    return withFileLock(this.path, update, { report: this.report });
  }

  /**
   * Writes the file unless it has changed since it was read: a process that was paused in
   * {@link withFileLock} may have lost that lock to another. No process loses the lock that is held
   * here, which covers a few milliseconds.
   * @returns whether it was written
   */
  #commit(found: string | undefined, write: () => void, take: TakeLock): boolean {
    const lock = this.#takeWriteLock(take);
    try {
      if (this.#readText() !== found) return false;
      this.#removeDrafts();
      write();
      return true;
    } catch (error) {
      throw this.#refuseWrite(error);
    } finally {
      lock.release();
    }
  }

  #takeWriteLock(take: TakeLock): KernelLock {
    try {
      return take(`${this.path}.write`, WRITE_WAIT_MS);
    } catch (error) {
      if (!isBusy(error)) throw this.#refuseWrite(error);
      throw new ConfigError(
        'config_locked',
        `Cannot write ${this.path}: another process holds its lock and does not finish.`,
        {
          hint: 'Continue or end the other postback process, then run the same command again.',
          cause: error,
        },
      );
    }
  }

  /**
   * Removes temporary copies of the file that a killed process left in its folder, because they
   * contain secrets too. Does nothing if there are none or the folder is not writable.
   */
  async removeDrafts(): Promise<void> {
    if (this.#listDrafts().length === 0) return;
    // A draft of a live process is written under the write lock; what is there now belongs to a
    // dead one.
    const { report } = this;
    await withFileLock(this.path, () => this.#removeDeadDrafts(), { report }).catch(
      () => undefined,
    );
  }

  async #removeDeadDrafts(): Promise<void> {
    const { takeKernelLock } = await import('../files/kernel-lock.js');
    const lock = this.#takeWriteLock(takeKernelLock);
    this.#removeDrafts();
    lock.release();
  }

  #removeDrafts(): void {
    for (const path of this.#listDrafts()) rmSync(path, { force: true });
  }

  /** Names such as `credentials.json.tmp-17640…`, as the `atomically` package makes them. */
  #listDrafts(): string[] {
    const { directory, name } = this.#options;
    try {
      const drafts = readdirSync(directory).filter((file) => file.startsWith(`${name}.json.tmp-`));
      return drafts.map((file) => join(directory, file));
    } catch {
      return [];
    }
  }

  #readText(): string | undefined {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(this.path));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      // The file is fine. The terminal code explains the limit.
      if (codeOf(error) === 'EMFILE' || codeOf(error) === 'ENFILE') throw error;
      throw this.#refuse('config_unreadable', describeReadFault(error), error);
    }
  }

  #parse(text: string): Partial<T> {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (error) {
      // The parser's message quotes the file, which may hold a secret.
      const why = text.trim() === '' ? 'it is empty' : 'it is not valid JSON';
      throw this.#refuse('config_broken', why, hidesText(error));
    }
    if (!isJsonObject(content))
      throw this.#refuse('config_broken', 'it does not hold a JSON object');
    const { version = 1, ...rest } = content;
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
      throw this.#refuse('config_broken', 'its field version is not a whole number');
    }
    if (version > this.#options.version) throw this.#refuseNewer(version);
    const problem = this.#options.check?.(rest);
    if (problem !== undefined) throw this.#refuse('config_invalid', problem);
    return rest as Partial<T>;
  }

  #makeDirectory(): void {
    try {
      mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw this.#refuseWrite(error);
    }
  }

  #refuse(code: string, why: string, cause?: unknown): ConfigError {
    return new ConfigError(code, `Cannot read ${this.path}: ${why}.`, {
      hint: 'Repair the file, or move it away to start over. It was not changed.',
      cause,
    });
  }

  #refuseNewer(version: number): ConfigError {
    const message =
      `${this.path} was written by a newer postback (format ${version}; ` +
      `this one reads up to ${this.#options.version}).`;
    return new ConfigError('config_newer', message, {
      hint: 'Update postback, or point POSTBACK_HOME to another folder. The file was not changed.',
    });
  }

  #refuseWrite(error: unknown): PostbackError {
    if (error instanceof PostbackError) return error;
    const message = `Cannot write ${this.path}: ${messageOf(error)}.`;
    const hint = 'The file was not changed.';
    if (codeOf(error) === 'ENOSPC')
      return new InternalError('disk_full', message, { hint, cause: error });
    return new ConfigError('config_unwritable', message, { hint, cause: error });
  }
}

/**
 * Without the byte order mark that some editors write; decoding took it off for us, conf leaves it
 * there.
 */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function hidesText(error: unknown): Error {
  return new Error(error instanceof Error ? error.name : 'parse error');
}

function describeReadFault(error: unknown): string {
  switch (codeOf(error)) {
    case 'EISDIR':
      return 'it is a directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
      return 'a part of its path is a file';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'it is not UTF-8 text';
    default:
      return messageOf(error);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
