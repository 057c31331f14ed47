import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { readJsonBody } from '../answer-body.js';
import type { Outcome, Outgoing, OutcomeKind, Verdict } from '../network.js';
import { readRemoteCode, readRemoteText } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import type { GoogleError, Violation } from './error-answer.js';
import { describeViolation, readGoogleError } from './error-answer.js';
import { addFieldWarnings } from './warnings.js';
import { judgeReason, LATER_MS } from './reasons.js';

const ACCEPTED: Outcome = {
  kind: 'processing',
  reason: 'accepted',
  message: 'Google has accepted it and decides later whether it counts',
};
/** `validateOnly`: checked and thrown away, so there is nothing to ask for later. */
const VALIDATED: Outcome = {
  kind: 'delivered',
  reason: 'validated',
  message: 'Google has checked it and keeps nothing',
};
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Google's answer holds no request id, or was cut off",
};
const INNOCENT: Outcome = {
  kind: 'unknown',
  reason: 'refused_with_others',
  message: 'Google refused the whole request because of other events in it',
};
/** Request Timeout, Conflict and Too Early. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 409, 425]);

/**
 * Judges the answer to `events:ingest`. A 2xx with a request id means accepted and not delivered (networks.md section 4a):
 * the follow-up decides. Any error refuses the whole request; the events that it names are taken out, the others are
 * sent again.
 */
export function classifyIngest(items: readonly Outgoing[], answer: HttpAnswer): Verdict {
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const verdict = isSuccess ? judgeAccepted(items, answer) : judgeRefused(items.length, answer);
  const retryAfterMs = verdict.retryAfterMs ?? readRetryAfterMs(answer);
  return retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs };
}

function judgeAccepted(items: readonly Outgoing[], answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const requestId = isJsonObject(body) && !body['error'] ? readRemoteCode(body['requestId']) : undefined;
  if (requestId === undefined) return { outcomes: fill(items.length, UNREADABLE) };
  const isTest = items.some(({ postback }) => postback.test);
  const outcomes = fill(items.length, isTest ? VALIDATED : ACCEPTED);
  return { outcomes: addFieldWarnings(outcomes, body as JsonObject), requestId };
}

function judgeRefused(count: number, answer: HttpAnswer): Verdict {
  const error = readGoogleError(answer);
  const verdict = answer.status === 400 ? judgeViolations(count, error) : judgeStatus(count, answer.status, error);
  if (error.requestId !== undefined) verdict.requestId = error.requestId;
  if (error.retryAfterMs !== undefined) verdict.retryAfterMs ??= error.retryAfterMs;
  return verdict;
}

function judgeViolations(count: number, error: GoogleError): Verdict {
  const shared = error.violations.find(({ position, field }) => position === undefined && field !== '');
  if (shared) return judgeShared(count, shared);
  const named = groupByPosition(error.violations, count);
  if (named.size === 0) return judgeUnnamed(count, error);
  const outcomes = Array.from({ length: count }, (_, index) => {
    const violations = named.get(index);
    return violations ? judgeEvent(violations) : INNOCENT;
  });
  return { outcomes, culprits: [...named.keys()] };
}

/** The account, the conversion action or the form of the request: every event in it fares the same. */
function judgeShared(count: number, violation: Violation): Verdict {
  const { reason = 'INVALID_ARGUMENT' } = violation;
  const kind = judgeReason(reason);
  const message = readRemoteText(describeViolation(violation));
  if (kind === 'later') return judgeLater(count, reason, message);
  // What Google says of the request itself no event can mend.
  const settled: OutcomeKind = kind === 'payload' || kind === 'duplicate' ? 'configuration' : kind;
  const outcome = withMessage({ kind: settled, reason }, message);
  if (/CONVERSION_ACTION/.test(reason)) outcome.fix = { by: 'map' };
  return { outcomes: fill(count, outcome) };
}

/** Too early for Google: the postbacks stay pending, and a run six hours later sends them. */
export function judgeLater(count: number, reason: string, message: string | undefined): Verdict {
  const words = [message, 'send it again in 6 hours'].filter(Boolean).join('; ');
  return { outcomes: fill(count, { kind: 'transient', reason, message: words }), retryAfterMs: LATER_MS };
}

function judgeEvent(violations: readonly Violation[]): Outcome {
  const [first] = violations;
  const reason = first?.reason ?? 'INVALID_ARGUMENT';
  const message = readRemoteText(violations.map(describeViolation).join('; '));
  return withMessage({ kind: judgeEventKind(reason, message ?? ''), reason }, message);
}

/** A time that Google does not take is too old, unless it says otherwise; an event cannot be its own duplicate here. */
function judgeEventKind(reason: string, message: string): OutcomeKind {
  const kind = judgeReason(reason);
  if (reason === 'EVENT_TIME_INVALID' && /\bold|past|\bage\b|\bdays\b/i.test(message)) return 'expired';
  return kind === 'later' || kind === 'duplicate' || kind === 'credential' ? 'payload' : kind;
}

/** Refused without a word about where: one of several may be what was refused, and the halves will tell. */
function judgeUnnamed(count: number, { status = 'INVALID_ARGUMENT', reason = status, message }: GoogleError): Verdict {
  const outcomes = fill(count, withMessage({ kind: 'payload', reason }, message));
  return count > 1 ? { outcomes, split: true } : { outcomes };
}

function judgeStatus(count: number, status: number, { reason, message }: GoogleError): Verdict {
  const outcome = withMessage(judgeHttp(status, reason), message);
  const verdict: Verdict = { outcomes: fill(count, outcome) };
  return status === 413 && count > 1 ? { ...verdict, split: true } : verdict;
}

/** What the status of a refusal means for every event of the request (networks.md section 9). */
function judgeHttp(status: number, reason = `http_${status}`): Outcome {
  if (status === 401) return { kind: 'credential', reason: 'unauthorized' };
  if (status === 403 && reason === 'NOT_ALLOWLISTED') return { kind: 'configuration', reason };
  if (status === 403) return { kind: 'credential', reason, fix: { by: 'permission' } };
  if (status === 413) return { kind: 'payload', reason: 'too_large' };
  if (status === 429) return { kind: 'throttled', reason };
  // 3xx is no word of Google's: its API never redirects, but a proxy in between may.
  if (status >= 500 || status < 400 || RETRIED_STATUSES.has(status)) return { kind: 'transient', reason };
  return { kind: 'configuration', reason };
}

function groupByPosition(violations: readonly Violation[], count: number): Map<number, Violation[]> {
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

/** One object for all: the log tells it once, and delivery sees that it is the network that speaks. */
function fill(count: number, outcome: Outcome): Outcome[] {
  return new Array<Outcome>(count).fill(outcome);
}
