import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../src/clock.js';
import type { Report, Update } from '../../src/delivery/report.js';
import { runSend } from '../../src/delivery/send.js';
import type { Summary } from '../../src/delivery/tally.js';
import type { JsonObject } from '../../src/json.js';
import type { LogFilter, LogRow } from '../../src/log/log-rows.js';
import type { NetworkName } from '../../src/networks/names.js';
import type { Random } from '../../src/random.js';
import { testRandom } from './seeded-random.js';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  SANDBOX_REFRESH_TOKEN,
} from '../../src/sandbox/amazon/seed.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { openWorkspace, type Workspace } from '../../src/workspace.js';
import { FakeClock } from './clock.js';
import { makePurchase, makeUuid } from './events.js';
import { readLog } from './log.js';
import { connectionVariables } from './networks.js';
import {
  makeFolder,
  type MovedClock,
  runPostback,
  type RunningPostback,
  type RunOptions,
  type RunResult,
  spawnPostback,
} from './run.js';

const HOUR_MS = 3_600_000;

/** A goal on purchases, mapped to a definition that the sandbox has. */
export const PURCHASE_GOAL = {
  id: 'purchase',
  name: 'Purchase',
  event: 'purchase',
  trigger: 'repeatable',
  filters: [] as string[],
  enabled: true,
  map: { amazon: '1234567891' } as JsonObject,
};

/** The summary of a run, as a script reads it. */
export interface RunSummary {
  run: string;
  lines: number;
  invalid: number;
  events: number;
  postbacks: number;
  delivered: number;
  failed: number;
  pending: number;
  skipped: number;
  skips: Record<string, number>;
  failures: Record<string, number>;
  waiting: Record<string, number>;
  networks: Record<string, Record<string, number>>;
}

/** A row of `logs --json`. */
export interface Row {
  event: string;
  goal: string | null;
  network: string | null;
  account: string | null;
  status: string;
  http: number | null;
  attempt: number | null;
  eventId: string;
  postbackId: string | null;
  reason: string | null;
  message: string | null;
  requestId: string | null;
}

export interface TestWorkspaceOptions {
  sandbox?: Partial<SandboxOptions>;
  /** Networks that variables connect. Default: Amazon alone. */
  networks?: readonly NetworkName[] | 'all';
  /** Goals of the project file. Default: {@link PURCHASE_GOAL}. */
  goals?: readonly object[];
  settings?: JsonObject;
  /** Templates of endpoints in the project file. */
  http?: readonly object[];
  /** The workspace has no project file; goals come from the home. */
  hasNoProjectFile?: boolean;
  /** Variables in addition to those of the connections; `undefined` removes one. */
  env?: NodeJS.ProcessEnv;
  /** Makes the clock of the engine from that of the sandbox. Default: the same clock. */
  engineClock?: (sandboxClock: FakeClock) => Clock;
  /** When the clock of a workspace in this process starts. Default: now. */
  startMs?: number;
  /** Chance of the engine in this process. */
  random?: Random;
  /** Clock of the child processes. Default: the machine's. */
  clock?: MovedClock;
}

/** A sandbox in this process, on the real clock, for the children of one test; closed after it. */
export async function openLiveSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    clock: systemClock,
    random: testRandom,
    seed: 7,
    ...options,
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** What a CI job sets to deliver to the sandbox. */
export function ciVariables(sandbox: Pick<Sandbox, 'url'>): NodeJS.ProcessEnv {
  return {
    POSTBACK_GATEWAY: sandbox.url,
    POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
    POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
    POSTBACK_AMAZON_REFRESH_TOKEN: SANDBOX_REFRESH_TOKEN,
    POSTBACK_AMAZON_REGION: 'na',
    POSTBACK_AMAZON_ACCOUNT: SANDBOX_ACCOUNTS.na,
  };
}

/** The engine of the program, open in this process on a fake clock. */
interface OpenEngine {
  workspace: Workspace;
  clock: FakeClock;
}

/**
 * A workspace as a CI job has one: a project file, variables, an empty home, and a sandbox that
 * stands for the networks. Commands run as child processes of the built program. A workspace from
 * {@link TestWorkspace.createInProcess} also runs the engine in this process, on a fake clock that
 * the sandbox shares. The test's end disposes of it.
 */
export class TestWorkspace {
  readonly sandbox: Sandbox;
  /** POSTBACK_HOME. */
  readonly home: string;
  /** The working directory, with the project file. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #childClock: MovedClock | undefined;
  /** Updates that runs in this process reported, in order. */
  readonly updates: Update[] = [];
  readonly #open: OpenEngine | undefined;

  private constructor(
    sandbox: Sandbox,
    folders: Folders,
    env: NodeJS.ProcessEnv,
    { open, clock }: { open?: OpenEngine; clock?: MovedClock | undefined },
  ) {
    this.sandbox = sandbox;
    this.home = folders.home;
    this.cwd = folders.cwd;
    this.env = env;
    this.#open = open;
    this.#childClock = clock;
  }

  /** Creates a workspace and its sandbox, on the system clock. */
  static async create(options: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
    const sandbox = await openLiveSandbox(options.sandbox);
    const { clock } = options;
    const folders = await makeFolders(options);
    return new TestWorkspace(sandbox, folders, makeVariables(sandbox, options), { clock });
  }

