import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hasTmux } from '../../../scripts/walk/terminal.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { DurabilityHarness, type DurabilityHarnessOptions } from '../../kit/durability-harness.js';
import {
  ciVariables,
  makeLine,
  openLiveSandbox,
  parseRows,
  PURCHASE_GOAL,
  readError,
  steer,
  type RunSummary,
} from '../../kit/test-workspace.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../../kit/networks.js';
import { runPostback, type RunningPostback, type RunResult } from '../../kit/run.js';
import { openShell } from '../../kit/terminal-shell.js';

const CALLS = 'eventData';
const TOKENS = 'auth/o2/token';
const HANGS_MS = 120_000;
const COUNT = 20;
const POLL = { timeout: 120_000 };
const REPLAY = ['replay', '--state', 'pending', '--all', '--yes'];

type Summary = RunSummary & { command: string };

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
  ['SIGQUIT', 143],
] as const;

/** A run that waits for something when the signal arrives. */
interface Scenario {
  faults: FaultRule[];
  args: readonly string[];
  /** Written to stdin, which stays open. Absent: stdin is closed. */
  input?: string;
  /** Lines of `events.jsonl`. */
  lines?: string;
  /** Connects other networks than Amazon. */
  parts?: DurabilityHarnessOptions;
  /** Prepares the workspace before the run starts. Returns what to do after the run has ended. */
  prepare?(harness: DurabilityHarness): Promise<() => Promise<unknown>>;
  /** Resolves when the run waits. */
  untilWaiting(harness: DurabilityHarness): Promise<unknown>;
  /** What the summary says of the stopped run. */
  summary: object;
  /** The command that the hint names: delivers the rest. */
  then: readonly string[];
  /** Number of conversions that the sandbox has after that. */
  total: number;
}

function makeLines(from: number, count: number, properties: object = {}): string {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  return numbers.map((number) => `${makeLine(number, {}, { ...properties })}\n`).join('');
}

/** How often the fault with this number has struck. */
async function countFired({ sandbox }: DurabilityHarness, id: number): Promise<number> {
  const answer = await fetch(`${sandbox.url}/_sandbox/faults`);
  const { faults } = (await answer.json()) as { faults: { id: number; fired: number }[] };
  return faults.find((fault) => fault.id === id)?.fired ?? 0;
}

async function untilFired(harness: DurabilityHarness, id = 1, times = 1): Promise<void> {
  await expect.poll(() => countFired(harness, id), POLL).toBeGreaterThanOrEqual(times);
}

/** At least: a run that tries again does not wait for the next look. */
function untilAsked(harness: DurabilityHarness, sql: string, value: number): Promise<void> {
  return expect.poll(() => harness.ask(sql), POLL).toBeGreaterThanOrEqual(value);
}

const untilRegistered = (harness: DurabilityHarness): Promise<void> =>
  untilAsked(harness, 'SELECT count(*) AS n FROM run WHERE ended IS NULL', 1);
const untilAnswered = (harness: DurabilityHarness, count = 1): Promise<void> =>
  untilAsked(harness, 'SELECT count(ended) AS n FROM request', count);

