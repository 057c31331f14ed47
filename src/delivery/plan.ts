import type { Attribution } from '../attribution/attribute.js';
import { attributeClick } from '../attribution/attribute.js';
import type { Settings } from '../config/settings.js';
import type { Consent } from '../consent/consent.js';
import { describeConsent, describeSignals, judgeConsent } from '../consent/consent.js';
import { findDestinationRefusal, findGeneralRefusal } from '../consent/destinations.js';
import type { Reduced } from '../consent/identifiers.js';
import { withoutPersonalIdentifiers } from '../consent/identifiers.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { ConversionGoal, Mapping } from '../goals/goal.js';
import type { CompiledGoals } from '../goals/match.js';
import { matchGoals } from '../goals/match.js';
import { derivePostbackId } from '../identity/postback-id.js';
import { slotOf } from '../log/claims.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel, Network, Outgoing, Postback, Skip, SkipReason } from '../networks/network.js';
import {
  describeClick,
  describeContents,
  describeDropped,
  describeMapping,
  describeMatch,
  describeWindow,
} from './describe.js';
import type { Trace } from './gates.js';
import type { Memory } from './memory.js';
import { judgeAge } from './window.js';

/** A network as this run may use it. */
export interface Route {
  network: Network;
  /** Absent: not connected. */
  channel?: Channel;
  /** The channel of audience lists, where the network has them. */
  lists?: Channel;
  enabled: boolean;
}

/** The state of the world that a plan depends on. */
export interface World {
  workspace: string;
  settings: Settings;
  goals: CompiledGoals;
  /** Whether a test event can go anywhere: to a goal's test mapping, or where a network keeps tests apart. */
  takesTestEvents: boolean;
  routes: ReadonlyMap<NetworkName, Route>;
  /** The networks of `--network`; empty: all. */
  onlyNetworks: ReadonlySet<string>;
  /** What the log knows of a postback: `pending` ones are delivered, `known` ones are duplicates. */
  standing(key: PostbackKey): 'new' | 'pending' | 'known';
  /** What the workspace remembers of people. */
  memory: Memory;
}

export type PostbackKey = Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>;

/** A postback to send; `resumes`: an earlier run recorded it and did not deliver it. */
export interface PlannedPostback extends Outgoing {
  resumes?: boolean;
}

/** Why an event, or one postback of it, is not sent. */
export interface PlannedSkip extends Skip {
  goal?: string;
  network?: NetworkName;
  /** Present where a later replay may find the reason gone. */
  postback?: Postback;
}

export interface Plan {
  outgoing: PlannedPostback[];
  skips: PlannedSkip[];
}

/**
 * Decides what one event makes: the postbacks to send and a reason for everything that is not sent. Pure, apart from
 * what `world` answers. Gates in the order of product-behaviour.md section 11; `trace` is told of each.
 * @param nowMs milliseconds since the epoch
 */
export function planEvent(event: ConversionEvent, world: World, nowMs: number, trace?: Trace): Plan {
  const isConversion = event.type === 'track';
  trace?.({ gate: 'conversion', stop: isConversion ? undefined : NO_CONVERSION, saw: `type ${event.type}` });
  if (!isConversion) return { outgoing: [], skips: [] };
  const consent = judgeConsent(event, world.settings['consent.default']);
  const gate =
    gateTest(event, world, trace) ?? gateConsent(event, consent, trace) ?? gateSuppression(event, world, trace);
  if (gate) return { outgoing: [], skips: [gate] };
  const attributed = attribute(event, world);
  const clicked = attributed.event;
  const owner = findOwner(attributed, clicked.click !== event.click, world, trace);
  if (typeof owner !== 'string') return { outgoing: [], skips: [owner] };
  const match = matchGoals(event, world.goals);
  trace?.({ gate: 'goal', stop: 'reason' in match ? match : undefined, saw: describeMatch(event, match) });
  if (match.matched.length === 0 && 'reason' in match) {
    return { outgoing: [], skips: [{ reason: match.reason, message: match.message, network: owner }] };
  }
  const plan: Plan = { outgoing: [], skips: [] };
  const told = reduceToConsent(clicked, consent);
  const sharedIdOf = shareIds(clicked, world.routes.get(owner));
  for (const goal of match.matched) {
    const at: Trace | undefined = trace && ((verdict) => trace({ ...verdict, goal: goal.id, network: owner }));
    const sharedId = sharedIdOf(goal);
    const planned = planPostback({ event: clicked, told, goal, network: owner, sharedId, world, nowMs, trace: at });
    if ('reason' in planned) plan.skips.push({ ...planned, goal: goal.id, network: owner });
    else plan.outgoing.push(planned);
  }
  return plan;
}

