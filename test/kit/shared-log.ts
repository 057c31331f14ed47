import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { derivePostbackId } from '../../src/identity/postback-id.js';
import type { FaultRule } from '../../src/sandbox/faults/fault-rule.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { TestServer } from './postgres.js';
import {
  makeFolder,
  spawnPostback,
  type RunningPostback,
  type RunOptions,
  type RunResult,
} from './run.js';
import { ciVariables, openLiveSandbox, PURCHASE_GOAL } from './test-workspace.js';

/** The schema of the workspace that the machines of {@link SharedLog} use. */
export const SCHEMA = 'postback_default';

/** One machine: a home of its own, and the project that all share. */
export interface Machine {
  readonly home: string;
  /** Starts a command. */
  start(args: readonly string[], options?: RunOptions): Promise<RunningPostback>;
  /** Runs a command to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
}

export interface SharedLogOptions {
  /** Goals of the project file. Default: one repeatable goal on purchases. */
  goals?: readonly object[];
  faults?: readonly FaultRule[];
  seed?: number;
  /** Longest time of one process, in milliseconds. */
  timeoutMs?: number;
}

/** Several machines with one delivery log, before one sandbox that stands for the networks. */
export class SharedLog {
  readonly server: TestServer;
  readonly sandbox: Sandbox;
  /** Address of the database, as its owner. */
  readonly url: string;
  /** Name of the database. */
  readonly database: string;
  /** The folder of the project file. */
  readonly cwd: string;
  readonly #timeoutMs: number;

  private constructor(
    server: TestServer,
    sandbox: Sandbox,
    { url, cwd, timeoutMs }: { url: string; cwd: string; timeoutMs: number },
  ) {
    this.server = server;
    this.sandbox = sandbox;
    this.url = url;
    this.cwd = cwd;
    this.database = new URL(url).pathname.slice(1);
    this.#timeoutMs = timeoutMs;
  }

  /** Makes an empty database, a sandbox and a project. */
  static async create(server: TestServer, options: SharedLogOptions = {}): Promise<SharedLog> {
    const { goals = [PURCHASE_GOAL], timeoutMs = 200_000, faults = [], seed } = options;
    const sandbox = await openLiveSandbox({ faults, ...(seed === undefined ? {} : { seed }) });
    const url = await server.makeDatabase();
    const cwd = await makeFolder();
    writeFileSync(join(cwd, 'postback.config.json'), JSON.stringify({ goals }));
    return new SharedLog(server, sandbox, { url, cwd, timeoutMs });
  }

  /** A machine with an empty home. */
  async makeMachine(env: NodeJS.ProcessEnv = {}): Promise<Machine> {
    const home = await makeFolder();
    const start = (args: readonly string[], options: RunOptions = {}): Promise<RunningPostback> =>
      spawnPostback(args, {
        cwd: this.cwd,
        home,
        timeoutMs: this.#timeoutMs,
        ...options,
        env: { ...this.variables, ...env, ...options.env },
      });
    return {
      home,
      start,
      run: async (args, options = {}) => {
        const { child, finished } = await start(args, options);
        child.stdin.end(options.input ?? '');
        return finished;
      },
    };
  }

  get variables(): NodeJS.ProcessEnv {
    return { ...ciVariables(this.sandbox), POSTBACK_RATE: '0', POSTBACK_LOG_URL: this.url };
  }

  /** Writes a file into the project folder. */
  write(name: string, text: string): void {
    const path = join(this.cwd, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }

  /** Runs statements as the owner of the database; `@` is the schema of the workspace. */
  sql(text: string): Promise<Record<string, unknown>[]> {
    return this.server.run(this.database, text.replaceAll(/@(?=[a-z])/g, `${SCHEMA}.`));
  }

  /** The number in the only row of a query. */
  async count(text: string): Promise<number> {
    const [row] = await this.sql(text);
    return Number(Object.values(row ?? {})[0]);
  }

  /** How often the sandbox received each id. */
  arrivals(): Map<string, number> {
    return new Map(
      this.sandbox.state
        .conversions()
        .map(({ dedupeId = '', received }) => [dedupeId, received] as const),
    );
  }
}

/** The dedupe id of an event of {@link PURCHASE_GOAL}. */
export function idOf(eventId: string, goal = PURCHASE_GOAL.id): string {
  return derivePostbackId('default', 'amazon', goal, eventId);
}

/** Resolves when `holds` does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