const GOOGLE = { ...VISIT, ...NETWORK_CLICKS.google, email: 'player@game.example' };

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'while it waits for the time that Retry-After names': {
    faults: [{ match: CALLS, status: 429, retryAfter: 50, times: 1 }],
    args: ['send', 'events.jsonl'],
    lines: makeLines(1, COUNT),
    untilWaiting: (harness) => untilAnswered(harness),
    summary: { delivered: 0, pending: COUNT, waiting: { stopped: COUNT } },
    then: ['send', 'events.jsonl'],
    total: COUNT,
  },
  'while the network rests': {
    faults: [{ match: CALLS, status: 503 }],
    args: ['send', 'events.jsonl', '--max-attempts', '50'],
    lines: makeLines(1, COUNT),
    untilWaiting: (harness) => untilAnswered(harness, 5),
    summary: { delivered: 0, pending: COUNT, waiting: { stopped: COUNT } },
    then: ['send', 'events.jsonl'],
    total: COUNT,
  },
  'while it keeps to a slow pace': {
    faults: [],
    args: ['send', 'events.jsonl', '--rate', '0.01'],
    lines: makeLines(1, 600),
    untilWaiting: (harness) => untilAnswered(harness),
    summary: { waiting: { transient: 0 } },
    then: ['send', 'events.jsonl'],
    total: 600,
  },
  'while it refreshes its token': {
    faults: [{ match: TOKENS, latencyMs: HANGS_MS }],
    args: ['send', 'events.jsonl'],
    lines: makeLines(1, COUNT),
    untilWaiting: (harness) => untilFired(harness),
    summary: { delivered: 0, pending: COUNT, waiting: { stopped: COUNT } },
    then: ['send', 'events.jsonl'],
    total: COUNT,
  },
  'while it renews a token that has ended': {
    faults: [
      { match: CALLS, expire: true, times: 1 },
      { match: TOKENS, latencyMs: HANGS_MS, after: 1 },
    ],
    args: ['send', 'events.jsonl'],
    lines: makeLines(1, COUNT),
    untilWaiting: (harness) => untilFired(harness, 2),
    summary: { delivered: 0, pending: COUNT, waiting: { stopped: COUNT } },
    then: ['send', 'events.jsonl'],
    total: COUNT,
  },
  'while it waits for a postback that another run has in an open request': {
    faults: [{ match: CALLS, latencyMs: HANGS_MS, times: 1 }],
    args: ['send', 'events.jsonl'],
    lines: makeLines(1, COUNT + 1),
    async prepare(harness) {
      writeFileSync(join(harness.folder, 'first.jsonl'), makeLines(1, COUNT));
      const first = await harness.start('send', 'first.jsonl');
      await untilFired(harness);
      return () => {
        first.child.kill('SIGKILL');
        return first.finished;
      };
    },
    untilWaiting: (harness) => untilAsked(harness, 'SELECT sum(delivered) AS n FROM request', 1),
    summary: { delivered: 1, pending: COUNT, waiting: { other_run: COUNT } },
    then: ['send', 'events.jsonl'],
    total: COUNT + 1,
  },
  'during --wait': {
    faults: [],
    args: ['send', 'events.jsonl', '--wait'],
    lines: makeLines(1, COUNT, GOOGLE),
    parts: {
      goals: makeRepeatableGoals().filter(({ event }) => event === 'purchase'),
      networks: 'all',
    },
    untilWaiting: (harness) => untilAnswered(harness),
    summary: { delivered: 0, pending: COUNT, waiting: { processing: COUNT } },
    then: [...REPLAY, '--wait'],
    total: COUNT,
  },
  'while stdin is silent': {
    faults: [],
    args: ['send', '-'],
    input: '',
    untilWaiting: untilRegistered,
    summary: { lines: 0, postbacks: 0 },
    then: REPLAY,
    total: 0,
  },
  'while stdin is silent after a few lines': {
    faults: [{ match: CALLS, status: 503 }],
    args: ['send', '-', '--max-attempts', '1'],
    input: makeLines(1, COUNT),
    untilWaiting: (harness) => untilAnswered(harness),
    summary: { lines: COUNT, delivered: 0, pending: COUNT },
    then: REPLAY,
    total: COUNT,
  },
  'while tail follows a quiet file': {
    faults: [],
    args: ['tail', 'events.jsonl'],
    lines: makeLines(1, COUNT),
    untilWaiting: (harness) =>
      untilAsked(harness, 'SELECT sum(delivered) AS n FROM request', COUNT),
    summary: { delivered: COUNT, pending: 0 },
    then: ['send', 'events.jsonl'],
    total: COUNT,
  },
  'while tail waits for a file that is not there': {
    faults: [],
    args: ['tail', 'later.jsonl'],
    untilWaiting: untilRegistered,
    summary: { lines: 0, pending: 0 },
    then: REPLAY,
    total: 0,
  },
  'while tail waits for a silent stdin': {
    faults: [{ match: CALLS, status: 503 }],
    args: ['tail', '-'],
    input: makeLines(1, COUNT),
    untilWaiting: (harness) => untilAnswered(harness),
    summary: { lines: COUNT, delivered: 0, pending: COUNT },
    then: REPLAY,
    total: COUNT,
  },
};

interface Stopped {
  running: RunningPostback;
  /**
   * Ends what was prepared, and checks that the command which the hint names delivers the rest,
   * each event once.
   */
  expectRestDelivered: () => Promise<void>;
}

async function startRun(scenario: Scenario, ...flags: string[]): Promise<Stopped> {
  const { faults, parts, args, input, lines, then, total } = scenario;
  const harness = await DurabilityHarness.create(faults, parts);
  if (lines !== undefined) writeFileSync(join(harness.folder, 'events.jsonl'), lines);
  const end = await scenario.prepare?.(harness);
  const running = await harness.start(...args, ...flags);
  if (input === undefined) running.child.stdin.end();
  else if (input !== '') running.child.stdin.write(input);
  await scenario.untilWaiting(harness);
  const expectRestDelivered = async (): Promise<void> => {
    await end?.();
    await steer(harness.sandbox, 'DELETE', '/faults');
    const { code, stdout, stderr } = await harness.run(...then, '--json');
    expect(code, stderr).toBe(0);
    expect(parseRows<Summary>(stdout).at(-1)).toMatchObject({ pending: 0, failed: 0 });
    expect(harness.sandbox.state.received()).toBe(total);
    expect(harness.sandbox.state.conversions()).toHaveLength(total);
  };
  return { running, expectRestDelivered };
}

/** Each signal meets some of the waits; all of them take the same way through the program. */
const TABLE = Object.entries(SCENARIOS).map(([name, scenario], index) => {
  const [signal, exit] = SIGNALS[index % SIGNALS.length]!;
  return [signal, name, exit, scenario] as const;
});

