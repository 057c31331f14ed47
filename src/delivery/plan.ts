import type { Attribution } from '../attribution/attribute.js';
import { attributeClick } from '../attribution/attribute.js';
import type { Settings } from '../config/settings.js';
import type { ConsentLevel, ConversionEvent } from '../events/conversion-event.js';
import type { ConversionGoal, Mapping } from '../goals/goal.js';
import type { CompiledGoals } from '../goals/match.js';
import { matchGoals } from '../goals/match.js';
import { derivePostbackId } from '../identity/postback-id.js';
import { slotOf } from '../log/claims.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel, Network, Outgoing, Postback, Skip, SkipReason } from '../networks/network.js';
import type { Memory } from './memory.js';
import { judgeAge } from './window.js';

/** A network as this run may use it. */
export interface Route {
  network: Network;
  /** Absent: not connected. */
  channel?: Channel;
  enabled: boolean;
}

/** The state of the world that a plan depends on. */
export interface World {
  workspace: string;
  settings: Settings;
  goals: CompiledGoals;
  /** Whether any goal has a test mapping: without one, no test event can go anywhere. */
  hasTestMapping: boolean;
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
 * what `world` answers. Gates in the order of product-behaviour.md section 11.
 * @param nowMs milliseconds since the epoch
 */
export function planEvent(event: ConversionEvent, world: World, nowMs: number): Plan {
  if (event.type !== 'track') return { outgoing: [], skips: [] };
  const gate = gateTest(event, world) ?? gateConsent(event, world.settings);
  if (gate) return { outgoing: [], skips: [gate] };
  if (world.memory.isSuppressed(event)) return { outgoing: [], skips: [skip('suppressed', 'the player was erased')] };
  const clicked = withClick(event, world);
  const owner = findOwner(attributeClick(clicked.click), world);
  if (typeof owner !== 'string') return { outgoing: [], skips: [owner] };
  const match = matchGoals(event, world.goals);
  if (match.matched.length === 0 && 'reason' in match) {
    return { outgoing: [], skips: [{ reason: match.reason, message: match.message, network: owner }] };
  }
  const plan: Plan = { outgoing: [], skips: [] };
  for (const goal of match.matched) {
    const planned = planPostback(clicked, goal, owner, world, nowMs);
    if ('reason' in planned) plan.skips.push({ ...planned, goal: goal.id, network: owner });
    else plan.outgoing.push(planned);
  }
  return plan;
}

function gateTest(event: ConversionEvent, world: World): Skip | undefined {
  if (!event.test || world.hasTestMapping) return undefined;
  return skip('test_event', 'a test event, and no goal has a test mapping');
}

function gateConsent(event: ConversionEvent, settings: Settings): Skip | undefined {
  const level: ConsentLevel = event.consentLevel === 'not_set' ? settings['consent.default'] : event.consentLevel;
  if (level === 'none') return skip('consent_none', 'consentLevel is none');
  if (level === 'not_set') return skip('consent_unknown', 'no consentLevel, and consent.default is not_set');
  return undefined;
}

/**
 * The event with the click that it counts for: its own, else the player's last paid one that the ledger remembers. A
 * click older than the window counts for nothing.
 */
function withClick(event: ConversionEvent, { settings, memory }: World): ConversionEvent {
  const windowMs = settings['attribution.windowDays'] * DAY_MS;
  const { timeMs } = event.click;
  const isOwn = attributeClick(event.click) !== undefined;
  if (isOwn && (timeMs === undefined || event.timeMs - timeMs <= windowMs)) return event;
  const remembered = memory.findClick(event, windowMs);
  if (remembered)
    return { ...event, click: { ...remembered, fields: { ...event.click.fields, ...remembered.fields } } };
  return isOwn ? { ...event, click: { fields: {} } } : event;
}

const DAY_MS = 86_400_000;

function findOwner(attribution: Attribution | undefined, world: World): NetworkName | Skip {
  if (!attribution) return skip('organic', 'no click id and no paid utm_source');
  if (attribution.owner === 'other') {
    return skip('organic', `the click (${attribution.field}) belongs to a network that is not supported`);
  }
  if (world.onlyNetworks.size > 0 && !world.onlyNetworks.has(attribution.owner)) {
    return skip('other_network', `the click belongs to ${attribution.owner}, which --network leaves out`);
  }
  return attribution.owner;
}

function planPostback(
  event: ConversionEvent,
  goal: ConversionGoal,
  networkName: NetworkName,
  world: World,
  nowMs: number,
): PlannedPostback | Omit<PlannedSkip, 'goal' | 'network'> {
  const id = derivePostbackId(world.workspace, networkName, goal.id, event.id);
  const key = { id, eventId: event.id, goal: goal.id, network: networkName };
  const standing = world.standing(key);
  if (standing === 'known') return skip('duplicate', 'this conversion was met before');
  const route = world.routes.get(networkName);
  if (!route) return skip('not_connected', `${networkName} is not connected`);
  const postback = makePostback(event, goal, id, route.network, world);
  const kept = (reason: SkipReason, message: string): PlannedSkip => ({ reason, message, postback });
  if (!route.channel) return kept('not_connected', `${networkName} is not connected`);
  if (!route.enabled) return kept('network_disabled', `${networkName} is disabled`);
  const mapping = mappingOf(goal, networkName, event.test, route.network);
  if (mapping === undefined) {
    return event.test
      ? skip('test_event', `a test event, and ${goal.id} has no test mapping at ${networkName}`)
      : kept('unmapped_goal', `${goal.id} is not mapped at ${networkName}`);
  }
  // What was recorded before has passed the gates once; whether it is still in time, its lane judges when it leaves.
  if (standing === 'pending') return { postback, mapping, resumes: true };
  const stopped =
    judgeAge(postback.eventTimeMs, nowMs, route.channel.limits) ?? route.channel.check(postback.facts, mapping);
  if (!stopped) return takeSlot(postback, goal, world) ?? { postback, mapping };
  return REPLAYABLE.has(stopped.reason) ? { ...stopped, postback } : stopped;
}

/** Only a conversion that passed every gate claims its player's one slot; here it is asked for, recording takes it. */
function takeSlot(postback: Postback, goal: ConversionGoal, { memory }: World): Skip | undefined {
  if (goal.trigger !== 'once') return undefined;
  postback.once = true;
  const slot = slotOf(postback);
  if (!slot || !memory.isTaken(slot)) return undefined;
  return skip('already_counted', `${goal.id} counts once per player, and has counted this one`);
}

/** Reasons that a setting or the passing of time can take away, so that `replay --state skipped` makes sense. */
const REPLAYABLE: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'in_future',
  'no_country',
  'eu_consent_missing',
  'unsupported_currency',
]);

function makePostback(
  event: ConversionEvent,
  goal: ConversionGoal,
  id: string,
  network: Network,
  world: World,
): Postback {
  const postback: Postback = {
    id,
    dedupeId: id,
    network: network.name,
    goal: goal.id,
    goalName: goal.name,
    event: event.name,
    eventId: event.id,
    eventTimeMs: event.timeMs,
    test: event.test,
    facts: network.prepare(event, world.settings),
  };
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

/** What a goal is called at a network; test events have a mapping of their own and never use the real one. */
export function mappingOf(
  goal: ConversionGoal,
  network: NetworkName,
  test: boolean,
  rules: Pick<Network, 'needsMapping'>,
): Mapping | undefined {
  if (test) return goal.testMap[network];
  return goal.map[network] ?? (rules.needsMapping ? undefined : '');
}

function skip(reason: SkipReason, message: string): Skip {
  return { reason, message };
}
