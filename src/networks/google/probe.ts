import type { Connection, Outgoing } from '../network.js';
import { makeProbe } from '../probe.js';
import { openDataManager } from './data-manager.js';
import type { GoogleError, Violation } from './error-answer.js';
import { describeViolation } from './error-answer.js';
import { prepareGooglePayload } from './payload.js';
import { classifyReason } from './reasons.js';

/** A person who does not exist (RFC 2606). */
const NOBODY = 'test@example.com';

/** An event that Google checks and throws away (`validateOnly`) at one conversion action. */
export function probeAction(action: string, nowMs: number): Outgoing {
  return makeProbe({ network: 'google', prepare: prepareGooglePayload, mapping: action, nowMs });
}

/** The same with an e-mail address, which accounts without enhanced conversions refuse. */
export function probeIdentifiers(action: string, nowMs: number): Outgoing {
  const properties = { email: NOBODY };
  return makeProbe({
    network: 'google',
    prepare: prepareGooglePayload,
    mapping: action,
    nowMs,
    properties,
  });
}

/** The channel that ordinary events take over this connection; settings do not change a probe. */
export function openProbeChannel(connection: Connection): ReturnType<typeof openDataManager> {
  return openDataManager(connection, { 'google.withoutClickId': 'skip' });
}

/**
 * What Google finds wrong with what `postback` itself wrote into a probe, in words; undefined where
 * it complains of account, conversion action or agreement, which are the operator's. Google names
 * the field of every complaint about those.
 */
export function describeOurFault({
  violations,
  message,
  reason,
  status,
}: GoogleError): string | undefined {
  if (violations.length === 0) return message ?? reason ?? status ?? 'no reason given';
  const ours = violations.filter(isOurs);
  return ours.length === 0 ? undefined : ours.map(describeViolation).join('; ');
}

/**
 * The operator chooses destinations; the events of a probe and the form of the request are ours.
 */
function isOurs({ words: { field }, reason = '' }: Violation): boolean {
  if (/destination|(?:operating|login)_?account/i.test(field) || reason.startsWith('DESTINATION_'))
    return false;
  return classifyReason(reason) === 'payload';
}
