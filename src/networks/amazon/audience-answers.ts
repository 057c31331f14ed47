import { parseExactJson, readId } from '../../exact-json.js';
import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { JobReport, JobState } from '../audience-network.js';
import type { Outcome, Outgoing, Verdict } from '../network.js';
import { readRemoteCode, readRemoteId, readRemoteText } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import type { AudiencePayload } from './audience-payload.js';
import { classifyAnswer } from './classify.js';
import { readErrorAnswer } from './error-answer.js';
import { ACCEPT_AUDIENCE_TERMS, isAboutTerms, TERMS_REASON } from './terms.js';

/** What the upload of records is doing (specification "Advertiser audiences", jobState). */
export const JOB_STATES = [
  'PENDING',
  'SUCCEEDED',
  'COMPLETED',
  'PARTIALLYSUCCEEDED',
  'FAILED',
] as const satisfies readonly JobState[];

const ACCEPTED: Outcome = { kind: 'processing', reason: 'job_pending' };
const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const STATE_UNREADABLE = 'job_state_unreadable';
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Amazon's response has no job id, or was truncated",
};

/** Where the status of a job is read. */
export function pathOfJob(jobRequestId: string): string {
  return `/amc/audiences/records/${encodeURIComponent(jobRequestId)}`;
}

/**
 * Judges the answer to an upload: 202 with a job is acceptance, no more.
 */
export function classifyUpload(count: number, answer: HttpAnswer): Verdict {
  if (answer.status < 200 || answer.status > 299) return classifyRefusal(count, answer);
  const body = readBody(answer);
  const jobRequestId = readRemoteId(body?.['jobRequestId']);
  const outcomes = new Array<Outcome>(count).fill(
    jobRequestId === undefined ? UNREADABLE : ACCEPTED,
  );
  return jobRequestId === undefined ? { outcomes } : { outcomes, requestId: jobRequestId };
}

/**
 * What Amazon complains of where not a record but the list, its owner or the form of an id is
 * wrong.
 */
const ABOUT_LIST = /audience_?id|connection_?id|target_?resource|advertiser|to a Long/i;

/**
 * A refusal of a whole request; one record may be to blame, unless it is the list that is wrong.
 */
function classifyRefusal(count: number, answer: HttpAnswer): Verdict {
  const verdict = classifyAnswer(count, answer, 0);
  const { message = '' } = readErrorAnswer(readBody(answer));
  const { complaints } = readErrorAnswer(readBody(answer));
  if (answer.status < 500 && isAboutTerms(complaints, answer.status === 403)) {
    const outcome: Outcome = {
      kind: 'credential',
      reason: TERMS_REASON,
      message,
      fix: ACCEPT_AUDIENCE_TERMS,
    };
    return { ...withoutSplit(verdict), outcomes: new Array<Outcome>(count).fill(outcome) };
  }
  if (answer.status === 403) {
    const outcome: Outcome = {
      kind: 'credential',
      reason: 'scope_missing',
      message:
        `${message === '' ? 'Amazon refused the request' : message}; audience lists require the ` +
        'scope advertising::audiences',
      fix: { by: 'reconnect', flags: '--audiences' },
    };
    return { ...withoutSplit(verdict), outcomes: new Array<Outcome>(count).fill(outcome) };
  }
  const isAboutList = complaints.some(
    ({ words }) => ABOUT_LIST.test(words.message) || ABOUT_LIST.test(words.field),
  );
  if (answer.status !== 400 || !isAboutList) return verdict;
  const outcome: Outcome = {
    kind: 'configuration',
    reason: 'list_refused',
    message: verdict.outcomes[0]?.message ?? '',
  };
  return { ...withoutSplit(verdict), outcomes: new Array<Outcome>(count).fill(outcome) };
}

function withoutSplit({ split: _split, ...verdict }: Verdict): Verdict {
  return verdict;
}

/**
 * Classifies the status of a job, record by record. Records that Amazon reports as invalid fail;
 * the others have the result of the job. A job that failed without invalid records, or reached only
 * some of its targets, is uploaded again, which sets the same membership.
 * @param idOf the external id of an item
 */
