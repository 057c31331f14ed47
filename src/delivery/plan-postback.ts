import type { Reduced } from '../consent/identifiers.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { ConversionGoal, Mapping } from '../goals/goal.js';
import type { KnownEvent, KnownPostback } from '../log/known-state.js';
import type { AnyNetwork, Channel, Postback, Skip, SkipReason } from '../networks/network.js';
import { describeContents, describeDropped, describeMapping, describeWindow } from './describe.js';
import type { Trace } from './gates.js';
import type { PlanContext, PlannedPostback, PlannedSkip, Route } from './plan.js';
import { evaluateAge } from './window.js';

/**
 * What becomes a postback: an event, one goal that counts it, and the network that owns its click.
 */
export interface PlanStep {
  event: ConversionEvent;
  /** The event as far as its consent lets networks know it. */
  reduced: Reduced;
  goal: ConversionGoal;
  /** What is known of the event, and of its postback for the goal. */
  known: KnownEvent;
  postback: KnownPostback;
  /**
   * The id that a browser pixel reported the conversion with, where this postback is to have it.
   */
  sharedId: string | undefined;
  planContext: PlanContext;
  nowMs: number;
  trace: Trace | undefined;
}

export type PlannedStep = PlannedPostback | Omit<PlannedSkip, 'goal' | 'network'>;
type OpenRoute = Route & { channel: Channel };

/** Decides what becomes of one postback. */
export function planPostback(step: PlanStep): PlannedStep {
  const { planContext, trace } = step;
  const { id, network, state } = step.postback;
  const duplicate =
    state === 'known' ? skip('duplicate', 'this conversion is already recorded') : undefined;
  trace?.push({ gate: 'duplicate', stop: duplicate, saw: `postback ${id}, ${STATE_WORDS[state]}` });
  if (duplicate) return duplicate;
  const route = planContext.routes.get(network);
  if (isOpen(route)) return planRouted(step, route);
  const stop = route?.channel
    ? skip('network_disabled', `${network} is disabled`)
    : skip('not_connected', `${network} is not connected`);
  trace?.push({ gate: 'connection', stop, saw: stop.message });
  return route ? { ...stop, postback: makePostback(step, route.network) } : stop;
}

function isOpen(route: Route | undefined): route is OpenRoute {
  return route?.channel !== undefined && route.enabled;
}

function planRouted(step: PlanStep, route: OpenRoute): PlannedStep {
  const { channel, network } = route;
  const { event, goal, nowMs, trace } = step;
  trace?.push({ gate: 'connection', stop: undefined, saw: `account ${channel.account}, enabled` });
  const postback = makePostback(step, network);
  const mapping = mappingOf(goal, route, event.test);
  if (mapping === undefined) {
    const stop = event.test
      ? skip('test_event', `a test event, and ${goal.id} has no test mapping at ${network.name}`)
      : skip('unmapped_goal', `${goal.id} is not mapped at ${network.name}`);
    trace?.push({ gate: 'mapping', stop, saw: event.test ? 'no test mapping' : 'no mapping' });
    return event.test ? stop : { ...stop, postback };
  }
  trace?.push({ gate: 'mapping', stop: undefined, saw: describeMapping(mapping, event.test) });
  // What was recorded before has passed the gates once; whether it is still in time, its account
  // queue judges when it leaves.
  if (step.postback.state === 'pending') return { postback, mapping, resumes: true };
  const stopped =
    gateWindow(postback, channel, nowMs, trace) ?? gateNetwork(step, postback, mapping, channel);
  if (stopped) return REPLAYABLE.has(stopped.reason) ? { ...stopped, postback } : stopped;
  return gateOnce(postback, step.postback.lockOwner, trace) ?? { postback, mapping };
}

/** The network's window, which counts at the moment of sending. */
function gateWindow(
  postback: Postback,
  channel: Channel,
  nowMs: number,
  trace?: Trace,
): Skip | undefined {
  const stop = evaluateAge(postback, nowMs, channel);
  trace?.push({ gate: 'window', stop, saw: describeWindow(postback, channel) });
  return stop;
}

