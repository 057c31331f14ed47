import { writeFile } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import type { Report } from '../delivery/report.js';
import { runSend } from '../delivery/send.js';
import type { Summary } from '../delivery/tally.js';
import type { ConversionGoal } from '../goals/goal.js';
import type { LogRow } from '../log/attempt-rows.js';
import { openQuery } from '../log/open-query.js';
import type { Connection } from '../networks/network.js';
import type { Random } from '../random.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { openWorkspace, type Workspace } from '../workspace.js';
import { setUpDemoGoals } from './demo-goals.js';
import { makeDemoHome, type DemoHome } from './demo-home.js';
import { connectDemo } from './demo-login.js';
import { formatExampleEvents, makeExampleEvents } from './example-events.js';
import { pickTellingRows } from './telling-rows.js';

/** What the demo has just done, or is about to do. */
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
  tell: (step: DemoStep) => Promise<void>;
  /** Hears what the run meets. */
  report: Report;
}

export interface DemoResult {
  summary: Summary;
  /** Where the sandbox was. It has gone with the demo. */
  sandboxUrl: string;
  connection: Connection;
  goals: readonly ConversionGoal[];
  /** What the sandbox held in the end: distinct conversions, and how often it was sent one. */
  held: { conversions: number; received: number };
  /** A few rows of the delivery log that show what there is. */
  rows: LogRow[];
  /** The kept folder, to be used as POSTBACK_HOME. */
  home?: string;
}

/** The first batch is turned away once, so that the log has a second attempt to show. */
const ONE_REFUSAL = { status: 429, retryAfter: 1, times: 1, match: '/eventData' };

/**
 * The whole errand on an embedded sandbox: consent through the real loopback server, goals, mappings, events of the last
 * days, delivery, log. Touches neither the user's files nor the network beyond this machine, and cleans up whatever comes.
 * @throws UsageError for a folder that cannot be used; AbortError when the signal aborts before anything is sent; what
 *   its steps throw
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { clock, random, keep, tell } = options;
  const home = await makeDemoHome(keep);
  try {
    const sandbox = await startSandbox({ clock, random, faults: [ONE_REFUSAL] });
    try {
      await tell({ type: 'sandbox', url: sandbox.url });
      const done = await runErrand(options, home, sandbox.url);
      const held = { conversions: sandbox.state.conversions().length, received: sandbox.state.received() };
      return { ...done, sandboxUrl: sandbox.url, held, ...(keep === undefined ? {} : { home: home.folder }) };
    } finally {
      await sandbox.close();
    }
  } finally {
    await home.leave();
  }
}

async function runErrand(
  options: DemoOptions,
  home: DemoHome,
  sandboxUrl: string,
): Promise<Omit<DemoResult, 'sandboxUrl' | 'held' | 'home'>> {
  const { tell, clock, signal } = options;
  const setUp = await withDemoWorkspace(options, home, sandboxUrl, async (workspace) => {
    const onUrl = (url: string, redirectUri: string): void => void tell({ type: 'consent', url, redirectUri });
    const connection = await connectDemo({ workspace, gateway: sandboxUrl, signal, onUrl });
    await tell({ type: 'connected', connection });
    const goals = await setUpDemoGoals(workspace.config.user, workspace.name);
    await tell({ type: 'goals', goals });
    return { connection, goals };
  });
  const lines = makeExampleEvents(clock.now());
  await writeFile(home.eventsFile, formatExampleEvents(lines));
  await tell({ type: 'sending', lines: lines.length });
  signal.throwIfAborted();
  // Opened anew, as the next command would: grant and goals are read from where they were stored.
  const sent = await withDemoWorkspace(options, home, sandboxUrl, (workspace) => sendDemo(workspace, home, options));
  return { ...setUp, ...sent };
}

/** A workspace in the demo's home that knows nothing of the user's variables and project file. */
async function withDemoWorkspace<R>(
  { version, clock, random }: DemoOptions,
  { directories, folder }: DemoHome,
  gateway: string,
  work: (workspace: Workspace) => Promise<R>,
): Promise<R> {
  // One request at a time: the same demo every time.
  const flags = { gateway, concurrency: 1 };
  const workspace = await openWorkspace({ version, clock, random, directories, cwd: folder, variables: {}, flags });
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

async function sendDemo(workspace: Workspace, { eventsFile }: DemoHome, { report, signal }: DemoOptions) {
  const inputs = [{ name: 'events.jsonl', path: eventsFile }];
  const run = { inputs, strict: false, networks: [], goals: [], report, signal };
  const summary = await runSend(workspace, run);
  const opened = openQuery(workspace.logPath, workspace.name);
  try {
    return { summary, rows: opened ? pickTellingRows(opened.query) : [] };
  } finally {
    opened?.close();
  }
}
