import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, onTestFinished } from 'vitest';

import { systemClock } from '../../src/clock.js';
import { derivePostbackId } from '../../src/identity/postback-id.js';
import { systemRandom } from '../../src/random.js';
import { SANDBOX_ACCOUNTS, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from '../../src/sandbox/amazon/seed.js';
import { SANDBOX_REFRESH_TOKEN } from '../../src/sandbox/amazon/seed.js';
import type { FaultRule } from '../../src/sandbox/faults/fault-rule.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { makeUuid } from './events.js';
import { makeFolder, readLog } from './log.js';
import type { RunningPostback, RunResult } from './run.js';
import { spawnPostback } from './run.js';

const GOAL = 'every-purchase';
const AMAZON_GOAL = {
  id: GOAL,
  name: 'Every Purchase',
  event: 'purchase',
  trigger: 'repeatable',
  map: { amazon: '1234567891' },
};

/** A workspace in CI form with a sandbox behind it: nothing but variables and a project file. */
export interface Bench {
  folder: string;
  sandbox: Sandbox;
  /** Of everything that is left to chance. */
  seed: number;
  env: NodeJS.ProcessEnv;
  /** Starts the program in the folder. */
  start(...args: string[]): Promise<RunningPostback>;
  /** Starts it by another command: see {@link RunOptions.wrapper}. */
  startBy(wrapper: readonly string[], ...args: string[]): Promise<RunningPostback>;
  /** Runs the program to its end, whatever that is. */
  run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

export interface BenchParts {
  /** Instead of one goal on purchases at Amazon. */
  goals?: readonly object[];
  /** Variables of connections, beside or instead of Amazon's. */
  connect?: (sandboxUrl: string) => NodeJS.ProcessEnv;
}

/** Sets up a bench whose sandbox misbehaves; the seed is printed, so that a failing one can be run again. */
export async function setUpBench(faults: readonly FaultRule[] = [], parts: BenchParts = {}): Promise<Bench> {
  const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
  const sandbox = await startSandbox({ clock: systemClock, random: systemRandom, faults, seed });
  onTestFinished(() => sandbox.close());
  console.log(`seed ${seed} (CRASH_SEED=${seed} runs it again)`);
  const folder = makeFolder();
  mkdirSync(join(folder, 'home'));
  const { goals = [AMAZON_GOAL] } = parts;
  writeFileSync(join(folder, 'postback.config.json'), JSON.stringify({ goals }));
  const env = {
    POSTBACK_GATEWAY: sandbox.url,
    POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
    POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
    POSTBACK_AMAZON_REFRESH_TOKEN: SANDBOX_REFRESH_TOKEN,
    POSTBACK_AMAZON_REGION: 'na',
    POSTBACK_AMAZON_ACCOUNT: SANDBOX_ACCOUNTS.na,
    POSTBACK_RATE: '0',
    ...parts.connect?.(sandbox.url),
  };
  const options = { env, cwd: folder, home: join(folder, 'home'), timeoutMs: 240_000 };
  const start: Bench['start'] = (...args) => spawnPostback(args, options);
  const startBy: Bench['startBy'] = (wrapper, ...args) => spawnPostback(args, { ...options, wrapper });
  return {
    folder,
    sandbox,
    seed,
    env,
    start,
    startBy,
    run: async (...args) => {
      const running = await start(...args);
      running.child.stdin.end();
      return running.finished;
    },
  };
}

/** Where the bench's delivery log is. */
export function logPathOf({ folder }: Bench): string {
  return join(folder, 'home', 'data', 'default', 'delivery.db');
}

/** Kills a program with SIGKILL once `isTime`, unless it ends before. Resolves to whether it was killed. */
export async function killWhen({ child, finished }: RunningPostback, isTime: () => boolean): Promise<boolean> {
  const timer = setInterval(() => {
    if (isTime()) child.kill('SIGKILL');
  }, 2);
  const { signal } = await finished;
  clearInterval(timer);
  return signal === 'SIGKILL';
}

/** Sends SIGINT once `isTime`. Resolves with how it ended: 130 where it was stopped, another code where it was done before. */
export async function stopWhen({ child, finished }: RunningPostback, isTime: () => boolean): Promise<RunResult> {
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
 * Runs a command until it leaves nothing behind, and returns how that ended: where chance strikes requests, it may strike all attempts
 * of one, which then waits for the next run.
 */
export async function runUntilDone<T extends Pick<RunResult, 'code' | 'stderr'>>(run: () => Promise<T>): Promise<T> {
  let last = await run();
  for (let round = 1; round < 10 && last.code === 5; round++) last = await run();
  expect(last, last.stderr).toMatchObject({ code: 0 });
  return last;
}

/** Holds the sandbox against what was to be delivered, and the log against the sandbox, event by event. */
export function expectDeliveredOnce(bench: Bench, count: number): void {
  const ids = Array.from({ length: count }, (_, index) => derivePostbackId('default', 'amazon', GOAL, makeUuid(index)));
  expectEachOnce(bench, ids);
}

/** Holds sandbox and log against the postbacks that were to be delivered: each of them once, and no other. */
export function expectEachOnce(bench: Bench, expected: readonly string[]): void {
  const held = bench.sandbox.state.conversions().map(({ dedupeId }) => dedupeId ?? '');
  expect(new Set(held).size).toBe(held.length);
  expect(held.toSorted()).toEqual(expected.toSorted());
  const successes = new Map<string, number>();
  for (const { status, postbackId } of readLog(logPathOf(bench), {}, 'default')) {
    if (status === 'success') successes.set(postbackId ?? '', (successes.get(postbackId ?? '') ?? 0) + 1);
  }
  expect([...successes.keys()].toSorted()).toEqual(expected.toSorted());
  expect([...successes.values()].filter((times) => times !== 1)).toEqual([]);
}

/** Writes `text` to a program's stdin, waiting where it is slow to read. */
export async function feed({ child }: RunningPostback, text: string): Promise<void> {
  if (child.stdin.write(text)) return;
  // Who reads no more is not the writer's fault.
  await Promise.race([once(child.stdin, 'drain').catch(() => undefined), once(child, 'close')]);
}
