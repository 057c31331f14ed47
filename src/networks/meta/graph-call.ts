import { NetworkError } from '../../errors.js';
import {
  ConnectionFault,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
} from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { readJsonBody } from '../answer-body.js';
import { readMetaError, type MetaError } from './error-answer.js';
import { classifyMetaCode } from './error-kind.js';
import { GRAPH_URL } from './graph.js';
import { readVersionNotice } from './version-notice.js';

/** Parameters of a Graph API call. */
export interface GraphAccess {
  http: HttpClient;
  accessToken: string;
  signal?: AbortSignal;
}

/** A permanent refusal by Meta, with its message and status. */
export class GraphRefusal extends Error {
  override readonly name = 'GraphRefusal';
  constructor(
    readonly status: number,
    readonly error: MetaError,
    /** Notice about the API version in the headers; see {@link readVersionNotice}. */
    readonly notice?: string,
  ) {
    super(error.message ?? `HTTP ${status}`);
  }

  /** Its words, with the code that Meta's support asks for. */
  get said(): string {
    const words = this.message.replace(/\.$/, '');
    return this.error.reason === undefined ? words : `${words} (code ${this.error.reason})`;
  }
}

/**
 * Reads one object of the Graph API.
 * @throws GraphRefusal when Meta refuses; NetworkError when it cannot be reached, fails or wants
 *   fewer calls.
 */
export async function readGraph(
  access: GraphAccess,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<JsonObject> {
  const url = `${GRAPH_URL}/${path}?${new URLSearchParams(query).toString()}`;
  return callGraph(access, { method: 'GET', url, headers: bearer(access) });
}

/** Sends any request to the Graph API; throws as {@link readGraph} does. */
export async function callGraph(
  { http, signal }: Pick<GraphAccess, 'http' | 'signal'>,
  request: HttpRequest,
): Promise<JsonObject> {
  const answer = await send(http, request, signal);
  const body = readJsonBody(answer);
  const error = readMetaError(body);
  if (error === undefined && answer.status >= 200 && answer.status < 300 && isJsonObject(body))
    return body;
  if (isPassing(answer.status, error)) throw failed(answer.status, error);
  throw new GraphRefusal(answer.status, error ?? { isTransient: false }, readVersionNotice(answer));
}

function bearer({ accessToken }: GraphAccess): Record<string, string> {
  return { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
}

async function send(
  http: HttpClient,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  try {
    return await http.send(request, signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    throw new NetworkError('network_unreachable', `Meta cannot be reached. ${error.message}`, {
      hint:
        'Check your internet connection (HTTPS_PROXY is respected) and try again. Nothing was ' +
        'stored.',
      cause: error,
    });
  }
}

/** A wrong secret comes with the code of an unknown error, which passes otherwise. */
const WRONG_SECRET = /client secret/i;

/** Codes first: a refused token comes as HTTP 500. */
function isPassing(status: number, error: MetaError | undefined): boolean {
  if (WRONG_SECRET.test(error?.words ?? '')) return false;
  const kind = error && classifyMetaCode(error)?.kind;
  if (kind !== undefined) return kind === 'transient' || kind === 'throttled';
  return (
    status === 429 ||
    status >= 500 ||
    error?.isTransient === true ||
    (status >= 200 && status < 300)
  );
}

function failed(status: number, error: MetaError | undefined): NetworkError {
  const said = error?.message === undefined ? '' : ` (${error.message.replace(/\.$/, '')})`;
  return new NetworkError('network_failed', `Meta responded with HTTP ${status}${said}.`, {
    hint: 'Try again in a minute. Nothing was stored.',
  });
}
