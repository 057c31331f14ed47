import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody } from '../answer-body.js';
import { readRemoteCode, readRemoteText } from '../remote-text.js';
import { listOf } from './error-answer.js';
import { shortenReason } from './reasons.js';

/** How many records of a request have one reason. */
export interface ReasonCount {
  /** Without `PROCESSING_ERROR_REASON_` or `PROCESSING_WARNING_REASON_`. */
  reason: string;
  count: number;
  /**
   * Positions in the request of the records counted, from 0; empty where Google does not give all
   * of them. Release notes of the Data Manager API, v1.9 of 2026-11-04
   * (https://developers.google.com/data-manager/api/release-notes).
   */
  positions: readonly number[];
}

/** Result of a request at its only destination. */
export interface RequestStatus {
  /** `SUCCESS`, `PROCESSING`, `FAILED`, `PARTIAL_SUCCESS`; `FAILURE` in the guide's words. */
  status: string;
  errors: ReasonCount[];
  warnings: ReasonCount[];
}

const WARNING_PREFIX = /^PROCESSING_WARNING_(?:REASON_)?/;
const POSITION = /^\d{1,9}$/;

/**
 * Reads an answer of `requestStatus:retrieve`. Our requests have one destination, so the first
 * entry is all there is. Undefined when it says nothing of a request.
 */
export function readRequestStatus(answer: HttpAnswer): RequestStatus | undefined {
  const body = readJsonBody(answer);
  const [entry] = isJsonObject(body) ? listOf(body['requestStatusPerDestination']) : [];
  const status = entry && readRemoteCode(entry['requestStatus']);
  if (status === undefined) return undefined;
  return {
    status,
    errors: readCounts(entry?.['errorInfo'], 'errorCounts'),
    warnings: readCounts(entry?.['warningInfo'], 'warningCounts'),
  };
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
    if (reason === undefined || !Number.isSafeInteger(count) || count < 1) return [];
    const short = shortenReason(reason).replace(WARNING_PREFIX, '');
    return [{ reason: short, count, positions: readPositions(entry['recordIndices'], count) }];
  });
}

/**
 * Numbers, as numbers or as text. What is unreadable or does not cover the count is worth nothing.
 */
function readPositions(value: unknown, count: number): number[] {
  if (!Array.isArray(value)) return [];
  const texts = value.map(String);
  if (!texts.every((text) => POSITION.test(text))) return [];
  const positions = [...new Set(texts.map(Number))];
  return positions.length === count ? positions : [];
}