const NO_CONVERSION = { reason: 'no_conversion', message: 'only track messages can be conversions' } as const;

function gateTest(event: ConversionEvent, world: World, trace?: Trace): Skip | undefined {
  const isStopped = event.test && !world.takesTestEvents;
  const words = 'a test event, and no goal has a test mapping, no network a test area';
  const stop = isStopped ? skip('test_event', words) : undefined;
  trace?.({ gate: 'test', stop, saw: event.test ? 'test true' : 'no test event' });
  return stop;
}

function gateConsent(event: ConversionEvent, consent: Consent, trace?: Trace): Skip | undefined {
  const stop = judgeLevel(event, consent);
  trace?.({ gate: 'consent', stop, saw: stop?.message ?? describeConsent(event, consent) });
  return stop;
}

function judgeLevel(event: ConversionEvent, consent: Consent): Skip | undefined {
  const { level, source } = consent;
  if (level === 'none') return skip('consent_none', describeConsent(event, consent));
  const general = findGeneralRefusal(event.consent);
  if (general) return general;
  if (level !== 'not_set') return undefined;
  const why = source === 'default' ? 'and consent.default is not_set' : 'and consent.default does not stand in for it';
  return skip('consent_unknown', `${describeSignals(event, consent)}, ${why}`);
}

/** Whether the record lets the network that owns its click know of it. */
function gateDestination(event: ConversionEvent, network: NetworkName, trace?: Trace): PlannedSkip | undefined {
  if (event.consent.destinations === undefined) return undefined;
  const stop = findDestinationRefusal(event.consent, network);
  trace?.({ gate: 'consent', network, stop, saw: stop?.message ?? `integrations let ${network} know` });
  return stop && { ...stop, network };
}

function gateSuppression(event: ConversionEvent, { memory }: World, trace?: Trace): Skip | undefined {
  const stop = memory.isSuppressed(event) ? skip('suppressed', 'the player was erased') : undefined;
  trace?.({ gate: 'suppression', stop, saw: stop ? 'the player, in the list of those erased' : 'not in the list' });
  return stop;
}

/** An event with the click that it counts for, and whose that is. */
interface Attributed {
  event: ConversionEvent;
  attribution: Attribution | undefined;
}

/**
 * The click that an event counts for: its own, else the player's last paid one that the ledger remembers. A click older than
 * the window counts for nothing.
 */
function attribute(event: ConversionEvent, { settings, memory }: World): Attributed {
  const windowMs = settings['attribution.windowDays'] * DAY_MS;
  const { timeMs } = event.click;
  const own = attributeClick(event.click);
  if (own !== undefined && (timeMs === undefined || event.timeMs - timeMs <= windowMs)) {
    return { event, attribution: own };
  }
  const remembered = memory.findClick(event, windowMs);
  if (remembered) {
    const click = { ...remembered, fields: { ...event.click.fields, ...remembered.fields } };
    return { event: { ...event, click }, attribution: attributeClick(click) };
  }
  return { event: own === undefined ? event : { ...event, click: { fields: {} } }, attribution: undefined };
}

const DAY_MS = 86_400_000;

function findOwner(
  { event, attribution }: Attributed,
  isReplaced: boolean,
  world: World,
  trace?: Trace,
): NetworkName | PlannedSkip {
  const { click } = event;
  const owner = judgeOwner(attribution, world);
  const stop = typeof owner === 'string' ? undefined : owner;
  trace?.({ gate: 'attribution', stop, saw: describeClick(click, attribution, isReplaced) });
  return typeof owner === 'string' ? (gateDestination(event, owner, trace) ?? owner) : owner;
}

