import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MOVED_CLOCK = fileURLToPath(new URL('moved-clock.cjs', import.meta.url));

/** The program as a user starts it. Tests run what `npm run build` made of the sources. */
export const PROGRAM = fileURLToPath(new URL('../../bin/postback.js', import.meta.url));

/** A clock of a program that a test starts: see moved-clock.cjs. */
export interface MovedClock {
  /** How far the clock is ahead, in milliseconds. Default: 0. */
  aheadMs?: number;
  /** How many times as fast time passes, sleeps of the program included. Default: 1. */
  speed?: number;
  /** Whether timers are as fast, those that limit requests included. */
  hasFastTimers?: boolean;
}

export interface RunOptions {
  /** Variables of the child, in addition to PATH and the like; `undefined` removes one. */
  env?: NodeJS.ProcessEnv;
  /** Written to stdin, which is then closed. Without it stdin is empty. */
  input?: string | Uint8Array;
  cwd?: string;
  /** POSTBACK_HOME; a new empty folder, removed when the test ends, where there is none. */
  home?: string;
  /** The child is killed after this long. Default 200 s. */
  timeoutMs?: number;
  /** A command that starts the program, with its arguments: `unshare --pid --fork`, say. */
  wrapper?: readonly string[];
  /** Moves the program's clock; without it the program has the machine's. */
  clock?: MovedClock;
  onStdout?: (text: string, child: ChildProcessWithoutNullStreams) => void;
  onStderr?: (text: string, child: ChildProcessWithoutNullStreams) => void;
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  home: string;
}

export interface RunningPostback {
  child: ChildProcessWithoutNullStreams;
  home: string;
  /** What was written so far. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves when stdout or stderr matches; rejects when the program ends before. */
  waitFor: (stream: 'stdout' | 'stderr', pattern: RegExp) => Promise<RegExpMatchArray>;
  /** Resolves when the program has ended and its output is read. */
  finished: Promise<RunResult>;
}

/** A new empty folder, removed when the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postback-test-'));
  cleanUp(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** After the test; where no test runs (beforeAll), when the worker ends. */
function cleanUp(work: () => void | Promise<void>): void {
  try {
    onTestFinished(work);
  } catch {
    process.once('exit', () => void work());
  }
}

/** Runs the program to its end. */
export async function runPostback(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { child, finished } = await spawnPostback(args, options);
  child.stdin.end(options.input ?? '');
  return finished;
}

/** Starts the program with an open stdin. It is killed when the test ends. */
export async function spawnPostback(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunningPostback> {
  const home = options.home ?? (await makeFolder());
  const [command = '', ...rest] = [...(options.wrapper ?? []), process.execPath, PROGRAM, ...args];
  const child = spawn(command, rest, {
    cwd: options.cwd ?? home,
    env: { ...childEnvironment(home, options.env), ...clockEnvironment(options.clock) },
  });
  const text = { stdout: '', stderr: '' };
  // A program that ends without reading its input is not the test's fault.
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk;
    options.onStdout?.(chunk, child);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
    options.onStderr?.(chunk, child);
  });
  const killer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 200_000);
  const finished = new Promise<RunResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(killer);
      resolve({ code, signal, ...text, home });
    });
  });
  cleanUp(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await finished;
  });
  const waitFor = (stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(text[stream]);
        if (match) resolve(match);
      };
      child[stream].on('data', check);
      child.on('close', () => {
        check();
        reject(
          new Error(
            `ended before ${String(pattern)} on ${stream}:\n${text.stdout}\n${text.stderr}`,
          ),
        );
      });
      check();
    });
  return { child, home, stdout: () => text.stdout, stderr: () => text.stderr, waitFor, finished };
}

function clockEnvironment(clock: MovedClock | undefined): NodeJS.ProcessEnv {
  if (!clock) return {};
  const { aheadMs = 0, speed = 1, hasFastTimers = false } = clock;
  return {
    NODE_OPTIONS: `--require ${JSON.stringify(MOVED_CLOCK)}`,
    CLOCK_AHEAD_MS: String(aheadMs),
    CLOCK_SPEED: String(speed),
    ...(hasFastTimers ? { CLOCK_TIMERS: '1' } : {}),
  };
}

/**
 * The outer environment without what would change the program's mind: our own variables, colour,
 * CI.
 */
function childEnvironment(home: string, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const silenced = new Set(['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_ENV', 'NODE_OPTIONS', 'DEBUG']);
  const outer = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('POSTBACK_') && !name.startsWith('VITEST') && !silenced.has(name),
  );
  return { ...Object.fromEntries(outer), POSTBACK_HOME: home, ...env };
}
