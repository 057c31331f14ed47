import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { Command, type Config, type Interfaces } from '@oclif/core';
import { resolveDirectories, type Directories } from '../config/directories.js';
import type { Input } from '../events/input.js';
import { refuseProtected, type Protected } from '../files/output-file.js';
import { UsageError } from '../errors.js';
import { reportError } from './errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import {
  checkSwitches,
  dropOtherUses,
  globalFlags,
  splitListValue,
  type ListRule,
} from './flags.js';
import { runSignal } from './interruption.js';
import type { InputContext } from './inputs.js';
import { createProcessIO, type IO } from './io.js';
import { confirmOrYes, type PromptContext } from './prompts.js';
import { startUpdateNotice, type UpdateNotice } from './update-notice.js';

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof BaseCommand)['baseFlags'] & T['flags']
>;
export type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>;

/** The process environment that a command may use. */
export interface Environment {
  variables: Readonly<Record<string, string | undefined>>;
  cwd: string;
  directories: Directories;
  /** Says on stderr what a write of the configuration waits for. */
  report(message: string): void;
}

/** Help of a command in addition to flags and arguments. */
export interface HelpNotes {
  /** Exit codes of this command in addition to 0, 1 and 2. */
  exitCodes?: readonly ExitCode[];
  /** Environment variables in addition to those of its flags: name and meaning. */
  environment?: Readonly<Record<string, string>>;
}

/**
 * What every command shares: global flags, the terminal, the signal that asks it to stop, and one
 * way to fail. A command fills in {@link BaseCommand.execute} and returns its exit code (none: 0);
 * `errors.ts` reports its errors.
 */
export abstract class BaseCommand<T extends typeof Command> extends Command {
  static override baseFlags = globalFlags;
  static notes: HelpNotes = {};

  /**
   * Like oclif's method, but reuses the loaded configuration. oclif loads it again for each command
   * (3 ms).
   */
  static override async run<C extends Command>(
    this: new (argv: string[], config: Config) => C,
    argv: string[],
    config: Config,
  ): Promise<ReturnType<C['run']>> {
    // `_run` is protected in oclif; it is the way from parsing to `catch` that every command takes.
    // eslint-disable-next-line no-restricted-syntax -- a protected member is not in the type
    return (new this(argv, config) as unknown as { _run(): Promise<ReturnType<C['run']>> })._run();
  }

  protected flags!: FlagsOf<T>;
  protected args!: ArgsOf<T>;
  protected io!: IO;
  /** Aborted at the first SIGINT or SIGTERM, and when the reader of stdout went away. */
  protected readonly signal: AbortSignal = runSignal;

  /** Runs the command. Returns the exit code; nothing means 0. */
  protected abstract execute(): Promise<ExitCode | void>;

  /**
   * The process as engine input: a copy of the variables, the working directory, and where our
   * files are.
   */
  protected get environment(): Environment {
    const variables = { ...process.env };
    return {
      variables,
      cwd: findWorkingDirectory(),
      directories: resolveDirectories(variables, process.platform, homedir()),
      report: (message) => void this.io.info(this.io.color.err.yellow(`! ${message}`)),
    };
  }

  /** Files and folders that no output of this command may touch. */
  protected protectedFiles(inputs: readonly Input[]): Protected {
    // 0 is stdin: `< events.jsonl` makes that file an input too.
    return {
      inputs: [0, ...inputs.flatMap(({ path }) => path ?? [])],
      folders: this.inputContext.folders,
    };
  }

  /** Context for `inputs.ts`. */
  protected get inputContext(): InputContext {
    const { config, data } = this.environment.directories;
    const command = (this.id ?? '').replaceAll(':', ' ');
    return { io: this.io, folders: [config, data], example: `postback ${command} events.jsonl` };
  }

