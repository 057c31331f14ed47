import { defaultSettings } from '../config/settings.js';
import { InternalError } from '../errors.js';
import { readAudienceMessage } from '../events/formats/audience.js';
import type { Mapping } from '../goals/goal.js';
import { sha256Hex } from '../identity/hash.js';
import type { JsonObject } from '../json.js';
import type { BuiltInName } from './names.js';
import type { AnyNetwork, Outgoing } from './network.js';
import type { CheckResult } from './preflight.js';
import { profileOf } from './profiles.js';

/** Event name of a probe. Not a purchase, so no value is required. */
const PROBE_EVENT = 'postback_check';

export interface ProbeParts {
  network: BuiltInName;
  /** How the network prepares events. */
  prepare: AnyNetwork['prepare'];
  mapping: Mapping;
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** Properties on top of those that every line needs at the network. */
  properties?: JsonObject;
}

/**
 * Makes the test event that checks a connection. A native line goes through the reader and the
 * network's own `prepare`, as an ordinary event does, so that a probe cannot pass where an event
 * fails.
 * @throws FieldProblem when `properties` hold something that no line may hold
 */
export function makeProbe({
  network,
  prepare,
  mapping,
  nowMs,
  properties = {},
}: ProbeParts): Outgoing {
  const id = sha256Hex(JSON.stringify([PROBE_EVENT, network, nowMs, properties])).slice(0, 32);
  const event = readAudienceMessage({
    type: 'track',
    messageId: id,
    eventTimestamp: new Date(nowMs).toISOString(),
    anonymousId: id,
    eventName: PROBE_EVENT,
    consentLevel: 'full',
    test: true,
    properties: { ...profileOf(network).syntheticProperties, ...properties },
  });
  const postback = {
    id,
    dedupeId: id,
    network,
    goal: PROBE_EVENT,
    goalName: PROBE_EVENT,
    event: event.name,
    eventId: event.id,
    eventTimeMs: event.timeMs,
    test: true,
    facts: prepare(event, defaultSettings()),
  };
  return { postback, mapping };
}

/** Why a fault of our own request matters, and what to do about it. */
export const OUR_FAULT =
  'This is a bug in postback, not a problem of your mapping or account. Real events would also ' +
  'be refused. Please report it, with the output of postback --version.';

/**
 * The network refused the event that `postback` made to check a connection, for what `postback`
 * wrote.
 * @param said the network's own words
 */
export function refuseProbe(title: string, said: string): InternalError {
  return new InternalError(
    'probe_refused',
    `${title} refused the test event that checks the connection: ${said}.`,
    {
      hint: `${OUR_FAULT} Nothing was stored.`,
    },
  );
}

/** A refused probe as a finding of `doctor`; undefined for any other error. */
export function describeRefusedProbe(error: unknown): CheckResult | undefined {
  if (!(error instanceof InternalError) || error.code !== 'probe_refused') return undefined;
  return { id: 'account', result: 'fail', message: error.message, why: OUR_FAULT };
}
