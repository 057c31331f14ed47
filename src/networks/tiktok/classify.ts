import type { HttpAnswer } from '../../http/http.js';
import { readPlainBody } from '../answer-body.js';
import type { Outcome, Verdict } from '../network.js';
import { readRetryAfterMs } from '../retry-after.js';
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
  message: "TikTok's answer has no code, or was cut off",
};

/**
 * Judges an answer for `count` events. Refusals come as HTTP 200 with a `code`, so that the code decides and the status
 * only where there is none. A refused request took none of its events; the message names the bad one.
 */
export function classifyTikTokAnswer(count: number, answer: HttpAnswer): Verdict {
  const api = readApiAnswer(answer);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const verdict = api && (isSuccess || api.code !== 0) ? judgeEnvelope(count, api) : judgeBare(count, answer);
  if (api?.requestId !== undefined) verdict.requestId = api.requestId;
  const retryAfterMs = readRetryAfterMs(answer);
  if (retryAfterMs !== undefined) verdict.retryAfterMs = retryAfterMs;
  return verdict;
}

function judgeEnvelope(count: number, { code, message, words }: ApiAnswer): Verdict {
  if (code === 0) return { outcomes: new Array<Outcome>(count).fill(DELIVERED) };
  const kind = classifyCode(code, words);
  const named = findNamedEvents(words, count);
  if (named.size > 0 && (kind === 'payload' || kind === 'configuration')) return judgeNamed(count, code, named);
  const outcome: Outcome = { kind, reason: String(code), ...(message === undefined ? {} : { message }) };
  if (kind === 'credential' && code === PERMISSION_ERROR) outcome.fix = { by: 'permission' };
  return judgeAlike(count, outcome);
}

/** The events that the message names are bad; the others were taken (20001), or are worth another request. */
function judgeNamed(count: number, code: number, named: ReadonlyMap<number, string>): Verdict {
  const bad = (said: string | undefined): Outcome => {
    const message = cleanWords(said ?? '');
    return { kind: 'payload', reason: String(code), ...(message === undefined ? {} : { message }) };
  };
  const others = code === PARTIAL_OK ? DELIVERED : bad([...named.values()][0]);
  const outcomes = new Array<Outcome>(count).fill(others);
  for (const [place, said] of named) outcomes[place] = bad(said);
  if (code === PARTIAL_OK) return { outcomes };
  return { outcomes, culprits: [...named.keys()].sort((a, b) => a - b) };
}

/** One outcome for all; a bad payload that nobody names is looked for in halves. */
function judgeAlike(count: number, outcome: Outcome): Verdict {
  const verdict: Verdict = { outcomes: new Array<Outcome>(count).fill(outcome) };
  if (outcome.kind === 'payload' && count > 1) verdict.split = true;
  return verdict;
}

function judgeBare(count: number, answer: HttpAnswer): Verdict {
  const { status } = answer;
  const kind = classifyStatus(status);
  if (kind === 'unknown') return { outcomes: new Array<Outcome>(count).fill(UNREADABLE) };
  const message = readPlainBody(answer);
  return judgeAlike(count, { kind, reason: `http_${status}`, ...(message === undefined ? {} : { message }) });
}
