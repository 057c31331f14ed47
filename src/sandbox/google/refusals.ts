import type { Random } from '../../random.js';
import { answerJson, type SandboxAnswer } from '../exchange.js';

/** One field that Google complains of, in the words of its own answers. */
export interface FieldViolation {
  /** `events[3]…` where the JSON reader speaks, `events.events[3]…` where the API does. */
  field: string;
  description: string;
  reason?: string;
}

interface Details {
  message?: string;
  /** The reason of `ErrorInfo`. */
  reason?: string;
  violations?: readonly FieldViolation[];
  /** Seconds of `RetryInfo`. */
  retryInfoS?: number;
}

const STATUSES: Readonly<Record<number, readonly [status: string, message: string]>> = {
  400: ['INVALID_ARGUMENT', 'There was a problem with the request.'],
  401: [
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login ' +
      'cookie or other valid authentication credential.',
  ],
  403: ['PERMISSION_DENIED', 'The caller does not have permission'],
  404: ['NOT_FOUND', 'Requested entity was not found.'],
  408: ['DEADLINE_EXCEEDED', 'The request took too long to respond.'],
  409: ['ABORTED', 'The operation was aborted.'],
  413: ['INVALID_ARGUMENT', 'Request payload size exceeds the limit.'],
  429: [
    'RESOURCE_EXHAUSTED',
    "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'.",
  ],
  500: ['INTERNAL', 'Internal error encountered.'],
  503: ['UNAVAILABLE', 'The service is currently unavailable.'],
  504: ['DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'],
};

/** The answer to a request that failed: always as a whole. */
export type Refuse = (status: number, details?: Details) => SandboxAnswer;

/** Errors in the form of `google.rpc.Status`, with the details that the Data Manager API gives. */
export function createRefuse(random: Random): Refuse {
  return (code, { message, reason, violations = [], retryInfoS } = {}) => {
    const [status, words] = STATUSES[code] ?? [
      code >= 500 ? 'INTERNAL' : 'UNKNOWN',
      'The request cannot be served.',
    ];
    const type = (name: string): object => ({ '@type': `type.googleapis.com/google.rpc.${name}` });
    const details = [
      ...(reason === undefined
        ? []
        : [{ ...type('ErrorInfo'), reason, domain: 'datamanager.googleapis.com' }]),
      ...(violations.length === 0 ? [] : [{ ...type('BadRequest'), fieldViolations: violations }]),
      ...(retryInfoS === undefined ? [] : [{ ...type('RetryInfo'), retryDelay: `${retryInfoS}s` }]),
      { ...type('RequestInfo'), requestId: random.bytes(12).toString('base64url') },
    ];
    return answerJson(code, { error: { code, message: message ?? words, status, details } });
  };
}
