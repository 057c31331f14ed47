import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  seededRefreshToken,
} from '../../src/sandbox/amazon/seed.js';
import { openLiveSandbox, readError } from './test-workspace.js';
import { makeFolder, PROGRAM, runPostback, type RunOptions, type RunResult } from './run.js';

/**
 * Registers a test that brings the program into the situation of each suggestion, runs what it
 * prints, and looks at the effect. `suggestions` are the words after `postback` as the source has
 * them, values in braces: `test/commands/hints/inventory.test.ts` compares them with the sources.
 */
export function testHints(
  suggestions: readonly string[],
  title: string,
  body: () => Promise<void>,
): void {
  expect(suggestions).not.toEqual([]);
  test(`A11: ${title}`, body, 120_000);
}

/** How a printed command is followed. */
export interface FollowOptions extends RunOptions {
  /**
   * What an operator puts in place of the placeholders of a command: `{ FILE: "it's here.jsonl" }`.
   */
  fill?: Readonly<Record<string, string>>;
}

/**
 * A home where the flags of the call decide everything: a suggestion that drops one of them works
 * on nothing.
 */
export interface HintWorkspace {
  sandbox: Sandbox;
  home: string;
  /** Runs a command of the game: with `--workspace` and `--gateway`. */
  run: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** Runs a printed command line in a shell, as it is. Questions are answered by variables. */
  follow: (command: string, options?: FollowOptions) => Promise<RunResult>;
  /** Runs a command with `--json` and returns the command that its error suggests. */
  nextOf: (args: readonly string[], options?: RunOptions) => Promise<string>;
  /** The commands that a command suggests in words, on stdout and stderr, in order. */
  suggestedBy: (args: readonly string[], options?: RunOptions) => Promise<string[]>;
  /** Connects amazon, and adds and maps the goal `purchase`. */
  setUp: () => Promise<void>;
  write: (name: string, text: string) => void;
}

/** What an operator has in his environment: the application, and the answers to questions. */
const ANSWERS: NodeJS.ProcessEnv = {
  POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
  POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
  POSTBACK_RATE: '0',
};

/** Opens a sandbox and the workspace `game`, which holds nothing yet. */
export async function openHintWorkspace(): Promise<HintWorkspace> {
  const sandbox = await openLiveSandbox({ processingMs: 0 });
  const [home, bin] = [await makeFolder(), await makeFolder()];
  const script = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
  writeFileSync(join(bin, 'postback'), script, { mode: 0o755 });
  const flags = ['--workspace', 'game', '--gateway', sandbox.url];
  const run: HintWorkspace['run'] = (args, options = {}) =>
    runPostback([...args, ...flags], {
      home,
      cwd: home,
      ...options,
      env: { ...ANSWERS, ...options.env },
    });
  const follow: HintWorkspace['follow'] = (command, { fill = {}, input = '', env } = {}) =>
    runShell(fillIn(command, fill), {
      cwd: home,
      input,
      env: {
        ...ANSWERS,
        POSTBACK_YES: '1',
        POSTBACK_HOME: home,
        PATH: `${bin}:${process.env['PATH']}`,
        ...env,
      },
    });
  await runPostback(['workspaces', 'create', 'game'], { home });
  return {
    sandbox,
    home,
    run,
    follow,
    async nextOf(args, options) {
      const { stderr } = await run([...args, '--json'], options);
      const { next } = readError(stderr) as unknown as { next?: string };
      expect(next, stderr).toMatch(/^postback /);
      return next!;
    },
    async suggestedBy(args, options) {
      const { stdout, stderr } = await run(args, options);
      const found = [
        ...`${stdout}\n${stderr}`.matchAll(/postback [a-z]+.*? --workspace game --gateway \S+\d/g),
      ];
      return found.map(([command]) => command.slice(command.lastIndexOf('postback ')));
    },
    async setUp() {
      for (const [args, input] of [
        [['connect', 'amazon', '--token-stdin'], seededRefreshToken('na')],
        [['goals', 'add', '--name', 'Purchase', '--event', 'purchase'], ''],
        [['map', 'purchase', 'amazon', '1234567891'], ''],
      ] as const) {
        const { code, stderr } = await run(args, { input });
        expect([args, code, stderr]).toEqual([args, 0, expect.anything()]);
      }
    },
    write(name, text) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), text);
    },
  };
}

/** Puts values in place of placeholders, quoted for a shell. */
function fillIn(command: string, fill: Readonly<Record<string, string>>): string {
  return Object.entries(fill).reduce((text, [name, value]) => {
    expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    return text.replace(new RegExp(`\\b${name}\\b`), () => `'${value.replaceAll("'", "'\\''")}'`);
  }, command);
}

function runShell(command: string, { cwd, env, input }: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { cwd, env });
    const text = { stdout: '', stderr: '' };
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text, home: cwd ?? '' }));
    child.stdin.end(input);
  });
}
