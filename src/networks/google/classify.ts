import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody } from '../answer-body.js';
import { isSuccessStatus, isTransientStatus } from '../http-status.js';
import type { Outcome, Outgoing, OutcomeKind, Verdict } from '../network.js';
import { readRemoteId, readRemoteText } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import type { GoogleError, Violation } from './error-answer.js';
import { describeViolation, readGoogleError } from './error-answer.js';
import { addFieldWarnings } from './warnings.js';
import { classifyReason, LATER_MS } from './reasons.js';

const ACCEPTED: Outcome = {
  kind: 'processing',
  reason: 'accepted',
  message: 'Google accepted it and decides later whether it counts',
};
/** `validateOnly`: checked and thrown away, so there is nothing to ask for later. */
const VALIDATED: Outcome = {
  kind: 'delivered',
  reason: 'validated',
  message: 'Google validated it without storing it',
};
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Google's response has no request id, or was truncated",
};
const INNOCENT: Outcome = {
  kind: 'unknown',
  reason: 'refused_with_others',
  message: 'Google rejected the whole request because of other events in it',
};
const TOO_OLD = /\bold|past|\bage\b|\bdays\b/i;

/**
 * Judges the answer to `events:ingest`. A 2xx with a request id means accepted and not delivered
 * (docs/reference/google.md#answers): the follow-up decides. Any error refuses the whole request;
 * the events that it names are taken out, the others are sent again.
 */
export function classifyIngest(items: readonly Outgoing[], answer: HttpAnswer): Verdict {
  const isSuccess = isSuccessStatus(answer.status);
  const verdict = isSuccess
    ? classifyAccepted(items, answer)
    : classifyRefused(items.length, answer);
  const retryAfterMs = verdict.retryAfterMs ?? readRetryAfterMs(answer);
  return retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs };
}

function classifyAccepted(items: readonly Outgoing[], answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const accepted = isJsonObject(body) && !body['error'] ? body : {};
  const requestId = readRemoteId(accepted['requestId']);
  if (requestId === undefined) return { outcomes: fill(items.length, UNREADABLE) };
  const isTest = items.some(({ postback }) => postback.test);
  const outcomes = fill(items.length, isTest ? VALIDATED : ACCEPTED);
  return { outcomes: addFieldWarnings(outcomes, accepted), requestId };
}

function classifyRefused(count: number, answer: HttpAnswer): Verdict {
  const error = readGoogleError(answer);
  const verdict =
    answer.status === 400
      ? classifyViolations(count, error)
      : classifyStatus(count, answer.status, error);
  if (error.requestId !== undefined) verdict.requestId = error.requestId;
  if (error.retryAfterMs !== undefined) verdict.retryAfterMs ??= error.retryAfterMs;
  return verdict;
}

function classifyViolations(count: number, error: GoogleError): Verdict {
  const shared = error.violations.find(
    ({ position, field }) => position === undefined && field !== '',
  );
  if (shared) return classifyShared(count, shared);
  const named = groupByPosition(error.violations, count);
  if (named.size === 0) return classifyUnnamed(count, error);
  const outcomes = Array.from({ length: count }, (_, index) => {
    const violations = named.get(index);
    return violations ? classifyEvent(violations) : INNOCENT;
  });
  return { outcomes, rejectedIndexes: [...named.keys()] };
}

/**
 * The account, the conversion action or the form of the request: every event in it fares the same.
 */
function classifyShared(count: number, violation: Violation): Verdict {
  const { reason = 'INVALID_ARGUMENT' } = violation;
  const kind = classifyReason(reason);
  const message = readRemoteText(describeViolation(violation));
  if (kind === 'later') return classifyLater(count, reason, message);
  // A problem with the request itself cannot be fixed in an event.
  const finalKind: OutcomeKind =
    kind === 'payload' || kind === 'duplicate' ? 'configuration' : kind;
  const outcome = withMessage({ kind: finalKind, reason }, message);
  if (/CONVERSION_ACTION/.test(reason)) outcome.fix = { by: 'map' };
  return { outcomes: fill(count, outcome) };
}

/** Too early for Google: the postbacks stay pending, and a run six hours later sends them. */
export function classifyLater(count: number, reason: string, message: string | undefined): Verdict {
  return { outcomes: fill(count, describeLater(reason, message)), retryAfterMs: LATER_MS };
}

/** The outcome of a postback that comes too early for Google. */
export function describeLater(reason: string, message: string | undefined): Outcome {
  const words = [message, 'send it again in 6 hours'].filter(Boolean).join('; ');
  return { kind: 'transient', reason, message: words };
}

function classifyEvent(violations: readonly Violation[]): Outcome {
  const [first] = violations;
  const reason = first?.reason ?? 'INVALID_ARGUMENT';
  const message = readRemoteText(violations.map(describeViolation).join('; '));
  return withMessage({ kind: classifyEventKind(reason, violations), reason }, message);
}

/**
 * A time that Google does not take is too old, unless it says otherwise; an event cannot be its own
 * duplicate here.
 */
function classifyEventKind(reason: string, violations: readonly Violation[]): OutcomeKind {
  const kind = classifyReason(reason);
  if (
    reason === 'EVENT_TIME_INVALID' &&
    violations.some(({ words }) => TOO_OLD.test(words.message))
  )
    return 'expired';
  return kind === 'later' || kind === 'duplicate' || kind === 'credential' ? 'payload' : kind;
}

/**
 * Refused without a word about where: one of several may be what was refused, and the halves will
 * tell.
 */
function classifyUnnamed(
  count: number,
  { status = 'INVALID_ARGUMENT', reason = status, message }: GoogleError,
): Verdict {
  const outcomes = fill(count, withMessage({ kind: 'payload', reason }, message));
  return count > 1 ? { outcomes, split: true } : { outcomes };
}

function classifyStatus(count: number, status: number, { reason, message }: GoogleError): Verdict {
  const outcome = withMessage(classifyHttp(status, reason), message);
  const verdict: Verdict = { outcomes: fill(count, outcome) };
  return status === 413 && count > 1 ? { ...verdict, split: true } : verdict;
}

/** Classifies the HTTP status of a rejection for all events of the request. */
function classifyHttp(status: number, reason = `http_${status}`): Outcome {
  if (status === 401) return { kind: 'credential', reason: 'unauthorized' };
  if (status === 403 && reason === 'NOT_ALLOWLISTED') return { kind: 'configuration', reason };
  if (status === 403) return { kind: 'credential', reason, fix: { by: 'permission' } };
  if (status === 413) return { kind: 'payload', reason: 'too_large' };
  if (status === 429) return { kind: 'throttled', reason };
  if (isTransientStatus(status)) return { kind: 'transient', reason };
  return { kind: 'configuration', reason };
}

function groupByPosition(
  violations: readonly Violation[],
  count: number,
): Map<number, Violation[]> {
  const groups = new Map<number, Violation[]>();
  for (const violation of violations) {
    const { position } = violation;
    if (position === undefined || position >= count) continue;
    groups.set(position, [...(groups.get(position) ?? []), violation]);
  }
  return groups;
}

function withMessage(outcome: Outcome, message: string | undefined): Outcome {
  return message === undefined ? outcome : { ...outcome, message };
}

/**
 * Returns the same object for all events, so that the log reports it once and delivery recognizes a
 * shared outcome.
 */
function fill(count: number, outcome: Outcome): Outcome[] {
  return new Array<Outcome>(count).fill(outcome);
}