  /**
   * Creates a workspace with its engine open in this process: `engine`, `clock` and `deliver` work.
   */
  static async createInProcess(options: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
    const clock = new FakeClock(options.startMs);
    const sandbox = await openLiveSandbox({ clock, ...options.sandbox });
    const settings = { 'delivery.rate': 0, 'log.synchronous': 'normal', ...options.settings };
    const folders = await makeFolders({ ...options, settings });
    const env = makeVariables(sandbox, options);
    const workspace = await openWorkspace({
      flags: { gateway: env['POSTBACK_GATEWAY'] },
      variables: env,
      cwd: folders.cwd,
      directories: { config: join(folders.home, 'config'), data: join(folders.home, 'data') },
      version: '0.0.0',
      clock: options.engineClock?.(clock) ?? clock,
      random: options.random ?? testRandom,
    });
    onTestFinished(() => workspace.close());
    return new TestWorkspace(sandbox, folders, env, { open: { workspace, clock } });
  }

  /** Runs a command as a child process, to its end. */
  readonly run = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> => {
    const { home, cwd } = this;
    const env = { ...this.env, ...options.env };
    const clock = options.clock ?? this.#childClock;
    return runPostback(args, { home, cwd, ...options, env, ...(clock && { clock }) });
  };

  /** Starts a command as a child process. */
  readonly start = (...args: string[]): Promise<RunningPostback> => {
    const { env, home, cwd } = this;
    return spawnPostback(args, { env, home, cwd });
  };

  /**
   * Runs `send - --json` with `text` as a child process; expects the exit code and returns the
   * summary.
   */
  readonly send = async (text: string, exit: number, ...args: string[]): Promise<RunSummary> => {
    const { code, stdout, stderr } = await this.run(['send', '-', '--json', ...args], {
      input: text,
    });
    expect(code, stderr + stdout).toBe(exit);
    return JSON.parse(stdout) as RunSummary;
  };

  /** Returns the rows of `logs --json`, read by a child process. */
  readonly logs = async (...args: string[]): Promise<Row[]> => {
    const { code, stdout, stderr } = await this.run(['logs', '--json', ...args]);
    expect(code, stderr).toBe(0);
    return parseRows(stdout);
  };

  /** The engine in this process. */
  get engine(): Workspace {
    return this.#engine().workspace;
  }

  /** The clock of the engine in this process and of the sandbox. */
  get clock(): FakeClock {
    return this.#engine().clock;
  }

  /** Receives the updates of runs in this process. */
  readonly report: Report = (update) => void this.updates.push(update);

  /** Returns the notices among the updates. */
  notices(): string[] {
    return this.updates.flatMap((update) => (update.type === 'notice' ? [update.message] : []));
  }

  /** Sends the lines of `text` in this process. */
  deliver(text: string): Promise<Summary> {
    const inputs = [{ name: 'events', stream: Readable.from([Buffer.from(text)]) }];
    const { signal } = new AbortController();
    const selection = { networks: [], goals: [], strict: false };
    return runSend(this.engine, { inputs, ...selection, report: this.report, signal });
  }

  /** Returns the attempts that the log of the engine in this process holds, oldest first. */
  attempts(filter: LogFilter = {}): LogRow[] {
    return readLog(this.engine.logLocation.path, filter, this.engine.name);
  }

  #engine(): OpenEngine {
    if (!this.#open)
      throw new Error('Use TestWorkspace.createInProcess to run the engine in this process.');
    return this.#open;
  }
}

interface Folders {
  home: string;
  cwd: string;
}

/** Makes an empty home and a working directory, with a project file unless a test wants none. */
async function makeFolders(options: TestWorkspaceOptions): Promise<Folders> {
  const { goals = [PURCHASE_GOAL], settings = {}, http, hasNoProjectFile = false } = options;
  const [home, cwd] = [await makeFolder(), await makeFolder()];
  if (!hasNoProjectFile)
    writeFileSync(join(cwd, 'postback.config.json'), JSON.stringify({ goals, settings, http }));
  return { home, cwd };
}

function makeVariables(
  sandbox: Sandbox,
  { networks, env }: TestWorkspaceOptions,
): NodeJS.ProcessEnv {
  const connections = networks ? connectionVariables(sandbox.url, networks) : ciVariables(sandbox);
  return { ...connections, POSTBACK_RATE: '0', ...env };
}

/** The objects of JSON Lines. */
export function parseRows<T = Row>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/**
 * A purchase of the last hour that passes every gate, as a line; `changes` and `properties` replace
 * fields.
 */
export function makeLine(
  number: number,
  changes: JsonObject = {},
  properties: JsonObject = {},
): string {
  const eventTimestamp = new Date(Date.now() - HOUR_MS + number).toISOString();
  const person = { userId: `player-${number}`, anonymousId: `visitor-${number}` };
  return JSON.stringify(
    makePurchase(
      { messageId: makeUuid(number), eventTimestamp, ...person, ...changes },
      properties,
    ),
  );
}

/** Lines 1 to `count`. */
export function makeFile(count: number): string {
  return Array.from({ length: count }, (_, index) => `${makeLine(index + 1)}\n`).join('');
}

/** An ISO time so long ago (or ahead, where negative). */
export function ago(spanMs: number): string {
  return new Date(Date.now() - spanMs).toISOString();
}

/** The error object of `--json`. */
export function readError(stderr: string): {
  code: string;
  message: string;
  hint: string;
  next?: string;
  exit: number;
} {
  const last = stderr.trim().split('\n').at(-1) as string;
  return (JSON.parse(last) as { error: ReturnType<typeof readError> }).error;
}

/** Steers a running sandbox through its control pages. */
export async function steer(
  sandbox: Pick<Sandbox, 'url'>,
  method: string,
  path: string,
  body?: unknown,
) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`${sandbox.url}/_sandbox${path}`, init);
  expect(answer.status, await answer.text()).toBe(200);
}
