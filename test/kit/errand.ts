import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { JsonObject } from '../../src/json.js';
import { systemRandom } from '../../src/random.js';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  SANDBOX_REFRESH_TOKEN,
} from '../../src/sandbox/amazon/seed.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { makePurchase, makeUuid } from './events.js';
import { makeFolder, runPostback, type RunOptions, type RunResult } from './run.js';

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

/** The summary of contract.md section 4, as a script reads it. */
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

export interface Errand {
  sandbox: Sandbox;
  home: string;
  /** The working directory, with the project file. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  run: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** `send - --json` of `text`; expects the exit code and gives the summary. */
  send: (text: string, exit: number, ...args: string[]) => Promise<RunSummary>;
  logs: (...args: string[]) => Promise<Row[]>;
}

export interface ErrandParts {
  sandbox?: Partial<SandboxOptions>;
  goals?: readonly object[];
  settings?: JsonObject;
  env?: NodeJS.ProcessEnv;
}

/** A sandbox in this process, on the real clock, for the children of one test; closed after it. */
export async function openLiveSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ clock: systemClock, random: systemRandom, seed: 7, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** What a CI job sets to deliver to the sandbox (contract.md section 2). */
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

/** An operator's desk as in CI: a project file, the variables, an empty home, and a sandbox of its own. */
export async function makeErrand(parts: ErrandParts = {}): Promise<Errand> {
  const sandbox = await openLiveSandbox(parts.sandbox);
  const [home, cwd] = [await makeFolder(), await makeFolder()];
  const project = { goals: parts.goals ?? [PURCHASE_GOAL], settings: parts.settings ?? {} };
  writeFileSync(join(cwd, 'postback.config.json'), JSON.stringify(project));
  const env = { ...ciVariables(sandbox), POSTBACK_RATE: '0', ...parts.env };
  const run: Errand['run'] = (args, options = {}) =>
    runPostback(args, { home, cwd, ...options, env: { ...env, ...options.env } });
  return {
    sandbox,
    home,
    cwd,
    env,
    run,
    async send(text, exit, ...args) {
      const { code, stdout, stderr } = await run(['send', '-', '--json', ...args], { input: text });
      expect(code, stderr + stdout).toBe(exit);
      return JSON.parse(stdout) as RunSummary;
    },
    async logs(...args) {
      const { code, stdout, stderr } = await run(['logs', '--json', ...args]);
      expect(code, stderr).toBe(0);
      return parseRows(stdout);
    },
  };
}

/** The objects of JSON Lines. */
export function parseRows<T = Row>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** A purchase of the last hour that passes every gate, as a line; `changes` and `properties` replace fields. */
export function makeLine(number: number, changes: JsonObject = {}, properties: JsonObject = {}): string {
  const eventTimestamp = new Date(Date.now() - HOUR_MS + number).toISOString();
  const person = { userId: `player-${number}`, anonymousId: `visitor-${number}` };
  return JSON.stringify(
    makePurchase({ messageId: makeUuid(number), eventTimestamp, ...person, ...changes }, properties),
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
export function readError(stderr: string): { code: string; message: string; hint: string | null; exit: number } {
  const last = stderr.trim().split('\n').at(-1) as string;
  return (JSON.parse(last) as { error: ReturnType<typeof readError> }).error;
}

/** Steers a running sandbox through its control pages. */
export async function steer(sandbox: Pick<Sandbox, 'url'>, method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`${sandbox.url}/_sandbox${path}`, init);
  expect(answer.status, await answer.text()).toBe(200);
}