function judgeOwner(attribution: Attribution | undefined, world: World): NetworkName | Skip {
  if (!attribution) return skip('organic', 'no click id and no paid utm_source');
  if (attribution.owner === 'other') {
    return skip('organic', `the click (${attribution.field}) belongs to a network that is not supported`);
  }
  if (world.onlyNetworks.size > 0 && !world.onlyNetworks.has(attribution.owner)) {
    return skip('other_network', `the click belongs to ${attribution.owner}, which --network leaves out`);
  }
  return attribution.owner;
}

/** What networks may be told of an event, by its consent; an event whose consent is full is told as it is. */
function reduceToConsent(event: ConversionEvent, { level, source, optOut }: Consent): Reduced {
  const limited = optOut === undefined ? event : { ...event, consent: { ...event.consent, limitedDataUse: true } };
  if (level !== 'full') return withoutPersonalIdentifiers(limited);
  const isSaid = source !== 'default' && event.consentLevel !== level;
  return { event: isSaid ? { ...limited, consentLevel: level } : limited, dropped: [] };
}

/** What becomes a postback: an event, one goal that counts it, and the network that owns its click. */
interface Course {
  event: ConversionEvent;
  /** The event as far as its consent lets networks know it. */
  told: Reduced;
  goal: ConversionGoal;
  network: NetworkName;
  /** The id that a browser pixel reported the conversion with, where this postback is to have it. */
  sharedId: string | undefined;
  world: World;
  nowMs: number;
  trace: Trace | undefined;
}

type PlannedCourse = PlannedPostback | Omit<PlannedSkip, 'goal' | 'network'>;
type OpenRoute = Route & { channel: Channel };

function planPostback(course: Course): PlannedCourse {
  const { event, goal, network, world, trace } = course;
  const id = derivePostbackId(world.workspace, network, goal.id, event.id);
  const standing = world.standing({ id, eventId: event.id, goal: goal.id, network });
  const duplicate = standing === 'known' ? skip('duplicate', 'this conversion was met before') : undefined;
  trace?.({ gate: 'duplicate', stop: duplicate, saw: `postback ${id}, ${STANDING_WORDS[standing]}` });
  if (duplicate) return duplicate;
  const route = world.routes.get(network);
  if (isOpen(route)) return planRouted(course, id, route, standing === 'pending');
  const stop = route?.channel
    ? skip('network_disabled', `${network} is disabled`)
    : skip('not_connected', `${network} is not connected`);
  trace?.({ gate: 'connection', stop, saw: stop.message });
  return route ? { ...stop, postback: makePostback(course, id, route.network) } : stop;
}

function isOpen(route: Route | undefined): route is OpenRoute {
  return route?.channel !== undefined && route.enabled;
}

function planRouted(course: Course, id: string, route: OpenRoute, isPending: boolean): PlannedCourse {
  const { channel, network } = route;
  const { event, told, goal, world, nowMs, trace } = course;
  trace?.({ gate: 'connection', stop: undefined, saw: `account ${channel.account}, enabled` });
  const postback = makePostback(course, id, network);
  const mapping = mappingOf(goal, route, event.test);
  if (mapping === undefined) {
    const stop = event.test
      ? skip('test_event', `a test event, and ${goal.id} has no test mapping at ${network.name}`)
      : skip('unmapped_goal', `${goal.id} is not mapped at ${network.name}`);
    trace?.({ gate: 'mapping', stop, saw: event.test ? 'no test mapping' : 'no mapping' });
    return event.test ? stop : { ...stop, postback };
  }
  trace?.({ gate: 'mapping', stop: undefined, saw: describeMapping(mapping, event.test) });
  // What was recorded before has passed the gates once; whether it is still in time, its lane judges when it leaves.
  if (isPending) return { postback, mapping, resumes: true };
  const stopped = gateWindow(postback, channel, nowMs, trace) ?? gateNetwork(postback, mapping, channel, told, trace);
  if (stopped) return REPLAYABLE.has(stopped.reason) ? { ...stopped, postback } : stopped;
  return gateOnce(postback, world, trace) ?? { postback, mapping };
}

