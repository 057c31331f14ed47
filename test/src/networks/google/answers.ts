import type { HttpAnswer } from '../../../../src/http/http.js';
import { makeAnswer } from '../../../kit/amazon.js';

export interface SaidViolation {
  field?: string;
  description?: string;
  reason?: string;
}

/** A refusal in the form of `google.rpc.Status`, as the Data Manager API gives it. */
export function makeRefusal(
  code: number,
  status: string,
  parts: { violations?: readonly SaidViolation[]; reason?: string; retryDelay?: unknown } = {},
  message = 'There was a problem with the request.',
): HttpAnswer {
  const { violations = [], reason, retryDelay } = parts;
  const type = (name: string): string => `type.googleapis.com/google.rpc.${name}`;
  const details = [
    ...(reason === undefined
      ? []
      : [{ '@type': type('ErrorInfo'), reason, domain: 'datamanager.googleapis.com' }]),
    ...(violations.length === 0
      ? []
      : [{ '@type': type('BadRequest'), fieldViolations: violations }]),
    ...(retryDelay === undefined ? [] : [{ '@type': type('RetryInfo'), retryDelay }]),
    { '@type': type('RequestInfo'), requestId: 'support-1' },
  ];
  return makeAnswer(code, { error: { code, message, status, details } });
}

/** An answer of `requestStatus:retrieve`; `counts` by reason without its prefix. */
export function makeStatus(
  requestStatus: string,
  counts: Readonly<Record<string, number>> = {},
  records = 1,
): HttpAnswer {
  const errorCounts = Object.entries(counts).map(([reason, count]) => ({
    recordCount: String(count),
    reason: reason.startsWith('PROCESSING_') ? reason : `PROCESSING_ERROR_REASON_${reason}`,
  }));
  return makeAnswer(200, {
    requestStatusPerDestination: [
      {
        destination: { productDestinationId: '987654321' },
        requestStatus,
        eventsIngestionStatus: { recordCount: String(records) },
        ...(errorCounts.length > 0 && { errorInfo: { errorCounts } }),
      },
    ],
  });
}
