import { explainEvent, type Explanation } from '../../src/delivery/explain.js';
import type { Plan, PlanContext } from '../../src/delivery/plan.js';
import { Planner, type PreparedEvent } from '../../src/delivery/planner.js';
import type { ConversionEvent } from '../../src/events/conversion-event.js';
import type { KnownEvent, PlanState, PostbackKey } from '../../src/log/known-state.js';
import { answerLookup } from '../../src/log/answer-lookup.js';
import type { KnownPeople } from '../../src/log/known-people.js';

/** What a plan depends on, with what the log knows. */
export interface TestPlanContext extends PlanContext {
  postbackState(key: PostbackKey): PlanState;
  people: KnownPeople;
}

/** A workspace that remembers nobody. */
export const NOBODY_KNOWN: KnownPeople = {
  findClick: () => undefined,
  isSuppressed: () => false,
  playerOf: () => undefined,
  membersOf: () => [],
  lockOwner: () => undefined,
};

/** Plans one event as a run does: prepare, look up, plan. */
export function planEvent(event: ConversionEvent, context: TestPlanContext, nowMs: number): Plan {
  const { planner, prepared, known } = look(event, context);
  return planner.plan(prepared, known, nowMs);
}

/** Explains one event as `explain` does. */
export function explainIn(
  event: ConversionEvent,
  context: TestPlanContext,
  nowMs: number,
): Explanation {
  const { planner, prepared, known } = look(event, context);
  return explainEvent(planner, prepared, known, nowMs);
}

function look(
  event: ConversionEvent,
  context: TestPlanContext,
): { planner: Planner; prepared: PreparedEvent; known: KnownEvent } {
  const planner = new Planner(context);
  const request = planner.prepare([event]);
  const { people, workspace } = context;
  const stateOf = (): 'unknown' => 'unknown';
  const { events } = answerLookup(request, { workspace, people, stateOf });
  const known = events[0] as KnownEvent;
  const postbacks = known.postbacks.map((postback) => ({
    ...postback,
    state: context.postbackState({ ...postback, eventId: event.id }),
  }));
  return {
    planner,
    prepared: request.questions[0] as PreparedEvent,
    known: { ...known, postbacks },
  };
}
