import type { ConversionEvent, InvalidLine } from '../events/conversion-event.js';
import { listOtherGoals, type OtherGoal } from '../goals/match.js';
import type { KnownEvent, KnownPostback } from '../log/known-state.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel, Outgoing } from '../networks/network.js';
import type { PlannedRequest } from './dry-run.js';
import { describeBatch } from './dry-run.js';
import {
  evaluateLine,
  type ExplainedGate,
  type ExplainVerdict,
  type EvaluatedPostback,
} from './explain-verdict.js';
import type { GateVerdict } from './gates.js';
import { GATE_RULES } from './gates.js';
import type { Planner, PreparedEvent } from './planner.js';
import { deadlineOf } from './window.js';

/** A postback that would be sent, with the request that it alone would make. */
export interface ExplainedPostback {
  network: NetworkName;
  /**
   * The account that it would be sent to; of a postback in the log, the one that it was recorded
   * for.
   */
  account: string | null;
  goal: string;
  postbackId: string;
  /** When it can be sent for the last time, ISO 8601. */
  deadline: string | null;
  request: PlannedRequest | null;
}

export interface Explanation<P extends ExplainedPostback = ExplainedPostback> {
  /** Null for a line that is not an event. */
  eventId: string | null;
  event: string | null;
  verdict: ExplainVerdict;
  /** Why it was not simply sent. */
  reason?: string;
  gates: ExplainedGate[];
  postbacks: P[];
  /** The goals that do not count the event; absent where no goal was looked at. */
  otherGoals?: readonly OtherGoal[];
}

/**
 * Explains why an event would or would not be sent: the planner itself, traced. Nothing is sent or
 * recorded.
 * @param known the log's answer to the prepared event
 * @param nowMs milliseconds since the epoch
 */
export function explainEvent(
  planner: Planner,
  prepared: PreparedEvent,
  known: KnownEvent,
  nowMs: number,
): Explanation {
  const { event } = prepared;
  const { context } = planner;
  const gates = [explainGate({ gate: 'event', stop: undefined, saw: describeEvent(event) })];
  const trace: GateVerdict[] = [];
  const { outgoing } = planner.plan(prepared, known, nowMs, trace);
  gates.push(...trace.map(explainGate));
  const postbacks = outgoing.map((planned): ExplainedPostback => {
    const { network, goal, id } = planned.postback;
    // Only what a channel has judged comes out of a plan.
    const channel = context.routes.get(network)?.channel as Channel;
    const deadline = new Date(deadlineOf(planned.postback, channel)).toISOString();
    const { account } = channel;
    return {
      network,
      account,
      goal,
      postbackId: id,
      deadline,
      request: describeRequest(channel, planned),
    };
  });
  const evaluation = evaluateLine(postbacks.length, gates, known.postbacks.flatMap(toEvaluated));
  const isMatched = gates.some(({ gate }) => gate === 'goal');
  const otherGoals = isMatched ? { otherGoals: listOtherGoals(event, context.goals) } : {};
  return { eventId: event.id, event: event.name, ...evaluation, gates, postbacks, ...otherGoals };
}

/** Returns the state of a postback that the log has, and nothing for one that it does not have. */
function toEvaluated({ state, row }: KnownPostback): EvaluatedPostback[] {
  if (row) return [{ state: row.state, ...(row.reason !== undefined && { reason: row.reason }) }];
  // What the log knows without a row of its own has been delivered.
  return state === 'new' ? [] : [{ state: 'delivered' }];
}

/** Explains a line that is not an event. */
export function explainInvalid({ code, field, message }: InvalidLine): Explanation {
  const stop = {
    reason: 'invalid_event',
    message: `${field === '' ? 'the line' : field} ${message}`,
  } as const;
  const gates = [
    explainGate({ gate: 'event', stop, saw: field === '' ? code : `${field}: ${code}` }),
  ];
  return { eventId: null, event: null, ...evaluateLine(0, gates), gates, postbacks: [] };
}

/** A gate's verdict with its rule. */
export function explainGate({ gate, stop, saw, goal, network }: GateVerdict): ExplainedGate {
  return {
    gate,
    result: stop ? 'stop' : 'pass',
    ...(goal === undefined ? {} : { goal }),
    ...(network === undefined ? {} : { network }),
    ...(stop ? { reason: stop.reason, message: stop.message } : {}),
    ...(stop?.field === undefined ? {} : { field: stop.field }),
    saw,
    ...GATE_RULES[gate],
  };
}

/** The request that one postback alone would make, its token masked. */
export function describeRequest(channel: Channel, { postback, mapping }: Outgoing): PlannedRequest {
  const item = { outgoing: { postback, mapping }, entry: { postback, attempts: 0 }, tries: 0 };
  return describeBatch(channel, { items: [item], notBeforeMs: 0 });
}

function describeEvent({ type, name, timeMs, userId, anonymousId }: ConversionEvent): string {
  const ids = [
    userId === undefined ? '' : 'userId',
    anonymousId === undefined ? '' : 'anonymousId',
  ].filter(Boolean);
  const who = ids.length === 0 ? '' : `, by ${ids.join(' and ')}`;
  return `${type} ${JSON.stringify(name)} of ${new Date(timeMs).toISOString()}${who}`;
}
