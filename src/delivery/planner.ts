import type { Attribution } from '../attribution/attribute.js';
import { attributeClick } from '../attribution/attribute.js';
import { nameOtherNetwork } from '../attribution/click-rules.js';
import { withRememberedClick } from '../attribution/remembered-click.js';
import type { Consent } from '../consent/consent.js';
import { describeConsent, describeSignals, evaluateConsent } from '../consent/consent.js';
import { findDestinationRefusal, findGeneralRefusal } from '../consent/destinations.js';
import type { Reduced } from '../consent/identifiers.js';
import { withoutPersonalIdentifiers } from '../consent/identifiers.js';
import type { Click, ConversionEvent } from '../events/conversion-event.js';
import type { Match } from '../goals/match.js';
import { matchGoals } from '../goals/match.js';
import type {
  EventQuestion,
  KnownEvent,
  KnownPostback,
  KnownState,
  LookupRequest,
} from '../log/known-state.js';
import type { NetworkName } from '../networks/names.js';
import type { Skip } from '../networks/network.js';
import { describeClick, describeMatch } from './describe.js';
import type { Trace } from './gates.js';
import { planPostback, shareIds, skip } from './plan-postback.js';
import type { Plan, PlanContext, PlannedSkip } from './plan.js';
import { hasIdentity } from './prescan.js';

/** An event with what a plan finds out without the log, and what it asks the log. */
export interface PreparedEvent extends EventQuestion {
  /** The event's own click, where it is in the attribution window. */
  readonly attribution: Attribution | undefined;
  readonly match: Match;
}

/** A look-up for some events: one question for each, in order. */
export interface PreparedLookup extends LookupRequest {
  readonly questions: readonly PreparedEvent[];
}

/**
 * Decides what events make, in two steps with one look-up between them: {@link prepare} says what
 * has to be known, {@link plan} decides. Serves send, tail, backfill, dry run, explain and test.
 * Both steps are pure.
 */
export class Planner {
  readonly context: PlanContext;
  readonly #windowMs: number;

  constructor(context: PlanContext) {
    this.context = context;
    this.#windowMs = context.settings['attribution.windowDays'] * DAY_MS;
  }

  /** Returns what has to be known of events to plan them. `DeliveryLog.lookup` answers it. */
  prepare(events: readonly ConversionEvent[]): PreparedLookup {
    return {
      identities: events.filter(hasIdentity),
      questions: events.map((event) => this.#prepareEvent(event)),
      clickWindowMs: this.#windowMs,
    };
  }

  #prepareEvent(event: ConversionEvent): PreparedEvent {
    if (event.type !== 'track')
      return { event, goals: [], owner: 'other', attribution: undefined, match: NO_MATCH };
    const own = attributeClick(event.click);
    const { timeMs } = event.click;
    const isInWindow = timeMs === undefined || event.timeMs - timeMs <= this.#windowMs;
    const attribution = isInWindow ? own : undefined;
    const match = matchGoals(event, this.context.goals);
    return { event, goals: match.matched, owner: attribution?.owner, attribution, match };
  }

  /**
   * Returns what one event makes: the postbacks to send and a reason for everything that is not
   * sent.
   * @param known the answer to its question
   * @param nowMs milliseconds since the epoch
   * @param trace takes the verdict of each gate, in the order in which an event meets them
   */
  plan(prepared: PreparedEvent, known: KnownEvent, nowMs: number, trace?: Trace): Plan {
    const { event, match } = prepared;
    const { context } = this;
    if (!isConversion(event, trace)) return { outgoing: [], skips: [] };
    const consent = evaluateConsent(event, context.settings['consent.default']);
    const gate =
      gateTest(event, context, trace) ??
      gateConsent(event, consent, trace) ??
      gateSuppression(known, trace);
    if (gate) return { outgoing: [], skips: [gate] };
    const attributed = attribute(prepared, known);
    const clicked = attributed.event;
    const owner = findOwner(attributed, clicked.click !== event.click, context, trace);
    if (typeof owner !== 'string') return { outgoing: [], skips: [owner] };
    trace?.push({
      gate: 'goal',
      stop: 'reason' in match ? match : undefined,
      saw: describeMatch(event, match),
    });
    const plan = beginPlan(match);
    if (match.matched.length === 0 && 'reason' in match) {
      plan.skips.push({ reason: match.reason, message: match.message, network: owner });
      return plan;
    }
    const reduced = reduceToConsent(clicked, consent);
    const sharedIdOf = shareIds(clicked, context.routes.get(owner));
    let index = 0;
    for (const goal of match.matched) {
      const goalTrace: Trace = [];
      const planned = planPostback({
        event: clicked,
        reduced,
        goal,
        known,
        // The question named this goal, and its owner is the network that is known by now.
        postback: known.postbacks[index++] as KnownPostback,
        sharedId: sharedIdOf(goal),
        planContext: context,
        nowMs,
        trace: trace && goalTrace,
      });
      trace?.push(...goalTrace.map((verdict) => ({ ...verdict, goal: goal.id, network: owner })));
      if ('reason' in planned) plan.skips.push(skipGoal(planned, goal.id, owner));
      else plan.outgoing.push(planned);
    }
    return plan;
  }
}

function isConversion({ type }: ConversionEvent, trace: Trace | undefined): boolean {
  const isTrack = type === 'track';
  const stop = isTrack ? undefined : NO_CONVERSION;
  trace?.push({ gate: 'conversion', stop, saw: `type ${type}` });
  return isTrack;
}

/**
 * Returns the skip of one goal. Not by a spread: with two more properties it takes 1 us on Node 20,
 * and a file that was sent before is all skips.
 */
