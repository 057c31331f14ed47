import { answerJson, readHeader, type SandboxAnswer, type SandboxRequest } from '../exchange.js';

/** One field that is wrong, as v3 names it: `$.data.events[0].user.UUID`. */
export interface WrongField {
  field: string;
  message: string;
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'insufficient authentication scopes',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
};

/**
 * Libraries' own names, which Reddit throttles (https://ads-api.reddit.com/docs/v3/, 2026-11-30).
 */
const DEFAULT_AGENT =
  /^(?:curl|wget|python|node|undici|axios|got|okhttp|java|go-http|postman|ruby|php|libwww|apache)/i;

/** The error body of v3. */
export function refuseApi(
  status: number,
  message?: string,
  fields: readonly WrongField[] = [],
): SandboxAnswer {
  const words =
    message ??
    WORDS[status] ??
    (status >= 500 ? 'Internal Server Error' : 'The request cannot be served');
  return answerJson(status, {
    error: { code: status, message: words, ...(fields.length > 0 ? { fields } : {}) },
  });
}

/** The error body of www.reddit.com. */
export function refuseLogin(status: number, message?: string): SandboxAnswer {
  return answerJson(status, {
    message: message ?? WORDS[status] ?? 'Internal Server Error',
    error: status,
  });
}

/** Whether the client has a name of its own in `User-Agent`. */
export function hasOwnName(request: SandboxRequest): boolean {
  const agent = readHeader(request, 'user-agent') ?? '';
  return agent.trim() !== '' && !DEFAULT_AGENT.test(agent);
}
