import type { HttpAnswer } from '../../http/http.js';
import type {
  AcceptedIndexes,
  FollowUp,
  Outcome,
  OutcomeKind,
  Outgoing,
  Verdict,
} from '../network.js';
import { readRetryAfterMs } from '../retry-after.js';
import { classifyLater, describeLater } from './classify.js';
import { readGoogleError } from './error-answer.js';
import type { ReasonCount, RequestStatus } from './request-status.js';
import { describeCounts, readRequestStatus } from './request-status.js';
import { classifyReason, type ReasonKind } from './reasons.js';
import { addCountWarnings } from './warnings.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'success' };
const PROCESSING: Outcome = {
  kind: 'processing',
  reason: 'processing',
  message: 'Google has not decided yet',
};
/**
 * Final ones of which several may decide for all: which of them an event has does not change its
 * fate.
 */
const FINAL: ReadonlySet<ReasonKind> = new Set(['payload', 'configuration', 'expired']);

/**
 * How a request that Google accepted is asked after. @param pauseMs before the first question and
 * between two.
 */
export function makeFollowUp(origin: string, pauseMs: number): FollowUp {
  return {
    pauseMs,
    request: (requestId, accessToken) => ({
      method: 'GET',
      url: `${origin}/v1/requestStatus:retrieve?requestId=${encodeURIComponent(requestId)}`,
      headers: { Accept: 'application/json', Authorization: `Bearer ${accessToken}` },
    }),
    classify: classifyStatus,
  };
}

/**
 * Judges the answer to `requestStatus:retrieve`. Where Google names the records of every reason,
 * exactly those get it and the others are delivered. Where it only counts, and the counts do not
 * decide for all, the request is sent again in halves. The same transaction ids make that harmless,
 * and Google's DUPLICATE_TRANSACTION_ID then says that an event has arrived.
 */
export function classifyStatus(
  items: readonly Outgoing[],
  answer: HttpAnswer,
  indexes: AcceptedIndexes,
): Verdict {
  const count = items.length;
  if (answer.status < 200 || answer.status > 299) return classifyRefusal(count, answer);
  const read = readRequestStatus(answer);
  if (!read || read.status === 'PROCESSING' || read.status === 'REQUEST_STATUS_UNKNOWN')
    return all(count, PROCESSING);
  if (read.status === 'SUCCESS')
    return { outcomes: addCountWarnings(fill(count, DELIVERED), read.warnings, indexes) };
  return classifyPositions(read, indexes) ?? classifyCounts(items, read, indexes);
}

/**
 * Each event by its own reason; undefined where Google does not name the records of every reason.
 */
function classifyPositions(
  { status, errors, warnings }: RequestStatus,
  indexes: AcceptedIndexes,
): Verdict | undefined {
  const { positions, total } = indexes;
  const reasons = new Map<number, string>();
  for (const { reason, positions: refused } of errors) {
    if (refused.length === 0 || refused.some((position) => position >= total)) return undefined;
    for (const position of refused) {
      if (!reasons.has(position) || FINAL.has(classifyReason(reason)))
        reasons.set(position, reason);
    }
  }
  // A request that failed has no good record: then what is named is not all.
  const isComplete = reasons.size > 0 && (status === 'PARTIAL_SUCCESS' || reasons.size === total);
  if (!isComplete || positions.some((position) => position < 0)) return undefined;
  const outcomeOf = new Map(errors.map(({ reason }) => [reason, classifyNamed(reason)]));
  const outcomes = positions.map(
    (position) => outcomeOf.get(reasons.get(position) ?? '') ?? DELIVERED,
  );
  return { outcomes: addCountWarnings(outcomes, warnings, indexes) };
}

/** The outcome of an event that Google names for this reason. */
function classifyNamed(reason: string): Outcome {
  const kind = classifyReason(reason);
  if (kind === 'duplicate') return { kind: 'delivered', reason: 'duplicate' };
  if (kind === 'later') return describeLater(reason, reason);
  return { kind, reason, message: `Google rejected this record: ${reason}` };
}

/**
 * Classifies a refused status request. It says nothing about the events, so they stay accepted or
 * are sent again.
 */
