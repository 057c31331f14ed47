import type { HttpAnswer } from '../../http/http.js';
import { readPlainBody } from '../answer-body.js';
import { isSuccessStatus } from '../http-status.js';
import type { Outcome, Verdict } from '../network.js';
import { completeVerdict, spreadOutcome } from '../verdict.js';
import { cleanWords, readApiAnswer, type ApiAnswer } from './api-answer.js';
import { classifyCode, classifyStatus } from './code-kind.js';
import { PARTIAL_OK } from './return-codes.js';
import { findNamedEvents } from './named-events.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
/** `PERMISSION_ERROR`: the token is valid and may not do this; the message says what is missing. */
const PERMISSION_ERROR = 40001;
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "TikTok's response has no code, or was truncated",
};

/**
 * Judges an answer for `count` events. Refusals come as HTTP 200 with a `code`, so that the code
 * decides and the status only where there is none. A refused request took none of its events; the
 * message names the bad one.
 */
export function classifyTikTokAnswer(count: number, answer: HttpAnswer): Verdict {
  const api = readApiAnswer(answer);
  const isSuccess = isSuccessStatus(answer.status);
  const verdict =
    api && (isSuccess || api.code !== 0)
      ? classifyEnvelope(count, api)
      : classifyBare(count, answer);
  return completeVerdict(verdict, answer, api?.requestId);
}

function classifyEnvelope(count: number, { code, message, words }: ApiAnswer): Verdict {
  if (code === 0) return spreadOutcome(count, DELIVERED);
  const kind = classifyCode(code, words);
  const named = findNamedEvents(words, count);
  if (named.size > 0 && (kind === 'payload' || kind === 'configuration'))
    return classifyNamed(count, code, named);
  const outcome: Outcome = {
    kind,
    reason: String(code),
    ...(message === undefined ? {} : { message }),
  };
  if (kind === 'credential' && code === PERMISSION_ERROR) outcome.fix = { by: 'permission' };
  return classifyAlike(count, outcome);
}

/**
 * The events that the message names are bad; the others were taken (20001), or are worth another
 * request.
 */
function classifyNamed(count: number, code: number, named: ReadonlyMap<number, string>): Verdict {
  const bad = (said: string | undefined): Outcome => {
    const message = cleanWords(said ?? '');
    return { kind: 'payload', reason: String(code), ...(message === undefined ? {} : { message }) };
  };
  const others = code === PARTIAL_OK ? DELIVERED : bad([...named.values()][0]);
  const outcomes = new Array<Outcome>(count).fill(others);
  for (const [position, said] of named) outcomes[position] = bad(said);
  if (code === PARTIAL_OK) return { outcomes };
  return { outcomes, rejectedIndexes: [...named.keys()].sort((a, b) => a - b) };
}

/** Returns the same outcome for all events. An unnamed invalid event is found by bisection. */
function classifyAlike(count: number, outcome: Outcome): Verdict {
  return spreadOutcome(count, outcome, outcome.kind === 'payload');
}

function classifyBare(count: number, answer: HttpAnswer): Verdict {
  const { status } = answer;
  const kind = classifyStatus(status);
  if (kind === 'unknown') return spreadOutcome(count, UNREADABLE);
  const message = readPlainBody(answer);
  return classifyAlike(count, {
    kind,
    reason: `http_${status}`,
    ...(message === undefined ? {} : { message }),
  });
}
