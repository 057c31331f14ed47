import type { OutcomeKind } from './network.js';

/**
 * Request Timeout, Conflict and Too Early (RFC 9110, RFC 8470): the same request may pass later.
 */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 409, 425]);
/** Bad Request, Content Too Large and Unprocessable Content: an event of the request may be bad. */
const PAYLOAD_STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);

/** Whether a status says that the request was taken; what became of each event is in the body. */
export function isSuccessStatus(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Whether a status says nothing about the request: a server in trouble, or a proxy on the way. No
 * network redirects, but a proxy may.
 */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status < 400 || RETRIED_STATUSES.has(status);
}

/** Whether one event of a request may be what a status refuses. */
export function isPayloadStatus(status: number): boolean {
  return PAYLOAD_STATUSES.has(status);
}

/**
 * What a refusal by status alone means for every event of the request, where the network's own
 * words do not decide. A status that nothing else explains means that the account or the URL is
 * not what the network expects.
 */
export function classifyHttpStatus(status: number): OutcomeKind {
  if (status === 401 || status === 403) return 'credential';
  if (status === 429) return 'throttled';
  if (isTransientStatus(status)) return 'transient';
  return isPayloadStatus(status) ? 'payload' : 'configuration';
}