describe('A19: a signal', () => {
  it.each(TABLE)(
    '%s %s ends with %i, a summary and one error object',
    async (signal, _name, exit, scenario) => {
      const { running, expectRestDelivered } = await startRun(scenario, '--json');
      running.child.kill(signal);
      const ended = await running.finished;
      expect(ended.code, ended.stderr).toBe(exit);
      const summary = parseRows<Summary>(ended.stdout).at(-1);
      expect(summary).toMatchObject({ command: scenario.args[0], failed: 0, ...scenario.summary });
      expect(parseRows<object>(ended.stderr)).toHaveLength(1);
      const error = readError(ended.stderr);
      expect(error).toMatchObject({ code: 'interrupted', exit });
      expect(error.hint).toMatch(/same command again/);
      expect(error.message).toContain(`Stopped by ${signal}`);
      await expectRestDelivered();
    },
  );

  it.each(TABLE)(
    '%s %s, in words, ends with %i and says how to continue',
    async (signal, _name, exit, scenario) => {
      const { running, expectRestDelivered } = await startRun(scenario);
      running.child.kill(signal);
      const ended = await running.finished;
      expect(ended.code, ended.stderr).toBe(exit);
      expect(ended.stderr).toMatch(/Stopping when requests in flight are recorded/);
      expect(ended.stderr).toMatch(/same command again/);
      await expectRestDelivered();
    },
  );

  it.each(SIGNALS)('%s twice leaves at once with %i', async (signal, exit) => {
    const scenario: Scenario = {
      faults: [{ match: CALLS, latencyMs: HANGS_MS }],
      args: ['send', 'events.jsonl'],
      lines: makeLines(1, COUNT),
      untilWaiting: untilFired,
      summary: {},
      then: ['send', 'events.jsonl'],
      total: COUNT,
    };
    const { running, expectRestDelivered } = await startRun(scenario);
    running.child.kill(signal);
    await running.waitFor('stderr', /Ctrl-C again/);
    running.child.kill(signal);
    expect(await running.finished).toMatchObject({ code: exit, stdout: '' });
    await expectRestDelivered();
  });
});

/** Runs that ask on a terminal before they send. */
const QUESTIONS = [
  ['backfill', 'postback backfill events.jsonl', /Send 3 postbacks\?/],
  ['replay', 'postback replay --state pending', /Send 3 postbacks again\?/],
] as const;

describe.skipIf(!hasTmux())('A19: a signal at the question', () => {
  const stop = async (line: string, question: RegExp, how: 'C-c' | NodeJS.Signals) => {
    const sandbox = await openLiveSandbox({ faults: [{ match: CALLS, status: 503 }] });
    const env = { ...ciVariables(sandbox), POSTBACK_RATE: '0', POSTBACK_MAX_ATTEMPTS: '1' };
    const shell = await openShell(140, env);
    writeFileSync(
      join(shell.home, 'postback.config.json'),
      JSON.stringify({ goals: [PURCHASE_GOAL] }),
    );
    writeFileSync(join(shell.home, 'events.jsonl'), makeLines(1, 3));
    const send = (): Promise<RunResult> =>
      runPostback(['send', 'events.jsonl', '--json'], { home: shell.home, cwd: shell.home, env });
    if (line.includes('replay')) expect((await send()).code).toBe(5);
    await steer(sandbox, 'DELETE', '/faults');
    shell.enter(`sh -c 'echo $$ > pid; exec ${line}'`);
    await shell.terminal.waitFor(question);
    if (how === 'C-c') shell.terminal.press(how);
    else process.kill(Number(readFileSync(join(shell.home, 'pid'), 'utf8')), how);
    const code = await shell.ended();
    expect(sandbox.state.received()).toBe(0);
    const rest = await send();
    expect(rest.code, rest.stderr).toBe(0);
    expect(sandbox.state.received()).toBe(3);
    return { code, screen: shell.terminal.read({ joined: true }) };
  };

  it.each(QUESTIONS)(
    'Ctrl-C ends %s with 130 and says that nothing was sent',
    async (_name, line, question) => {
      const { code, screen } = await stop(line, question, 'C-c');
      expect(code, screen).toBe(130);
      expect(screen).toMatch(/Stopped: nothing was sent\..*same command again/s);
    },
  );

  it.each(QUESTIONS)(
    'SIGHUP ends %s with 143, a summary and one error object',
    async (name, line, question) => {
      const { code, screen } = await stop(`${line} --json`, question, 'SIGHUP');
      expect(code, screen).toBe(143);
      const objects = screen.split('\n').filter((text) => text.startsWith('{'));
      expect(objects).toHaveLength(2);
      expect(JSON.parse(objects[0]!)).toMatchObject({ command: name, delivered: 0, postbacks: 3 });
      expect(JSON.parse(objects[1]!)).toMatchObject({ error: { code: 'interrupted', exit: 143 } });
    },
  );
});
