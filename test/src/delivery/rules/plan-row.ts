import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../../src/clock.js';
import type { Plan, PlanContext } from '../../../../src/delivery/plan.js';
import { Planner, prepareOne } from '../../../../src/delivery/planner.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { formatMapping } from '../../../../src/goals/mapping.js';
import { GoalProblem, readGoals } from '../../../../src/goals/goal-rules.js';
import type { JsonObject } from '../../../../src/json.js';
import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import type { EntryVerdict } from '../../../../src/log/entry.js';
import { openEmptyMemory } from '../../../../src/log/open-log.js';
import { erasePerson } from '../../../../src/log/open-log.js';
import { testRandom } from '../../../kit/seeded-random.js';
import { makePurchase, parseLine } from '../../../kit/events.js';
import { DELIVERED, makeFolder, openLog, REFUSED, THROTTLED, WORKSPACE } from '../../../kit/log.js';
import { makePlanContext } from '../../../kit/plan-context.js';
import { NOW_MS } from './messages.js';
import { goal, type Case, type Step } from './row.js';

const ACCOUNT = '4567890123';
const VERDICTS: Record<'delivered' | 'failed' | 'pending', EntryVerdict> = {
  delivered: { status: 'success', outcome: DELIVERED },
  failed: { status: 'failed', outcome: REFUSED, rowState: 'failed' },
  pending: { status: 'retried', outcome: THROTTLED, rowState: 'pending' },
};

/**
 * The plans of a row: by the delivery log, and where nothing was sent before by the memory of a dry
 * run too.
 */
export async function planRow(state: Case): Promise<string[][]> {
  const parsed = parseLine(
    JSON.stringify(state.message ?? makePurchase(state.of, state.with)),
    state.format,
  );
  if ('invalid' in parsed) return [[`!${parsed.invalid.code} ${parsed.invalid.field}`]];
  let planContext: PlanContext;
  try {
    const goals = readGoals(state.goals ?? [goal('Purchase')]);
    const { settings, amazon, others, only } = state;
    planContext = makePlanContext({
      goals,
      ...(settings ? { settings } : {}),
      ...(amazon ? { amazon } : {}),
      ...(others ? { others } : {}),
      ...(only ? { only } : {}),
    });
  } catch (error) {
    if (error instanceof GoalProblem) return [[`!goal ${error.field}`]];
    throw error;
  }
  planContext = { ...planContext, workspace: WORKSPACE };
  const { before = [] } = state;
  const plans = [await planByLog(parsed.event, planContext, before)];
  if (before.every((step) => 'read' in step))
    plans.push(await planByDryRun(parsed.event, planContext, before));
  for (const plan of plans) checkContents(plan, planContext, state);
  return plans.map(describePlan);
}

async function planByDryRun(
  event: ConversionEvent,
  planContext: PlanContext,
  steps: readonly Step[],
): Promise<Plan> {
  const memory = await openEmptyMemory(WORKSPACE);
  onTestFinished(() => memory.close());
  for (const step of steps) if ('read' in step) await memory.remember(step.read.map(parse));
  return planWith(memory, event, planContext);
}

async function planWith(
  log: Parameters<typeof prepareOne>[2],
  event: ConversionEvent,
  planContext: PlanContext,
): Promise<Plan> {
  const planner = new Planner(planContext);
  const { prepared, known } = await prepareOne(planner, event, log);
  return planner.plan(prepared, known, NOW_MS);
}

async function planByLog(
  event: ConversionEvent,
  planContext: PlanContext,
  steps: readonly Step[],
): Promise<Plan> {
  const path = join(makeFolder(), 'delivery.db');
  const log = openLog(path);
  onTestFinished(() => log.close({}));
  for (const step of steps) await take(step, log, planContext, path);
  return planWith(log, event, planContext);
}

async function take(
  step: Step,
  log: DeliveryLog,
  planContext: PlanContext,
  path: string,
): Promise<void> {
  if ('read' in step) return log.remember(step.read.map(parse));
  if ('erased' in step) {
    const { signal } = new AbortController();
    const location = { path, workspace: WORKSPACE, clock: systemClock };
    const options = {
      random: testRandom,
      makeRemoval: () => undefined,
      dryRun: false,
      signal,
    };
    await erasePerson(location, step.erased, options);
    return;
  }
  const [[kind, message]] = Object.entries(step) as [
    [keyof typeof VERDICTS | 'stopped', JsonObject],
  ];
  const event = parse(message);
  const { outgoing, skips } = await planWith(log, event, planContext);
  if (kind === 'stopped') {
    expect(outgoing).toEqual([]);
    return log.skip(skips.map((skip) => ({ ...skip, eventId: event.id, event: event.name })));
  }
  const entries = outgoing.map(({ postback }) => ({ postback, attempts: 0 }));
  const { open, dropped } = await log.begin({ account: ACCOUNT, entries: entries });
  expect(dropped).toEqual([]);
  if (!open) throw new Error(`nothing came of the earlier ${event.name}`);
  await log.finish({
    account: ACCOUNT,
    open,
    result: { http: 200, latencyMs: 1, verdicts: entries.map(() => VERDICTS[kind]) },
    again: [],
  });
}

function parse(message: JsonObject): ConversionEvent {
  const parsed = parseLine(JSON.stringify(message));
  if ('invalid' in parsed) throw new Error(`${parsed.invalid.field} ${parsed.invalid.message}`);
  return parsed.event;
}

/** A plan in the words of a row. */
export function describePlan({ outgoing, skips }: Plan): string[] {
  const sent = outgoing.map(({ postback, mapping, resumes }) => {
    const again = resumes ? ' resumed' : '';
    return `${postback.goal}@${postback.network}:${formatMapping(mapping)}${again}`;
  });
  const stopped = skips.map(({ reason, goal: id, network }) => {
    const whose = `${id ?? ''}${network === undefined ? '' : `@${network}`}`;
    return `-${reason}${whose === '' ? '' : ` ${whose}`}`;
  });
  return [...sent, ...stopped];
}

function checkContents(
  { outgoing }: Plan,
  { routes }: PlanContext,
  { sends, lacks = [], hides = [], url }: Case,
): void {
  if (!sends && !url && lacks.length + hides.length === 0) return;
  const channel = routes.get('amazon')?.channel;
  const request = outgoing.length > 0 ? channel?.request(outgoing, 'token') : undefined;
  if (!request) throw new Error('nothing is sent, so that nothing can be seen of it');
  const body = JSON.parse(String(request.body)) as {
    eventData?: JsonObject[];
    events?: JsonObject[];
  };
  const [first] = (body.eventData ?? body.events) as [JsonObject];
  if (sends) expect(first).toMatchObject(sends);
  for (const field of lacks) expect(first).not.toHaveProperty(field);
  for (const text of hides)
    expect(JSON.stringify(outgoing) + String(request.body)).not.toContain(text);
  if (url !== undefined) expect(request.url).toBe(url);
}
