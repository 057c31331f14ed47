import { compileGoals } from '../goals/match.js';
import type { Outgoing } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { Batch } from './batch.js';
import { Batcher } from './batch.js';
import { withDelivery } from './delivery.js';
import type { DryRunSummary, PlannedRequest } from './dry-run.js';
import { describeBatch } from './dry-run.js';
import { EventPipeline } from './event-pipeline.js';
import { openEmptyMemory } from '../log/open-log.js';
import type { PlanContext } from './plan.js';
import { Planner, prepareOne } from './planner.js';
import type { Report } from './report.js';
import type { RunContext } from './resolve-targets.js';
import { accountsOf } from './resolve-targets.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';
import type { TestPlan, TestSelection } from './test-plan.js';
import type { TestResult } from './test-results.js';
import { TestResults } from './test-results.js';

export type TestSummary = Summary & { tests: TestResult[] };

/**
 * Sends the test conversions of a plan as any others: paced, retried, in the log. Each is told to
 * its own goal only, though others count the event too.
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
  const summary = await withDelivery(
    workspace,
    { ...run, report, command: 'test' },
    async (delivery) => {
      for (const [index, { goal, line }] of plan.ready.entries()) {
        if (run.signal.aborted) break;
        const planContext = { ...delivery.planContext, goals: compileGoals([goal]) };
        const pipeline = new EventPipeline({ ...delivery, planContext }, true);
        await pipeline.take(
          [{ number: index + 1, text: line }],
          { name: 'test', format: 'audience' },
          false,
        );
        await pipeline.flush();
      }
    },
  );
  return { ...summary, tests: results.list() };
}

/** The summary and the requests that a test run would make. Nothing is sent or recorded. */
export async function dryRunTests(
  workspace: Workspace,
  runContext: RunContext,
  plan: TestPlan,
): Promise<DryRunSummary & { tests: TestResult[] }> {
  const { planContext } = runContext;
  const head = { run: 'dry-run', workspace: workspace.name, accounts: accountsOf(runContext) };
  const tally = new Tally({ ...head, command: 'test' });
  const results = new TestResults(plan);
  const memory = await openEmptyMemory(workspace.name);
  const outgoing: Outgoing[] = [];
  for (const { goal, event } of plan.ready) {
    tally.summary.lines++;
    tally.summary.events++;
    const planner = new Planner({ ...planContext, goals: compileGoals([goal]) });
    const { prepared, known } = await prepareOne(planner, event, memory);
    const planned = planner.plan(prepared, known, workspace.clock.now());
    for (const { reason, network, message } of planned.skips) {
      tally.skip(reason, network);
      results.skip(event.id, reason, message);
    }
    for (const one of planned.outgoing) {
      tally.plan(one.postback.network);
      outgoing.push(one);
    }
  }
  await memory.close();
  return {
    ...tally.summary,
    dryRun: true,
    requests: listRequests(planContext, outgoing),
    tests: results.list('planned'),
  };
}

function listRequests(
  { routes }: Pick<PlanContext, 'routes'>,
  outgoing: readonly Outgoing[],
): PlannedRequest[] {
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