/**
 * What the network itself requires. Identifiers that consent kept out are named, where one was
 * missed.
 */
function gateNetwork(
  { reduced: { event, dropped }, trace }: PlanStep,
  postback: Postback,
  mapping: Mapping,
  channel: Channel,
): Skip | undefined {
  let stop = channel.check(postback.facts, mapping);
  if (stop?.reason === 'no_match_key' && dropped.length > 0) {
    stop = { ...stop, message: `${stop.message}; ${describeDropped(dropped)}` };
  }
  trace?.push({ gate: 'network', stop, saw: describeContents(event, dropped) });
  return stop;
}

/**
 * Only a conversion that passed every gate claims its player's one slot; here it is asked for,
 * recording takes it.
 */
function gateOnce(
  postback: Postback,
  lockOwner: string | undefined,
  trace?: Trace,
): Skip | undefined {
  if (!postback.once) {
    trace?.push({ gate: 'once', stop: undefined, saw: 'trigger repeatable' });
    return undefined;
  }
  const isTaken = lockOwner !== undefined && lockOwner !== postback.id;
  const stop = isTaken
    ? skip('already_counted', `${postback.goal} counts once per player, and has counted this one`)
    : undefined;
  trace?.push({
    gate: 'once',
    stop,
    saw: isTaken ? 'another conversion of the player counts' : 'the first of the player',
  });
  return stop;
}

/**
 * Reasons that a setting or the passing of time can take away, so that `replay --state skipped`
 * makes sense.
 */
const REPLAYABLE: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'in_future',
  'no_country',
  'eu_consent_missing',
  'unsupported_currency',
]);

function makePostback(step: PlanStep, network: AnyNetwork): Postback {
  const { event, reduced, goal, sharedId, planContext } = step;
  const { id } = step.postback;
  const { player, members } = step.known;
  const postback: Postback = {
    id,
    dedupeId: sharedId ?? id,
    network: network.name,
    goal: goal.id,
    goalName: goal.name,
    event: event.name,
    eventId: event.id,
    eventTimeMs: event.timeMs,
    test: event.test,
    facts: network.prepare(reduced.event, planContext.settings),
  };
  if (goal.trigger === 'once') postback.once = true;
  if (player !== undefined) postback.person = player;
  if (members.length > 0) postback.members = members;
  if (event.value !== undefined && event.currency !== undefined) {
    postback.value = event.value;
    postback.currency = event.currency;
  }
  return postback;
}

/**
 * What a goal is called at a network. Test events have a mapping of their own, and use the real one
 * only where the network keeps them apart by itself.
 */
export function mappingOf(
  goal: ConversionGoal,
  { network, channel }: Route,
  test: boolean,
): Mapping | undefined {
  const { name } = network;
  const real = goal.map[name] ?? network.defaultMapping?.(goal.event, goal.id);
  if (!test) return real;
  return goal.testMap[name] ?? (channel?.testMode ? real : undefined);
}

/**
 * Which goals' postbacks get the id that a browser pixel reported the conversion with. Networks
 * tell conversions apart by event name and id: of two goals that are called the same there, the
 * first has it.
 */
export function shareIds(
  { shared, test }: ConversionEvent,
  route: Route | undefined,
): (goal: ConversionGoal) => string | undefined {
  if (!shared || !route?.network.sharesEventIds || shared.network !== route.network.name)
    return sharesNone;
  const taken = new Set<string>();
  return (goal) => {
    const name = JSON.stringify(mappingOf(goal, route, test));
    if (taken.has(name)) return undefined;
    taken.add(name);
    return shared.id;
  };
}

const sharesNone = (): undefined => undefined;

const STATE_WORDS = {
  new: 'not in the log',
  pending: 'pending in the log',
  known: 'in the log already',
} as const;

/** A reason of a skip. */
export function skip(reason: SkipReason, message: string): Skip {
  return { reason, message };
}
