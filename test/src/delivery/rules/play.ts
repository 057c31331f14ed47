import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../../src/clock.js';
import { judgeStanding } from '../../../../src/delivery/intake.js';
import { makeMemory, openRehearsalMemory, type Memory } from '../../../../src/delivery/memory.js';
import { planEvent, type Plan, type World } from '../../../../src/delivery/plan.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { formatMapping } from '../../../../src/goals/mapping.js';
import { GoalProblem, readGoals } from '../../../../src/goals/goal-rules.js';
import type { JsonObject } from '../../../../src/json.js';
import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import type { EntryVerdict } from '../../../../src/log/entry.js';
import { erasePerson } from '../../../../src/log/erasure.js';
import { systemRandom } from '../../../../src/random.js';
import { makePurchase, parseLine } from '../../../kit/events.js';
import { DELIVERED, makeFolder, openLog, REFUSED, THROTTLED, WORKSPACE } from '../../../kit/log.js';
import { makeWorld } from '../../../kit/world.js';
import { NOW_MS } from './messages.js';
import { goal, type Case, type Step } from './row.js';

const ACCOUNT = '4567890123';
const VERDICTS: Record<'delivered' | 'failed' | 'pending', EntryVerdict> = {
  delivered: { status: 'success', outcome: DELIVERED },
  failed: { status: 'failed', outcome: REFUSED, settled: 'failed' },
  pending: { status: 'retried', outcome: THROTTLED, settled: 'pending' },
};

/** The plans of a row: by the delivery log, and where nothing was sent before by the memory of a rehearsal too. */
export async function play(state: Case): Promise<string[][]> {
  const parsed = parseLine(JSON.stringify(state.message ?? makePurchase(state.of, state.with)), state.format);
  if ('invalid' in parsed) return [[`!${parsed.invalid.code} ${parsed.invalid.field}`]];
  let world: World;
  try {
    const goals = readGoals(state.goals ?? [goal('Purchase')]);
    const { settings, amazon, others, only } = state;
    world = makeWorld({
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
  world = { ...world, workspace: WORKSPACE };
  const { before = [] } = state;
  const plans = [await planByLog(parsed.event, world, before)];
  if (before.every((step) => 'read' in step)) plans.push(planByRehearsal(parsed.event, world, before));
  for (const plan of plans) checkContents(plan, world, state);
  return plans.map(describePlan);
}

function planByRehearsal(event: ConversionEvent, world: World, steps: readonly Step[]): Plan {
  const memory = openRehearsalMemory(undefined);
  onTestFinished(() => memory.close());
  for (const step of steps) if ('read' in step) memory.remember(step.read.map(parse));
  return planEvent(event, { ...world, memory }, NOW_MS);
}

async function planByLog(event: ConversionEvent, world: World, steps: readonly Step[]): Promise<Plan> {
  const path = join(makeFolder(), 'delivery.db');
  const log = openLog(path);
  onTestFinished(() => log.close({}));
  const memory: Memory = makeMemory(log.people);
  const known: World = { ...world, memory, standing: (key) => judgeStanding(log.standing(key)) };
  for (const step of steps) await take(step, log, known, path);
  return planEvent(event, known, NOW_MS);
}

async function take(step: Step, log: DeliveryLog, world: World, path: string): Promise<void> {
  if ('read' in step) return log.write(() => log.people.note(step.read.map(parse)));
  if ('erased' in step) {
    const { signal } = new AbortController();
    const parts = {
      path,
      clock: systemClock,
      random: systemRandom,
      makeRemoval: () => undefined,
      dryRun: false,
      signal,
    };
    await erasePerson(step.erased, parts);
    log.people.refresh();
    return;
  }
  const [[kind, message]] = Object.entries(step) as [[keyof typeof VERDICTS | 'stopped', JsonObject]];
  const event = parse(message);
  const { outgoing, skips } = planEvent(event, world, NOW_MS);
  if (kind === 'stopped') {
    expect(outgoing).toEqual([]);
    return log.skip(skips.map((skip) => ({ ...skip, eventId: event.id, event: event.name })));
  }
  const entries = outgoing.map(({ postback }) => ({ postback, attempts: 0 }));
  const { open, dropped } = await log.begin(ACCOUNT, entries);
  expect(dropped).toEqual([]);
  if (!open) throw new Error(`nothing came of the earlier ${event.name}`);
  await log.finish(ACCOUNT, open, { http: 200, latencyMs: 1, verdicts: entries.map(() => VERDICTS[kind]) }, []);
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

function checkContents({ outgoing }: Plan, { routes }: World, { sends, lacks = [], hides = [], url }: Case): void {
  if (!sends && !url && lacks.length + hides.length === 0) return;
  const channel = routes.get('amazon')?.channel;
  const request = outgoing.length > 0 ? channel?.request(outgoing, 'token') : undefined;
  if (!request) throw new Error('nothing is sent, so that nothing can be seen of it');
  const body = JSON.parse(String(request.body)) as { eventData?: JsonObject[]; events?: JsonObject[] };
  const [first] = (body.eventData ?? body.events) as [JsonObject];
  if (sends) expect(first).toMatchObject(sends);
  for (const field of lacks) expect(first).not.toHaveProperty(field);
  for (const text of hides) expect(JSON.stringify(outgoing) + String(request.body)).not.toContain(text);
  if (url !== undefined) expect(request.url).toBe(url);
}
