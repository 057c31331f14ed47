import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { readJsonBody } from '../answer-body.js';
import { readRemoteCode, readRemoteText } from '../remote-text.js';
import { shortenReason } from './reasons.js';

/** How many records of a request have one reason. */
export interface ReasonCount {
  /** Without `PROCESSING_ERROR_REASON_`. */
  reason: string;
  count: number;
}

/** What became of a request at its one destination. */
export interface RequestStatus {
  /** `SUCCESS`, `PROCESSING`, `FAILED`, `PARTIAL_SUCCESS`; `FAILURE` in the guide's words. */
  status: string;
  errors: ReasonCount[];
  /** Warnings in words, such as `INTERNAL_ERROR 3`. */
  warnings?: string;
}

const WARNING_PREFIX = /^PROCESSING_WARNING_(?:REASON_)?/;

/**
 * Reads an answer of `requestStatus:retrieve`. Our requests have one destination, so the first entry is all there is.
 * Undefined when it says nothing of a request.
 */
export function readRequestStatus(answer: HttpAnswer): RequestStatus | undefined {
  const body = readJsonBody(answer);
  const [entry] = isJsonObject(body) ? listOf(body['requestStatusPerDestination']) : [];
  const status = entry && readRemoteCode(entry['requestStatus']);
  if (status === undefined) return undefined;
  const warnings = readCounts(entry?.['warningInfo'], 'warningCounts').map(({ reason, count }) => {
    return `${reason.replace(WARNING_PREFIX, '')} ${count}`;
  });
  const errors = readCounts(entry?.['errorInfo'], 'errorCounts');
  return { status, errors, ...(warnings.length > 0 && { warnings: warnings.join(', ') }) };
}

/** Counts in words, the most frequent first: `INVALID_GCLID 3, EVENT_TOO_OLD 1`. */
export function describeCounts(counts: readonly ReasonCount[]): string | undefined {
  const sorted = [...counts].sort((a, b) => b.count - a.count);
  return readRemoteText(sorted.map(({ reason, count }) => `${reason} ${count}`).join(', '));
}

/** Numbers of 64 bits come as text in Google's JSON. */
function readCounts(info: unknown, name: 'errorCounts' | 'warningCounts'): ReasonCount[] {
  const counts = isJsonObject(info) ? listOf(info[name]) : [];
  return counts.flatMap((entry) => {
    const reason = readRemoteCode(entry['reason']);
    const count = Number(entry['recordCount']);
    return reason === undefined || !Number.isSafeInteger(count) || count < 1
      ? []
      : [{ reason: shortenReason(reason), count }];
  });
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
