import type { LogRow } from '../log/log-rows.js';
import { writeFile } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { SANDBOX_WORKSPACE } from '../config/workspace-name.js';
import type { Report } from '../delivery/report.js';
import { runSend } from '../delivery/send.js';
import type { Summary } from '../delivery/tally.js';
import type { ConversionGoal } from '../goals/goal.js';
import { withLogReader } from '../log/open-log.js';
import type { Connection } from '../networks/network.js';
import type { Random } from '../random.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { openWorkspace, type Workspace } from '../workspace.js';
import { setUpDemoGoals } from './demo-goals.js';
import { makeDemoHome, type DemoHome } from './demo-home.js';
import { connectDemo } from './demo-login.js';
import { formatExampleEvents, makeExampleEvents } from './example-events.js';
import { pickNotableRows } from './notable-rows.js';

/** A step of the demo. */
export type DemoStep =
  | { type: 'sandbox'; url: string }
  | { type: 'consent'; url: string; redirectUri: string }
  | { type: 'connected'; connection: Connection }
  | { type: 'goals'; goals: readonly ConversionGoal[] }
  | { type: 'sending'; lines: number };

export interface DemoOptions {
  /** For the `User-Agent` header. */
  version: string;
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** A new folder in which everything stays; without it a temporary one is used and removed. */
  keep?: string;
  onStep: (step: DemoStep) => Promise<void>;
  /** Hears what the run meets. */
  report: Report;
}

export interface DemoResult {
  summary: Summary;
  /** URL of the sandbox, which has ended with the demo. */
  sandboxUrl: string;
  connection: Connection;
  goals: readonly ConversionGoal[];
  /** Final counts of the sandbox: distinct conversions, and all received ones. */
  held: { conversions: number; received: number };
  /** A few rows of the delivery log that show what there is. */
  rows: LogRow[];
  /** The kept folder, to be used as POSTBACK_HOME. */
  home?: string;
}

/** The first batch is turned away once, so that the log has a second attempt to show. */
const ONE_REFUSAL = { status: 429, retryAfter: 1, times: 1, match: '/eventData' };

/**
 * Runs an end-to-end demo on an embedded sandbox: consent through the real loopback server, goals,
 * mappings, recent events, delivery and log. It does not touch the user's files or any other host,
 * and always cleans up.
 * @throws UsageError for an unusable folder; AbortError if the signal aborts before anything is
 *   sent; any error of its steps
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { clock, random, keep, onStep } = options;
  const home = await makeDemoHome(keep);
  try {
    const sandbox = await startSandbox({ clock, random, faults: [ONE_REFUSAL] });
    try {
      await onStep({ type: 'sandbox', url: sandbox.url });
      const done = await runWorkflow(options, home, sandbox.url);
      const held = {
        conversions: sandbox.state.conversions().length,
        received: sandbox.state.received(),
      };
      return {
        ...done,
        sandboxUrl: sandbox.url,
        held,
        ...(keep === undefined ? {} : { home: home.folder }),
      };
    } finally {
      await sandbox.close();
    }
  } finally {
    await home.leave();
  }
}

async function runWorkflow(
  options: DemoOptions,
  home: DemoHome,
  sandboxUrl: string,
): Promise<Omit<DemoResult, 'sandboxUrl' | 'held' | 'home'>> {
  const { onStep, clock, signal } = options;
  const setUp = await withDemoWorkspace(options, home, sandboxUrl, async (workspace) => {
    const onUrl = (url: string, redirectUri: string): void =>
      void onStep({ type: 'consent', url, redirectUri });
    const connection = await connectDemo({ workspace, gateway: sandboxUrl, signal, onUrl });
    await onStep({ type: 'connected', connection });
    const goals = await setUpDemoGoals(workspace.config.user, workspace.name);
    await onStep({ type: 'goals', goals });
    return { connection, goals };
  });
  const lines = makeExampleEvents(clock.now());
  await writeFile(home.eventsFile, formatExampleEvents(lines));
  await onStep({ type: 'sending', lines: lines.length });
  signal.throwIfAborted();
  // Reopens the workspace as the next command would, so that the stored grant and goals are read.
  const sent = await withDemoWorkspace(options, home, sandboxUrl, (workspace) =>
    sendDemo(workspace, home, options),
  );
  return { ...setUp, ...sent };
}

/** A workspace in the demo's home that knows nothing of the user's variables and project file. */
async function withDemoWorkspace<R>(
  { version, clock, random }: DemoOptions,
  { directories, folder }: DemoHome,
  gateway: string,
  work: (workspace: Workspace) => Promise<R>,
): Promise<R> {
  // One request at a time, so that every demo is the same. The workspace is that of `--sandbox`: in
  // a kept home, only commands with that flag find the demo, and they reach no real network.
  const flags = { gateway, concurrency: 1, workspace: SANDBOX_WORKSPACE };
  const workspace = await openWorkspace({
    version,
    clock,
    random,
    directories,
    cwd: folder,
    variables: {},
    flags,
  });
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

async function sendDemo(
  workspace: Workspace,
  { eventsFile }: DemoHome,
  { report, signal }: DemoOptions,
) {
  const inputs = [{ name: 'events.jsonl', path: eventsFile }];
  const run = { inputs, strict: false, networks: [], goals: [], report, signal };
  const summary = await runSend(workspace, run);
  const rows = await withLogReader(workspace.logLocation, pickNotableRows);
  return { summary, rows: rows ?? [] };
}
