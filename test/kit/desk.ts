import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { onTestFinished } from 'vitest';

import type { Report, Update } from '../../src/delivery/report.js';
import { runSend } from '../../src/delivery/send.js';
import type { Summary } from '../../src/delivery/tally.js';
import type { JsonObject } from '../../src/json.js';
import type { LogRow } from '../../src/log/attempt-rows.js';
import type { LogFilter } from '../../src/log/query.js';
import { systemRandom } from '../../src/random.js';
import type { FaultRule } from '../../src/sandbox/faults/fault-rule.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { openWorkspace, type Workspace } from '../../src/workspace.js';
import { LeapingClock } from './clock.js';
import { ciVariables, PURCHASE_GOAL } from './errand.js';
import { makeFolder, readLog } from './log.js';

/** The engine in this process, on a clock that leaps, with a sandbox on the same clock. */
export interface Desk {
  clock: LeapingClock;
  sandbox: Sandbox;
  workspace: Workspace;
  folder: string;
  /** What the runs told, in order. */
  updates: Update[];
  report: Report;
  notices(): string[];
  send(text: string): Promise<Summary>;
  log(filter?: LogFilter): LogRow[];
}

export interface DeskParts {
  faults?: readonly FaultRule[];
  /** Instead of a sandbox. */
  gateway?: string;
  goals?: readonly object[];
  settings?: JsonObject;
  variables?: Record<string, string>;
}

/** Opens a workspace as a command would; closed after the test. */
export async function openDesk({ faults = [], gateway, goals, settings, variables }: DeskParts = {}): Promise<Desk> {
  const clock = new LeapingClock();
  const sandbox = await startSandbox({ clock, random: systemRandom, faults, seed: 7 });
  onTestFinished(() => sandbox.close());
  const folder = makeFolder();
  for (const name of ['config', 'data']) mkdirSync(join(folder, name));
  const project = {
    goals: goals ?? [PURCHASE_GOAL],
    settings: { 'delivery.rate': 0, 'log.synchronous': 'normal', ...settings },
  };
  writeFileSync(join(folder, 'postback.config.json'), JSON.stringify(project));
  const workspace = await openWorkspace({
    flags: { gateway: gateway ?? sandbox.url },
    variables: { ...ciVariables(sandbox), ...variables },
    cwd: folder,
    directories: { config: join(folder, 'config'), data: join(folder, 'data') },
    version: '0.0.0',
    clock,
    random: systemRandom,
  });
  onTestFinished(() => workspace.close());
  const updates: Update[] = [];
  const report: Report = (update) => void updates.push(update);
  const { signal } = new AbortController();
  return {
    clock,
    sandbox,
    workspace,
    folder,
    updates,
    report,
    notices: () => updates.flatMap((update) => (update.type === 'notice' ? [update.message] : [])),
    send: (text) => {
      const inputs = [{ name: 'events', stream: Readable.from([Buffer.from(text)]) }];
      return runSend(workspace, { inputs, networks: [], goals: [], strict: false, report, signal });
    },
    log: (filter = {}) => readLog(workspace.logPath, filter, workspace.name),
  };
}
