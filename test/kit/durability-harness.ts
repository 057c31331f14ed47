import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import { expect } from 'vitest';

import { derivePostbackId } from '../../src/identity/postback-id.js';
import type { NetworkName } from '../../src/networks/names.js';
import type { FaultRule } from '../../src/sandbox/faults/fault-rule.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { makeUuid } from './events.js';
import { makeFolder, readLog } from './log.js';
import { connectionVariables } from './networks.js';
import { spawnPostback, type RunningPostback, type RunResult } from './run.js';
import { SEED } from './seed.js';
import { makeSeededRandom } from './seeded-random.js';
import { ciVariables, openLiveSandbox } from './test-workspace.js';

const GOAL = 'every-purchase';
const AMAZON_GOAL = {
  id: GOAL,
  name: 'Every Purchase',
  event: 'purchase',
  trigger: 'repeatable',
  map: { amazon: '1234567891' },
};

export interface DurabilityHarnessOptions {
  /** Goals of the project file. Default: one goal on purchases at Amazon. */
  goals?: readonly object[];
  /** Networks that variables connect. Default: Amazon alone. */
  networks?: readonly NetworkName[] | 'all';
  /** Templates of endpoints in the project file. */
  http?: readonly object[];
  /** Longest time that one process may take, in milliseconds. Default: 4 minutes. */
  timeoutMs?: number;
}

/**
 * The built program in child processes against a sandbox that misbehaves, over loopback HTTP. A
 * test kills, stops and restarts the program, then compares what the sandbox holds with what the
 * input says. The test's end disposes of it.
 */
export class DurabilityHarness {
  /** The working directory, with the project file; `home` in it is POSTBACK_HOME. */
  readonly folder: string;
  readonly sandbox: Sandbox;
  /** Random numbers from 0 up to 1, the same for the same {@link SEED}. */
  readonly random: () => number;
  readonly env: NodeJS.ProcessEnv;
  readonly #timeoutMs: number;

  private constructor(sandbox: Sandbox, options: DurabilityHarnessOptions) {
    this.folder = makeFolder();
    this.sandbox = sandbox;
    this.random = makeSeededRandom(SEED);
    mkdirSync(join(this.folder, 'home'));
    const { goals = [AMAZON_GOAL], networks, http, timeoutMs = 240_000 } = options;
    this.#timeoutMs = timeoutMs;
    writeFileSync(join(this.folder, 'postback.config.json'), JSON.stringify({ goals, http }));
    const connections = networks
      ? connectionVariables(sandbox.url, networks)
      : ciVariables(sandbox);
    this.env = { ...connections, POSTBACK_RATE: '0' };
  }

  /** Starts a sandbox with `faults` and makes a project folder. */
  static async create(
    faults: readonly FaultRule[] = [],
    options: DurabilityHarnessOptions = {},
  ): Promise<DurabilityHarness> {
    const sandbox = await openLiveSandbox({ faults, seed: SEED });
    return new DurabilityHarness(sandbox, options);
  }

  /** Path of the delivery log. */
  get logPath(): string {
    return join(this.folder, 'home', 'data', 'default', 'delivery.db');
  }

  /** Starts the program in the folder. */
  start(...args: string[]): Promise<RunningPostback> {
    return this.startBy([], ...args);
  }

  /** Starts the program by another command: see {@link RunOptions.wrapper}. */
  startBy(wrapper: readonly string[], ...args: string[]): Promise<RunningPostback> {
    const { env, folder } = this;
    return spawnPostback(args, {
      env,
      cwd: folder,
      home: join(folder, 'home'),
      timeoutMs: this.#timeoutMs,
      wrapper,
    });
  }

  /** Runs the program to its end, whatever its exit code. */
  async run(...args: string[]): Promise<RunResult> {
    const running = await this.start(...args);
    running.child.stdin.end();
    return running.finished;
  }

  /** Counts requests whose answers are not recorded yet. */
  countOpenRequests(): number {
    return this.ask('SELECT count(*) AS n FROM request WHERE ended IS NULL');
  }

  /** Returns the number `n` that a query over the log finds; 0 before the log has its tables. */
  ask(sql: string): number {
    if (!existsSync(this.logPath)) return 0;
    const database = new DatabaseSync(this.logPath);
    try {
      database.exec('PRAGMA busy_timeout = 5000');
      return (database.prepare(sql).get() as { n: number }).n;
    } catch {
      // The program has not created the tables yet.
      return 0;
    } finally {
      database.close();
    }
  }

  /**
   * Expects each of the first `count` lines of `makeLines` at the sandbox once, and the log to
   * agree.
   */
  expectDeliveredOnce(count: number): void {
    const numbers = Array.from({ length: count }, (_, index) => index);
    this.expectEachOnce(
      numbers.map((index) => derivePostbackId('default', 'amazon', GOAL, makeUuid(index))),
    );
  }

  /**
   * Expects each of these postbacks once at the sandbox and once as a success in the log, and no
   * others.
   */
  expectEachOnce(expected: readonly string[]): void {
    const held = this.sandbox.state.conversions().map(({ dedupeId }) => dedupeId ?? '');
    expect(new Set(held).size).toBe(held.length);
    expect(held.toSorted()).toEqual(expected.toSorted());
    const successes = new Map<string, number>();
    for (const { status, postbackId } of readLog(this.logPath, {}, 'default')) {
      if (status === 'success')
        successes.set(postbackId ?? '', (successes.get(postbackId ?? '') ?? 0) + 1);
    }
    expect([...successes.keys()].toSorted()).toEqual(expected.toSorted());
    expect([...successes.values()].filter((times) => times !== 1)).toEqual([]);
  }
}

/**
 * Kills a program with SIGKILL once `isTime`, unless it ends before. Resolves to whether it was
 * killed.
 */
export async function killWhen(
  { child, finished }: RunningPostback,
  isTime: () => boolean,
): Promise<boolean> {
  const timer = setInterval(() => {
    if (isTime()) child.kill('SIGKILL');
  }, 2);
  const { signal } = await finished;
  clearInterval(timer);
  return signal === 'SIGKILL';
}

/**
 * Sends SIGINT once `isTime`. Resolves with how it ended: 130 where it was stopped, another code
 * where it was done before.
 */
export async function stopWhen(
  { child, finished }: RunningPostback,
  isTime: () => boolean,
): Promise<RunResult> {
  let asked = false;
  const timer = setInterval(() => {
    if (asked || !isTime()) return;
    asked = true;
    child.kill('SIGINT');
  }, 2);
  const result = await finished;
  clearInterval(timer);
  return result;
}

/**
 * Runs a command until nothing is left to do, and returns how that ended: where chance strikes
 * requests, it may strike all attempts of one, which then waits for the next run.
 */
export async function runUntilDone<T extends Pick<RunResult, 'code' | 'stderr'>>(
  run: () => Promise<T>,
): Promise<T> {
  let last = await run();
  for (let round = 1; round < 10 && last.code === 5; round++) last = await run();
  expect(last, last.stderr).toMatchObject({ code: 0 });
  return last;
}

/** Writes `text` to a program's stdin, waiting where it is slow to read. */
export async function feed({ child }: RunningPostback, text: string): Promise<void> {
  if (child.stdin.write(text)) return;
  // Who reads no more is not the writer's fault.
  await Promise.race([once(child.stdin, 'drain').catch(() => undefined), once(child, 'close')]);
}
