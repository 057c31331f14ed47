import { compileGoals } from '../goals/match.js';
import type { Outgoing } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { Batch } from './batch.js';
import { Batcher } from './batch.js';
import { withDelivery } from './delivery.js';
import type { DryRunSummary, PlannedRequest } from './dry-run.js';
import { describeBatch } from './dry-run.js';
import { Intake } from './intake.js';
import { openRehearsalMemory } from './memory.js';
import type { World } from './plan.js';
import { planEvent } from './plan.js';
import type { Report } from './report.js';
import type { Stage } from './stage.js';
import { accountsOf } from './stage.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';
import type { TestPlan, TestSelection } from './test-plan.js';
import type { TestResult } from './test-results.js';
import { TestResults } from './test-results.js';

export type TestSummary = Summary & { tests: TestResult[] };

/**
 * Sends the test conversions of a plan as any others: paced, retried, in the log. Each is told to its own goal only, though
 * others count the event too.
 * @throws as withDelivery
 */
export async function runTests(
  workspace: Workspace,
  plan: TestPlan,
  run: TestSelection & { report: Report; signal: AbortSignal },
): Promise<TestSummary> {
  const results = new TestResults(plan);
  const report: Report = (update) => {
    results.note(update);
    run.report(update);
  };
  const summary = await withDelivery(workspace, { ...run, report, command: 'test' }, async (delivery) => {
    for (const [index, { goal, line }] of plan.ready.entries()) {
      if (run.signal.aborted) break;
      const world = { ...delivery.world, goals: compileGoals([goal]) };
      const intake = new Intake({ ...delivery, world }, true);
      await intake.take([{ number: index + 1, text: line }], { name: 'test', format: 'audience' }, false);
      await intake.settle();
    }
  });
  return { ...summary, tests: results.list() };
}

/** The summary and the requests that a test run would make. Nothing is sent or recorded. */
export function rehearseTests(
  workspace: Workspace,
  stage: Stage,
  plan: TestPlan,
): DryRunSummary & { tests: TestResult[] } {
  const { world } = stage;
  const head = { run: 'dry-run', workspace: workspace.name, accounts: accountsOf(stage) };
  const tally = new Tally({ ...head, command: 'test' });
  const results = new TestResults(plan);
  const memory = openRehearsalMemory(undefined);
  const outgoing: Outgoing[] = [];
  for (const { goal, event } of plan.ready) {
    tally.summary.lines++;
    tally.summary.events++;
    const own: World = { ...world, goals: compileGoals([goal]), standing: () => 'new', memory };
    const planned = planEvent(event, own, workspace.clock.now());
    for (const { reason, network, message } of planned.skips) {
      tally.skip(reason, network);
      results.skip(event.id, reason, message);
    }
    for (const one of planned.outgoing) {
      tally.plan();
      outgoing.push(one);
    }
  }
  memory.close();
  return { ...tally.summary, dryRun: true, requests: listRequests(world, outgoing), tests: results.list('planned') };
}

function listRequests({ routes }: Pick<World, 'routes'>, outgoing: readonly Outgoing[]): PlannedRequest[] {
  const requests: PlannedRequest[] = [];
  for (const [network, { channel }] of routes) {
    if (!channel) continue;
    const batcher = new Batcher(channel);
    const note = (batch: Batch | undefined): void => {
      if (batch) requests.push(describeBatch(channel, batch));
    };
    for (const one of outgoing) {
      const { postback } = one;
      if (postback.network === network)
        note(batcher.add({ outgoing: one, entry: { postback, attempts: 0 }, tries: 0 }));
    }
    for (const batch of batcher.takeAll()) note(batch);
  }
  return requests;
}