function skipGoal(
  { reason, message, field, postback }: PlannedSkip,
  goal: string,
  network: NetworkName,
): PlannedSkip {
  const skipped: PlannedSkip = { reason, message, goal, network };
  if (field !== undefined) skipped.field = field;
  if (postback !== undefined) skipped.postback = postback;
  return skipped;
}

/** A plan that has met no goal yet. */
function beginPlan({ filtered }: Match): Plan {
  return filtered ? { outgoing: [], skips: [], filtered } : { outgoing: [], skips: [] };
}

/** Prepares one event and asks `log` what is known of it. */
export async function prepareOne(
  planner: Planner,
  event: ConversionEvent,
  log: { lookup(request: LookupRequest): Promise<KnownState> },
): Promise<{ prepared: PreparedEvent; known: KnownEvent }> {
  const request = planner.prepare([event]);
  const known = await log.lookup({ ...request, identities: [] });
  return { prepared: request.questions[0] as PreparedEvent, known: known.events[0] as KnownEvent };
}

const NO_MATCH: Match = {
  matched: [],
  reason: 'no_goal',
  message: 'only track messages can be conversions',
};
const NO_CONVERSION = {
  reason: 'no_conversion',
  message: 'only track messages can be conversions',
} as const;

function gateTest(
  event: ConversionEvent,
  planContext: PlanContext,
  trace?: Trace,
): Skip | undefined {
  const isStopped = event.test && !planContext.takesTestEvents;
  const words = 'a test event, and no goal has a test mapping, no network a test area';
  const stop = isStopped ? skip('test_event', words) : undefined;
  trace?.push({ gate: 'test', stop, saw: event.test ? 'test true' : 'not a test event' });
  return stop;
}

function gateConsent(event: ConversionEvent, consent: Consent, trace?: Trace): Skip | undefined {
  const stop = evaluateLevel(event, consent);
  trace?.push({ gate: 'consent', stop, saw: stop?.message ?? describeConsent(event, consent) });
  return stop;
}

function evaluateLevel(event: ConversionEvent, consent: Consent): Skip | undefined {
  const { level, source } = consent;
  if (level === 'none') return skip('consent_none', describeConsent(event, consent));
  const general = findGeneralRefusal(event.consent);
  if (general) return general;
  if (level !== 'not_set') return undefined;
  const why =
    source === 'default'
      ? 'and consent.default is not_set'
      : 'and consent.default does not replace it';
  return skip('consent_unknown', `${describeSignals(event, consent)}, ${why}`);
}

/** Whether the record lets the network that owns its click know of it. */
function gateDestination(
  event: ConversionEvent,
  network: NetworkName,
  trace?: Trace,
): PlannedSkip | undefined {
  if (event.consent.destinations === undefined) return undefined;
  const stop = findDestinationRefusal(event.consent, network);
  trace?.push({
    gate: 'consent',
    network,
    stop,
    saw: stop?.message ?? `integrations include ${network}`,
  });
  return stop && { ...stop, network };
}

function gateSuppression({ isSuppressed }: KnownEvent, trace?: Trace): Skip | undefined {
  const stop = isSuppressed ? skip('suppressed', 'the player was erased') : undefined;
  trace?.push({
    gate: 'suppression',
    stop,
    saw: stop ? 'the player, in the list of those erased' : 'not in the list',
  });
  return stop;
}

/** An event with the click that it counts for, and whose that is. */
interface Attributed {
  event: ConversionEvent;
  attribution: Attribution | undefined;
}

/**
 * Returns the click that an event counts for: its own, else the player's last paid one that the log
 * remembers. A click older than the window counts for nothing.
 */
function attribute({ event, attribution }: PreparedEvent, { click }: KnownEvent): Attributed {
  if (attribution) return { event, attribution };
  if (click) return withRememberedClick(event, click);
  const hasOwn = attributeClick(event.click) !== undefined;
  return { event: hasOwn ? { ...event, click: { fields: {} } } : event, attribution: undefined };
}

const DAY_MS = 86_400_000;

function findOwner(
  { event, attribution }: Attributed,
  isReplaced: boolean,
  planContext: PlanContext,
  trace?: Trace,
): NetworkName | PlannedSkip {
  const { click } = event;
  const owner = evaluateOwner(attribution, click, planContext);
  const stop = typeof owner === 'string' ? undefined : owner;
  trace?.push({ gate: 'attribution', stop, saw: describeClick(click, attribution, isReplaced) });
  return typeof owner === 'string' ? (gateDestination(event, owner, trace) ?? owner) : owner;
}

function evaluateOwner(
  attribution: Attribution | undefined,
  click: Click,
  planContext: PlanContext,
): NetworkName | Skip {
  if (!attribution) return skip('organic', 'no click id and no paid utm_source');
  if (attribution.owner === 'other') {
    const name = nameOtherNetwork(attribution.field, click.fields.utm_source);
    const message = `the click (${attribution.field}) belongs to ${name}, which postback does not serve`;
    return skip('other_network', message);
  }
  if (planContext.onlyNetworks.size > 0 && !planContext.onlyNetworks.has(attribution.owner)) {
    return skip(
      'other_network',
      `the click belongs to ${attribution.owner}, which --network leaves out`,
    );
  }
  return attribution.owner;
}

/**
 * What networks may be told of an event, by its consent; an event whose consent is full is told as
 * it is.
 */
function reduceToConsent(event: ConversionEvent, { level, source, optOut }: Consent): Reduced {
  const limited =
    optOut === undefined
      ? event
      : { ...event, consent: { ...event.consent, limitedDataUse: true } };
  if (level !== 'full') return withoutPersonalIdentifiers(limited);
  const isSaid = source !== 'default' && event.consentLevel !== level;
  return { event: isSaid ? { ...limited, consentLevel: level } : limited, dropped: [] };
}