export function classifyJob(
  items: readonly Outgoing<AudiencePayload>[],
  answer: HttpAnswer,
  idOf: (outgoing: Outgoing<AudiencePayload>) => string,
): Verdict {
  const fill = (outcome: Outcome): Outcome[] => new Array<Outcome>(items.length).fill(outcome);
  if (answer.status < 200 || answer.status > 299) return classifyLostJob(items.length, answer);
  const report = readJobReport(answer);
  const retryAfterMs = readRetryAfterMs(answer);
  const base = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (!report) return { ...base, outcomes: fill(describeUnreadable(answer)), isUnreadable: true };
  if (report.state === 'PENDING') return { ...base, outcomes: fill(ACCEPTED) };
  const { state, invalid } = report;
  const errors = new Map(invalid.map(({ externalId, error }) => [externalId, error]));
  const rest = fateOfOthers(state, errors.size > 0);
  if (errors.size === 0) return { ...base, outcomes: fill(rest) };
  const rejectedIndexes: number[] = [];
  const outcomes = items.map((item, index): Outcome => {
    const error = errors.get(idOf(item));
    if (error === undefined) return rest;
    rejectedIndexes.push(index);
    return { kind: 'payload', reason: 'invalid_record', message: error };
  });
  // A job that failed because of some of its records has put nobody in: the others go again without
  // them.
  const isSplit =
    state === 'FAILED' && rejectedIndexes.length > 0 && rejectedIndexes.length < items.length;
  return isSplit ? { ...base, outcomes, rejectedIndexes } : { ...base, outcomes };
}

/** The upload is under way, as far as is known; what Amazon says instead of a state is quoted. */
function describeUnreadable(answer: HttpAnswer): Outcome {
  return { kind: 'processing', reason: STATE_UNREADABLE, message: describeJobAnswer(answer) };
}

/** Says what stands where a known `jobState` should. */
export function describeJobAnswer(answer: HttpAnswer): string {
  const body = readBody(answer);
  const state = readRemoteCode(body?.['jobState']);
  const found = state === undefined ? 'no jobState' : `the unknown jobState ${state}`;
  return `Amazon's response about the job has ${body === undefined ? 'no JSON object' : found}`;
}

function fateOfOthers(state: JobState, hasInvalid: boolean): Outcome {
  if (
    state === 'SUCCEEDED' ||
    state === 'COMPLETED' ||
    (state === 'PARTIALLYSUCCEEDED' && hasInvalid)
  )
    return DELIVERED;
  if (state === 'PARTIALLYSUCCEEDED') {
    const message = 'Amazon updated only some of the target accounts';
    return { kind: 'transient', reason: 'partially_succeeded', message };
  }
  return {
    kind: 'transient',
    reason: 'job_failed',
    message: "Amazon's job failed and updated no account",
  };
}

/**
 * The status could not be read: the upload is under way all the same, unless Amazon knows no such
 * job.
 */
function classifyLostJob(count: number, answer: HttpAnswer): Verdict {
  const verdict = classifyRefusal(count, answer);
  const kind = verdict.outcomes[0]?.kind;
  if (answer.status === 404) {
    const message = 'Amazon does not know this job';
    return {
      outcomes: new Array<Outcome>(count).fill({
        kind: 'unknown',
        reason: 'job_not_found',
        message,
      }),
    };
  }
  if (kind === 'credential') return verdict;
  const waiting = { outcomes: new Array<Outcome>(count).fill(ACCEPTED) };
  return verdict.retryAfterMs === undefined
    ? waiting
    : { ...waiting, retryAfterMs: verdict.retryAfterMs };
}

/** The status of a job as data; undefined where the answer is none. */
export function readJobReport(answer: HttpAnswer): JobReport | undefined {
  const body = readBody(answer);
  const word = readRemoteCode(body?.['jobState'])?.toUpperCase().replace(/[_.-]/g, '');
  const state = JOB_STATES.find((one) => one === word);
  if (!body || state === undefined) return undefined;
  const { successful, invalidRecords } = body;
  const rate = isJsonObject(successful) ? successful['recordsProcessedRate'] : undefined;
  const invalid = (Array.isArray(invalidRecords) ? invalidRecords : [])
    .filter(isJsonObject)
    .flatMap((record) => {
      const externalId = readId(record['externalId']);
      const error = readRemoteText(record['error']) ?? 'Amazon gave no reason';
      return externalId === undefined ? [] : [{ externalId, error }];
    });
  return { state, invalid, ...(typeof rate === 'number' ? { processedRate: rate } : {}) };
}

/** The body as JSON with its ids exact; undefined where it is none. */
export function readBody(answer: HttpAnswer): JsonObject | undefined {
  try {
    const body = parseExactJson(answer.body.toString('utf8'));
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
