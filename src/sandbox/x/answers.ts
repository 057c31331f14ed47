import { answerJson, type SandboxAnswer } from '../exchange.js';

/** One error as X writes it: nothing in it says which conversion it is about. */
export interface XError {
  code: string;
  message: string;
  parameter?: string;
}

const WORDS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['INVALID_PARAMETER', 'The request is invalid'],
  401: ['UNAUTHORIZED_ACCESS', 'This request is not properly authenticated'],
  403: [
    'UNAUTHORIZED_CLIENT_APPLICATION',
    'The client application making this request does not have access',
  ],
  404: ['NOT_FOUND', 'The requested resource was not found'],
  405: ['INVALID_HTTP_METHOD', 'The method is not supported'],
  408: ['REQUEST_TIMEOUT', 'The request took too long'],
  413: ['INVALID', 'The request is too large'],
  423: ['LOCKED', 'The account is locked by another request'],
  429: ['TOO_MANY_REQUESTS', 'The request exceeds the rate limit'],
  503: ['SERVICE_UNAVAILABLE', 'The service is unavailable'],
};

export function refuse(status: number, errors?: readonly XError[]): SandboxAnswer {
  const [code, message] = WORDS[status] ?? ['INTERNAL_ERROR', 'An unknown error occurred'];
  return answerJson(status, { errors: errors ?? [{ code, message }], request: { params: {} } });
}