  /**
   * Whether a file that the operator named may be written: a new or empty one, or one that may be
   * replaced.
   * @throws UsageError where nobody can be asked and `force` is not set, and for our own
   *   configuration and logs
   */
  protected async mayReplace(
    path: string,
    force: boolean,
    isOurs = (_path: string) => false,
  ): Promise<boolean> {
    refuseProtected(path, { flag: 'The output', ...this.protectedFiles([]), isProjectFile: true });
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile() || found.size === 0 || isOurs(path)) return true;
    const question = `Replace ${path}?`;
    return confirmOrYes(this.prompting, { question, yes: force, flagName: '--force' });
  }

  /** Context for `prompts.ts`. */
  protected get prompting(): PromptContext {
    return { io: this.io, signal: this.signal };
  }

  /**
   * Refuses a `--workspace` that is not there, in a command that needs none: the typing error would
   * go into the next command too. Other faults of the configuration are left to the commands that
   * read it.
   * @throws ConfigError with the nearest names
   */
  protected async refuseUnknownWorkspace(): Promise<void> {
    const flags = this.flags as { workspace?: string; sandbox?: boolean };
    if (flags.workspace === undefined) return;
    const { loadRunConfig } = await import('../config/run-config.js');
    try {
      loadRunConfig({ flags, ...this.environment });
    } catch (error) {
      if ((error as { code?: unknown }).code === 'unknown_workspace') throw error;
    }
  }

  /** Shows a result: `data` as JSON under `--json`, else through `view`. */
  protected async present(data: object, view: () => Promise<void>): Promise<void> {
    await (this.io.json ? this.io.print(data) : view());
  }

  protected override async init(): Promise<void> {
    await super.init();
    this.io = createProcessIO(this.argv);
  }

  /**
   * Parses flags and arguments, runs the command and sets the exit code. Commands override
   * {@link BaseCommand.execute}.
   */
  override async run(): Promise<void> {
    const { flags, baseFlags, args: argDefinitions, strict } = this.ctor;
    // oclif leaves it undefined where a command has none.
    const own = dropOtherUses((flags as typeof flags | undefined) ?? {}, process.env);
    const definitions: Interfaces.FlagInput = { ...baseFlags, ...own };
    checkSwitches(definitions, process.env);
    const parsed = await this.parse({ flags: own, baseFlags, args: argDefinitions, strict });
    this.flags = splitLists(parsed.flags, definitions) as FlagsOf<T>;
    this.args = parsed.args as ArgsOf<T>;
    const notice = await this.#startNotice();
    try {
      process.exitCode = (await this.execute()) ?? EXIT.done;
    } finally {
      await notice.end();
    }
  }

  async #startNotice(): Promise<UpdateNotice> {
    const { config, io, flags } = this;
    const { name, version, cacheDir: cacheFolder } = config;
    return startUpdateNotice({
      io,
      variables: process.env,
      packageName: name,
      version,
      cacheFolder,
      gateway: (flags as { gateway?: string }).gateway,
    });
  }

  protected override async catch(error: unknown): Promise<void> {
    process.exitCode = await reportError(error, this.io);
  }
}

/** @throws UsageError when the folder that the program was started in was removed. */
function findWorkingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new UsageError('no_working_directory', 'The working directory no longer exists.', {
      hint: 'Change to an existing directory, then run the command again.',
      cause: error,
    });
  }
}

/** Splits lists. oclif passes the value of an environment variable as a single string. */
function splitLists(
  flags: Record<string, unknown>,
  definitions: Interfaces.FlagInput,
): Record<string, unknown> {
  const split = Object.entries(flags).map(([name, value]) => {
    const definition = definitions[name];
    if (definition?.type !== 'option' || !definition.multiple || value === undefined)
      return [name, value] as const;
    const values = (Array.isArray(value) ? value : [value]) as string[];
    return [name, values.flatMap((item) => splitListValue(item, definition as ListRule))] as const;
  });
  return Object.fromEntries(split);
}
