import type { HttpAnswer } from '../../http/http.js';
import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { readRemoteCode, readRemoteText, readRemoteWords } from '../remote-text.js';
import { classifyReason } from './reasons.js';

/** A field that Google reports as invalid. */
export interface Violation {
  /** Path in the request, such as `events.events[3].event_timestamp`. */
  field: string;
  reason?: string;
  message?: string;
  /** Field and message as they came, to be searched. */
  words: { field: string; message: string };
  /**
   * Position of the event that it is in; absent where it is about the request or its destination.
   */
  position?: number;
}

/** An error in the form of `google.rpc.Status`. */
export interface GoogleError {
  /** `INVALID_ARGUMENT` and the like. */
  status?: string;
  /** The reason of `ErrorInfo`, such as `SERVICE_DISABLED`. */
  reason?: string;
  message?: string;
  requestId?: string;
  /** How long `google.rpc.RetryInfo` asks to wait, in milliseconds. */
  retryAfterMs?: number;
  violations: Violation[];
}

/** `events[3]…` from the JSON reader, `events.events[3]…` from the API's own checks. */
const EVENT_PATH = /(?:^|\.)events\[(\d{1,6})\]/;
/** Said of an event, but meant of what all events of the request are booked on. */
const DESTINATION_PATH = /destination|(?:operating|login)_?account/i;

/** Reads the error that an answer carries; anything else in it gives an error without content. */
export function readGoogleError(answer: HttpAnswer): GoogleError {
  const body = readJsonBody(answer);
  const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
  const details = listOf(error['details']);
  const info = findDetail(details, 'ErrorInfo');
  const violations = listOf(findDetail(details, 'BadRequest')['fieldViolations']).map(
    readViolation,
  );
  return {
    ...dropUndefined({
      status: readRemoteCode(error['status']),
      reason: readRemoteCode(info['reason']),
      message: readRemoteText(error['message']) ?? readPlainBody(answer),
      requestId: readRemoteCode(findDetail(details, 'RequestInfo')['requestId']),
      retryAfterMs: readDurationMs(findDetail(details, 'RetryInfo')['retryDelay']),
    }),
    violations,
  };
}

/** Seconds with at most nanoseconds, as JSON writes a `google.protobuf.Duration`. */
const DURATION = /^\d{1,9}(?:\.\d{1,9})?(?=s$)/;

/** Milliseconds of a JSON duration such as `8s` or `1.5s`; undefined for anything else. */
function readDurationMs(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? DURATION.exec(value)?.[0] : undefined;
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

/** A complaint in words: the field, then what is wrong with it. */
export function describeViolation({ field, message, reason }: Violation): string {
  const words = [message, reason].filter(Boolean).join(' ');
  return field === '' ? words : `${field}: ${words}`;
}

/** Reads an entry of `fieldViolations`, or of `fieldWarnings`, which has the same fields. */
export function readViolation(from: JsonObject): Violation {
  const field = readRemoteText(from['field']) ?? '';
  const reason = readRemoteCode(from['reason']);
  const words = {
    field: readRemoteWords(from['field']),
    message: readRemoteWords(from['description']),
  };
  const index = EVENT_PATH.exec(words.field)?.[1];
  const isShared =
    DESTINATION_PATH.test(words.field) || (reason !== undefined && isAboutDestination(reason));
  return {
    field,
    words,
    ...dropUndefined({ reason, message: readRemoteText(from['description']) }),
    ...(index === undefined || isShared ? {} : { position: Number(index) }),
  };
}

/**
 * Whether a reason always concerns the account or the conversion action, regardless of its field.
 */
function isAboutDestination(reason: string): boolean {
  return reason.startsWith('DESTINATION_') || classifyReason(reason) === 'later';
}

function findDetail(details: readonly JsonObject[], type: string): JsonObject {
  return (
    details.find((detail) => detail['@type'] === `type.googleapis.com/google.rpc.${type}`) ?? {}
  );
}

/** The objects of a list; an empty list where there is none. */
export function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function dropUndefined<T extends object>(from: T): Partial<T> {
  const kept: Partial<T> = {};
  for (const name in from) if (from[name] !== undefined) kept[name] = from[name];
  return kept;
}
