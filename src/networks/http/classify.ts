import { isIP } from 'node:net';
import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { cutOutsideText } from '../../outside-text.js';
import { readJsonBody } from '../answer-body.js';
import type { Outcome, Outgoing, Verdict } from '../network.js';
import { readRemoteCode, readRemoteText } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import { parseJsonPath, valueAt } from './json-path.js';
import { readRefusal } from './refusal-words.js';
import { DEFAULT_RETRIED, type EndpointTemplate, type SuccessRule } from './template.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
/** Tried again with the same ids: the event may have been taken or not. */
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: 'the response is not JSON, which the template expects, or was truncated',
};
const MAX_SHOWN = 2000;

/**
 * Classifies an answer by the template's rules. A status of success is not enough: the body must
 * have what the template asks for, or must not say no where the template says nothing of it.
 */
export function classifyEndpointAnswer(
  template: EndpointTemplate,
  items: readonly Outgoing[],
  answer: HttpAnswer,
): Verdict {
  const { outcome, split = false } = classifyAnswer(template, answer);
  const verdict: Verdict = { outcomes: new Array<Outcome>(items.length).fill(outcome) };
  if (split && items.length > 1) verdict.split = true;
  const requestId = readRemoteCode(answer.headers['x-request-id']);
  if (requestId !== undefined) verdict.requestId = requestId;
  const retryAfterMs = readRetryAfterMs(answer);
  if (retryAfterMs !== undefined) verdict.retryAfterMs = retryAfterMs;
  return verdict;
}

interface Classified {
  outcome: Outcome;
  /** One event of the request may be to blame. */
  split?: boolean;
}

function classifyAnswer({ success = {}, retry }: EndpointTemplate, answer: HttpAnswer): Classified {
  const { status } = answer;
  const retried = retry?.status ?? DEFAULT_RETRIED;
  const isSuccess = success.status ? success.status.includes(status) : isIn(status, 200);
  if (isSuccess) return classifyBody(success, answer);
  return classifyStatus(answer, retried);
}

/** A status of success, whose body decides. */
function classifyBody(success: SuccessRule, answer: HttpAnswer): Classified {
  const problem = findBodyProblem(success, answer);
  if (problem === undefined) return { outcome: DELIVERED };
  if (success.json !== undefined && isUnreadable(answer)) return { outcome: UNREADABLE };
  return { outcome: withWords('payload', 'refused_in_body', answer, problem), split: true };
}

/**
 * Whether the body is not an answer of the endpoint: empty, a page of something in between, or JSON
 * that broke off. Words are an answer, whatever they say.
 */
function isUnreadable(answer: HttpAnswer): boolean {
  const start = answer.body.toString('utf8', 0, 100).trim();
  return (start === '' || /^[<{[]/.test(start)) && readJsonBody(answer) === undefined;
}

/** What the body lacks or says against a delivery; undefined where it is one. */
function findBodyProblem({ bodyContains, json }: SuccessRule, answer: HttpAnswer) {
  const text = answer.body.toString('utf8');
  if (bodyContains !== undefined && !text.includes(bodyContains))
    return `the response does not contain ${JSON.stringify(bodyContains)}`;
  if (json !== undefined) {
    const found = valueAt(readJsonBody(answer), parseJsonPath(json.path) ?? []);
    if (found !== json.equals)
      return `the response has ${describeValue(found)} at ${json.path}, not ${JSON.stringify(json.equals)}`;
  }
  const isRuled = bodyContains !== undefined || json !== undefined;
  return isRuled ? undefined : readRefusal(text);
}

function describeValue(found: unknown): string {
  if (found === undefined) return 'nothing';
  return typeof found === 'object' && found !== null
    ? 'an object or a list'
    : JSON.stringify(found);
}

function classifyStatus(answer: HttpAnswer, retried: readonly number[]): Classified {
  const { status } = answer;
  const reason = `http_${status}`;
  if (retried.includes(status))
    return { outcome: withWords(status === 429 ? 'throttled' : 'transient', reason, answer) };
  if (isIn(status, 300)) return { outcome: describeRedirect(answer, reason) };
  if (status === 401 || status === 407)
    return {
      outcome: { ...withWords('credential', 'unauthorized', answer), fix: { by: 'check' } },
    };
  if (status === 403 || status === 404 || status === 405 || status === 410)
    return { outcome: { ...withWords('configuration', reason, answer), fix: { by: 'check' } } };
  if (isIn(status, 400)) return { outcome: withWords('payload', reason, answer), split: true };
  // A status of a broken server that the template does not try again.
  return { outcome: withWords('configuration', reason, answer) };
}

/** Redirects are not followed: the conversion would go to an address that nobody chose. */
function describeRedirect({ headers }: HttpAnswer, reason: string): Outcome {
  const { location = '' } = headers;
  const host = URL.canParse(location) ? new URL(location).hostname : undefined;
  const to =
    host === undefined ? 'another address' : isIP(host) === 0 ? host : `the address ${host}`;
  const message = `the endpoint redirects to ${readRemoteText(to) ?? 'another address'}; redirects are not followed`;
  return { kind: 'configuration', reason, message, fix: { by: 'check' } };
}

function withWords(
  kind: Outcome['kind'],
  reason: string,
  answer: HttpAnswer,
  problem?: string,
): Outcome {
  const said = readWords(answer);
  const message =
    problem === undefined || said === undefined ? (problem ?? said) : `${said} (${problem})`;
  return message === undefined ? { kind, reason } : { kind, reason, message };
}

/** Fields of a JSON answer that hold its message, most specific first. */
const WORDS = ['message', 'error_description', 'error_message', 'detail', 'reason', 'msg', 'error'];

/** The endpoint's own words, cleaned: of a JSON body its message, else its text. */
function readWords(answer: HttpAnswer): string | undefined {
  const body = readJsonBody(answer);
  const words = isJsonObject(body) ? findWords(body) : undefined;
  if (words !== undefined) return words;
  const text = answer.body.toString('utf8', 0, MAX_SHOWN * 2).trim();
  if (text.startsWith('<')) return undefined;
  return readRemoteText(cutOutsideText(text, MAX_SHOWN));
}

function findWords(body: JsonObject): string | undefined {
  for (const name of WORDS) {
    const value = body[name];
    if (typeof value === 'string') {
      const words = readRemoteText(value);
      if (words !== undefined) return words;
    }
    if (isJsonObject(value)) {
      const inner = findWords(value);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

function isIn(status: number, hundred: number): boolean {
  return status >= hundred && status < hundred + 100;
}