function classifyRefusal(count: number, answer: HttpAnswer): Verdict {
  const { reason, message, retryAfterMs: askedMs } = readGoogleError(answer);
  const words = message === undefined ? {} : { message };
  const { status } = answer;
  if (status === 401 || status === 403) {
    return all(count, {
      kind: 'credential',
      reason: status === 401 ? 'unauthorized' : (reason ?? 'http_403'),
      ...words,
    });
  }
  // Google no longer knows this request id, so only sending again reveals the result of its events.
  if (status === 400 || status === 404)
    return all(count, { kind: 'unknown', reason: 'request_unknown', ...words });
  const verdict = all(count, { ...PROCESSING, reason: `http_${status}`, ...words });
  const retryAfterMs = askedMs ?? readRetryAfterMs(answer);
  return retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs };
}

function classifyCounts(
  { length: count }: readonly Outgoing[],
  read: RequestStatus,
  { total }: AcceptedIndexes,
): Verdict {
  const { status, errors } = read;
  const message = describeCounts(errors);
  const types = new Set(errors.map(({ reason }) => classifyReason(reason)));
  const hasSuccesses = status === 'PARTIAL_SUCCESS';
  if (types.size === 0) return classifyWithoutCounts(count, status);
  if (isSubset(types, ['duplicate']))
    return all(count, { kind: 'delivered', reason: 'duplicate', ...words(message) });
  // Another attempt delivers the missing events; the others become duplicates.
  if (isSubset(types, ['duplicate', 'transient', 'throttled', 'later']))
    return classifyPassing(count, errors, message);
  const decided = total === 1 || !hasSuccesses ? decideForAll(types, errors, total) : undefined;
  if (decided !== undefined) return all(count, { ...decided, ...words(message) });
  return {
    outcomes: fill(count, { kind: 'unknown', reason: 'partly_refused', ...words(message) }),
    split: true,
  };
}

/** Classifies a status without reasons, which "may not be populated in all cases". */
function classifyWithoutCounts(count: number, status: string): Verdict {
  const message = `Google reports ${status} without a reason`;
  const outcome: Outcome = { kind: 'unknown', reason: 'no_reason_given', message };
  return status === 'PARTIAL_SUCCESS' && count > 1
    ? { outcomes: fill(count, outcome), split: true }
    : all(count, outcome);
}

function classifyPassing(
  count: number,
  errors: readonly ReasonCount[],
  message: string | undefined,
): Verdict {
  const later = errors.find(({ reason }) => classifyReason(reason) === 'later');
  if (later) return classifyLater(count, later.reason, message);
  const [first] = errors.filter(({ reason }) => classifyReason(reason) !== 'duplicate');
  return all(count, {
    kind: 'transient',
    reason: first?.reason ?? 'INTERNAL_ERROR',
    ...words(message),
  });
}

/** The one outcome that all events have by these counts, where they leave no doubt. */
function decideForAll(
  types: ReadonlySet<ReasonKind>,
  errors: readonly ReasonCount[],
  count: number,
): Outcome | undefined {
  const [kind] = types;
  const total = errors.reduce((sum, { count: counted }) => sum + counted, 0);
  const [only] = errors;
  if (count === 1 && only) {
    const decisive = errors.find(({ reason }) => FINAL.has(classifyReason(reason))) ?? only;
    const decided = classifyReason(decisive.reason);
    return isOutcomeKind(decided) ? { kind: decided, reason: decisive.reason } : undefined;
  }
  if (types.size !== 1 || kind === undefined || !FINAL.has(kind) || total < count) return undefined;
  if (!isOutcomeKind(kind)) return undefined;
  return { kind, reason: errors.length === 1 && only ? only.reason : 'several_reasons' };
}

function isOutcomeKind(kind: ReasonKind): kind is OutcomeKind {
  return kind !== 'duplicate' && kind !== 'later';
}

function isSubset(types: ReadonlySet<ReasonKind>, of: readonly ReasonKind[]): boolean {
  return [...types].every((kind) => of.includes(kind));
}

function words(message: string | undefined): { message?: string } {
  return message === undefined ? {} : { message };
}

function all(count: number, outcome: Outcome): Verdict {
  return { outcomes: fill(count, outcome) };
}

function fill(count: number, outcome: Outcome): Outcome[] {
  return new Array<Outcome>(count).fill(outcome);
}
