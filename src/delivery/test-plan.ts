import type { ConversionEvent } from '../events/conversion-event.js';
import { findGoal } from '../goals/goal-list.js';
import type { ConversionGoal } from '../goals/goal.js';
import type { NetworkName } from '../networks/names.js';
import type { Workspace } from '../workspace.js';
import type { Route } from './plan.js';
import { mappingOf } from './plan-postback.js';
import type { Selection, RunContext } from './resolve-targets.js';
import { makeSyntheticEvent } from './synthetic-event.js';

export interface TestSelection extends Selection {
  /** Real conversions by the real mapping, which networks count. */
  live: boolean;
}

/** One test conversion that can be sent. */
export interface ReadyTest {
  goal: ConversionGoal;
  network: NetworkName;
  event: ConversionEvent;
  /** The event as a line of input. */
  line: string;
}

/** A goal that is not tested at a network, and why, in a sentence. */
export interface RefusedTest {
  goal: string;
  network: NetworkName;
  message: string;
}

export interface TestPlan {
  ready: ReadyTest[];
  refused: RefusedTest[];
}

/**
 * The test conversions of a workspace: one for each goal and connected network where the goal is
 * mapped. Refused where it would be counted as real and `live` does not say so.
 * @throws ConfigError for an unknown goal
 */
export function planTests(
  workspace: Workspace,
  { planContext }: RunContext,
  { goals, networks, live }: TestSelection,
): TestPlan {
  const plan: TestPlan = { ready: [], refused: [] };
  const chosen =
    goals.length === 0 ? workspace.goals : goals.map((id) => findGoal(workspace.goals, id));
  for (const goal of chosen) {
    for (const [network, route] of planContext.routes) {
      if (!route.channel || (networks.length > 0 && !networks.includes(network))) continue;
      const refuse = (message: string): void =>
        void plan.refused.push({ goal: goal.id, network, message: `${goal.id} ${message}` });
      const obstacle = findObstacle(goal, route, live);
      if (obstacle && (obstacle.isReported || goals.length > 0)) refuse(obstacle.message);
      if (obstacle) continue;
      const { syntheticProperties } = route.network;
      const unique = workspace.random.bytes(16).toString('hex');
      const made = makeSyntheticEvent(goal, network, {
        unique,
        nowMs: workspace.clock.now(),
        test: !live,
        ...(syntheticProperties && { properties: syntheticProperties }),
      });
      if ('problem' in made) refuse(made.problem);
      else
        plan.ready.push({ goal, network, event: made.event, line: JSON.stringify(made.message) });
    }
  }
  return plan;
}

/** What somebody who sends these tests should know of their networks, in sentences. */
export function listCautions({ planContext }: RunContext, { ready }: TestPlan): string[] {
  const cautions = ready.map(({ network }) => planContext.routes.get(network)?.network.testCaution);
  return [...new Set(cautions)].filter((caution) => caution !== undefined);
}

/**
 * Why a goal cannot be tested at a network; `isReported`: also where nobody asked for this goal.
 */
function findObstacle(
  goal: ConversionGoal,
  route: Route,
  live: boolean,
): { message: string; isReported: boolean } | undefined {
  const { name } = route.network;
  const real = mappingOf(goal, route, false);
  const test = mappingOf(goal, route, true);
  if (real === undefined && test === undefined)
    return { message: `is not mapped at ${name}`, isReported: false };
  if (!goal.enabled) return { message: 'is disabled', isReported: false };
  if (!route.enabled)
    return { message: `cannot be sent, because ${name} is disabled`, isReported: true };
  if (live && real === undefined)
    return { message: `has only a test mapping at ${name}`, isReported: true };
  if (live || test !== undefined) return undefined;
  return {
    message:
      `has no test mapping at ${name}, and ${describeTestMode(route)}: it would count a test as ` +
      'real',
    isReported: true,
  };
}

function describeTestMode({ network: { title, testArea } }: Route): string {
  return testArea === undefined
    ? `${title} has no test mode`
    : `this connection has no ${testArea}`;
}