/** The network's window, which counts at the moment of sending. */
function gateWindow(postback: Postback, channel: Channel, nowMs: number, trace?: Trace): Skip | undefined {
  const stop = judgeAge(postback, nowMs, channel);
  trace?.({ gate: 'window', stop, saw: describeWindow(postback, channel) });
  return stop;
}

/** What the network itself requires. Identifiers that consent kept out are named, where one was missed. */
function gateNetwork(
  postback: Postback,
  mapping: Mapping,
  channel: Channel,
  { event, dropped }: Reduced,
  trace?: Trace,
): Skip | undefined {
  let stop = channel.check(postback.facts, mapping);
  if (stop?.reason === 'no_match_key' && dropped.length > 0) {
    stop = { ...stop, message: `${stop.message}; ${describeDropped(dropped)}` };
  }
  trace?.({ gate: 'network', stop, saw: describeContents(event, dropped) });
  return stop;
}

/** Only a conversion that passed every gate claims its player's one slot; here it is asked for, recording takes it. */
function gateOnce(postback: Postback, { memory }: World, trace?: Trace): Skip | undefined {
  if (!postback.once) {
    trace?.({ gate: 'once', stop: undefined, saw: 'trigger repeatable' });
    return undefined;
  }
  const slot = slotOf(postback);
  const isTaken = slot !== undefined && memory.isTaken(slot);
  const stop = isTaken
    ? skip('already_counted', `${postback.goal} counts once per player, and has counted this one`)
    : undefined;
  trace?.({ gate: 'once', stop, saw: isTaken ? 'another conversion of the player counts' : 'the first of the player' });
  return stop;
}

/** Reasons that a setting or the passing of time can take away, so that `replay --state skipped` makes sense. */
const REPLAYABLE: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'in_future',
  'no_country',
  'eu_consent_missing',
  'unsupported_currency',
]);

function makePostback({ event, told, goal, sharedId, world }: Course, id: string, network: Network): Postback {
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
    facts: network.prepare(told.event, world.settings),
  };
  if (goal.trigger === 'once') postback.once = true;
  const person = world.memory.playerOf(event);
  if (person !== undefined) postback.person = person;
  const members = world.memory.membersOf(event);
  if (members.length > 0) postback.members = members;
  if (event.value !== undefined && event.currency !== undefined) {
    postback.value = event.value;
    postback.currency = event.currency;
  }
  return postback;
}

/**
 * What a goal is called at a network. Test events have a mapping of their own, and use the real one only where the
 * network keeps them apart by itself.
 */
export function mappingOf(goal: ConversionGoal, { network, channel }: Route, test: boolean): Mapping | undefined {
  const { name } = network;
  const real = goal.map[name] ?? network.defaultMapping?.(goal.event);
  if (!test) return real;
  return goal.testMap[name] ?? (channel?.testMode ? real : undefined);
}

/**
 * Which goals' postbacks get the id that a browser pixel reported the conversion with. Networks tell conversions apart
 * by event name and id: of two goals that are called the same there, the first has it (contract.md section 6).
 */
function shareIds(
  { shared, test }: ConversionEvent,
  route: Route | undefined,
): (goal: ConversionGoal) => string | undefined {
  if (!shared || !route?.network.sharesEventIds || shared.network !== route.network.name) return sharesNone;
  const taken = new Set<string>();
  return (goal) => {
    const name = JSON.stringify(mappingOf(goal, route, test));
    if (taken.has(name)) return undefined;
    taken.add(name);
    return shared.id;
  };
}

const sharesNone = (): undefined => undefined;

const STANDING_WORDS = { new: 'not in the log', pending: 'pending in the log', known: 'in the log already' } as const;

function skip(reason: SkipReason, message: string): Skip {
  return { reason, message };
}
