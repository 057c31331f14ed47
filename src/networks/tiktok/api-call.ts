import { NetworkError } from '../../errors.js';
import { ConnectionFault, type HttpClient, type HttpRequest } from '../../http/http.js';
import { readApiAnswer, type ApiAnswer } from './api-answer.js';
import { classifyCode, classifyStatus } from './code-kind.js';

/** Sends one request and reads its envelope. */
export interface ApiCall {
  http: HttpClient;
  /** Absent at the token endpoint. */
  accessToken?: string;
  signal?: AbortSignal;
}

/**
 * What TikTok answered, whether it accepted or refused.
 * @throws NetworkError `network_unreachable` when there is no answer; `network_failed` when it has
 *   no code, or the code says to try again.
 */
export async function callTikTok(
  { http, accessToken, signal }: ApiCall,
  request: Omit<HttpRequest, 'headers'> & Partial<Pick<HttpRequest, 'headers'>>,
): Promise<ApiAnswer> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (request.body !== undefined) headers['Content-Type'] = 'application/json';
  if (accessToken !== undefined) headers['Access-Token'] = accessToken;
  const answer = await http
    .send({ ...request, headers: { ...headers, ...request.headers } }, signal ? { signal } : {})
    .catch(explainFault);
  const api = readApiAnswer(answer);
  if (api === undefined) throw failed(`responded with HTTP ${answer.status} without a result`);
  const kind = api.code === 0 ? classifyStatus(answer.status) : classifyCode(api.code, api.message);
  if (kind === 'transient' || kind === 'throttled')
    throw failed(`failed with ${describeRefusal(api)}`);
  return api;
}

/** A refusal in words: `code 40105: Access token is incorrect or has been revoked`. */
export function describeRefusal({ code, message }: ApiAnswer): string {
  return `code ${code}${message === undefined ? '' : `: ${message.replace(/\.$/, '')}`}`;
}

function failed(words: string): NetworkError {
  return new NetworkError('network_failed', `TikTok ${words}.`, {
    hint: 'Nothing was stored. Try again in a minute.',
  });
}

function explainFault(error: unknown): never {
  if (!(error instanceof ConnectionFault)) throw error;
  throw new NetworkError('network_unreachable', `TikTok cannot be reached. ${error.message}`, {
    hint:
      'Nothing was stored. Check your internet connection (HTTPS_PROXY is respected) and try ' +
      'again.',
    cause: error,
  });
}
