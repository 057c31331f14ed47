import { isJsonObject } from '../../json.js';

/**
 * One way in which the sandbox misbehaves. Plain JSON, so that it can be posted to
 * `/_sandbox/faults`.
 */
export interface FaultRule {
  /**
   * Part of `<host><path>`, a network's name, or `*` for everything; several separated by `|`.
   * Without it: every request but the login's.
   */
  match?: string;
  /** Chance per matching request, 0 to 1; 1 where none is given. */
  rate?: number;
  /** Only every n-th matching request. */
  every?: number;
  /** At most n times. */
  times?: number;
  /** The first n matching requests pass. */
  after?: number;

  /** Answer with this status instead of handling the request; below 300 only with `body`. */
  status?: number;
  /**
   * Answer with this code of the network's own table, and the HTTP status that the network gives
   * it. TikTok and Meta have such codes; other networks answer as usual.
   */
  code?: number;
  /** Words of that answer, in the network's own form, where the network has one for words. */
  message?: string;
  /** The whole body of that answer: text as it is, anything else as JSON. */
  body?: unknown;
  /** More headers of that answer. */
  headers?: Readonly<Record<string, string>>;
  /** Retry-After of that answer: seconds as a number, anything else as text. */
  retryAfter?: number | string;
  /** Retry-After as an HTTP date so many seconds ahead. */
  retryAfterDate?: number;
  /**
   * Seconds that the body of that answer asks to wait, where the network has a word for it (Google
   * `RetryInfo`).
   */
  retryInfo?: number;
  /** Wait this long first. */
  latencyMs?: number;
  /** Drop the connection before the request is handled, or after it was, without an answer. */
  drop?: 'before' | 'after';
  /** Cut the answer's body in the middle and drop the connection. */
  truncate?: boolean;
  /** Leave n accepted events out of an answer with one result per event. */
  omit?: number;
  /** Whether the omitted events were accepted; default: true. */
  omitAccepted?: boolean;
  /** Revoke the grant of the request's token until it is restored or granted again. */
  revoke?: boolean;
  /** Expire the request's access token; a refresh returns a new one. */
  expire?: boolean;
}

type Field = keyof FaultRule;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const isAmount = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value);
const isHeaderText = (value: unknown): boolean =>
  typeof value === 'string' && /^[\x20-\x7e]+$/.test(value);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';

const FIELDS: Record<Field, { holds: (value: unknown) => boolean; expected: string }> = {
  match: { holds: (value) => typeof value === 'string' && value !== '', expected: 'text' },
  rate: {
    holds: (value) => isAmount(value) && (value as number) <= 1,
    expected: 'a number from 0 to 1',
  },
  every: { holds: isCount, expected: 'a whole number from 1' },
  times: { holds: isCount, expected: 'a whole number from 1' },
  after: { holds: (value) => value === 0 || isCount(value), expected: 'a whole number from 0' },
  status: {
    holds: (value) => isCount(value) && (value as number) >= 200 && (value as number) <= 599,
    expected: 'an HTTP status from 300 to 599, or from 200 with body',
  },
  code: { holds: isCount, expected: 'a whole number from 1' },
  message: { holds: (value) => typeof value === 'string' && value !== '', expected: 'text' },
  body: { holds: (value) => value !== undefined, expected: 'text or JSON' },
  headers: {
    holds: (value) => isJsonObject(value) && Object.values(value).every(isHeaderText),
    expected: 'an object of header texts',
  },
  retryAfter: {
    holds: (value) => isAmount(value) || isHeaderText(value),
    expected: 'seconds, or the text of the header',
  },
  retryAfterDate: { holds: isAmount, expected: 'seconds' },
  retryInfo: { holds: isAmount, expected: 'seconds' },
  latencyMs: { holds: isAmount, expected: 'milliseconds' },
  drop: { holds: (value) => value === 'before' || value === 'after', expected: 'before or after' },
  truncate: { holds: isFlag, expected: 'true or false' },
  omit: { holds: isCount, expected: 'a whole number from 1' },
  omitAccepted: { holds: isFlag, expected: 'true or false' },
  revoke: { holds: isFlag, expected: 'true or false' },
  expire: { holds: isFlag, expected: 'true or false' },
};

const EFFECTS: readonly Field[] = [
  'status',
  'code',
  'latencyMs',
  'drop',
  'truncate',
  'omit',
  'revoke',
  'expire',
];

/** A sentence saying what is wrong with a fault rule, or undefined where it is one. */
export function findFaultProblem(value: unknown): string | undefined {
  if (!isJsonObject(value)) return 'a fault is an object such as {"status":429,"rate":0.1}';
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as Field] : undefined;
    if (!field)
      return (
        `a fault has no field ${JSON.stringify(name)}; known are ` + Object.keys(FIELDS).join(', ')
      );
    if (!field.holds(given)) return `${name} must be ${field.expected}`;
  }
  if (value['status'] !== undefined && value['code'] !== undefined)
    return 'a fault has status or code, not both';
  if (Number(value['status']) < 300 && value['body'] === undefined)
    return `status must be ${FIELDS.status.expected}`;
  if (!EFFECTS.some((name) => value[name] !== undefined))
    return `a fault needs one of ${EFFECTS.join(', ')}`;
  return undefined;
}
