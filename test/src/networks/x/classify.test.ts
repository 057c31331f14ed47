import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../../src/networks/network.js';
import { classifyXAnswer } from '../../../../src/networks/x/classify.js';
import { makeAnswer } from '../../../kit/amazon.js';

function judge(
  status: number,
  body: unknown,
  count = 3,
  headers: Record<string, string> = {},
): Verdict {
  return classifyXAnswer(count, makeAnswer(status, body, headers));
}

function kinds({ outcomes }: Verdict): string[] {
  return outcomes.map(({ kind }) => kind);
}

function errors(...list: object[]): object {
  return { errors: list, request: { params: {} } };
}

const invalid = (parameter: string, message: string): object => ({
  code: 'INVALID_PARAMETER',
  message,
  parameter,
});

describe('accepted: as many as were sent', () => {
  test.each([
    [{ data: { conversions_processed: 3, debug_id: 'd-1' } }, 'delivered'],
    [{ data: { conversions_processed: 2, debug_id: 'd-1' } }, 'unknown'],
    [{ data: { conversions_processed: '3' } }, 'unknown'],
    [{ data: {} }, 'unknown'],
    [{}, 'unknown'],
    ['', 'unknown'],
  ])('%j: %s', (body, kind) => {
    expect(kinds(judge(200, body))).toEqual([kind, kind, kind]);
  });

  test('the debug id is for their support', () => {
    expect(
      judge(200, { data: { conversions_processed: 3, debug_id: 'ff02e052-36e4' } }).requestId,
    ).toBe('ff02e052-36e4');
    expect(judge(500, '', 1, { 'x-transaction-id': 'abc' }).requestId).toBe('abc');
  });
});

describe('refused', () => {
  test.each<[number, unknown, string, boolean]>([
    [400, errors(invalid('conversion_time', 'Expected time in yyyy')), 'payload', true],
    [400, errors(invalid('identifiers', 'required'), invalid('value', 'bad')), 'payload', true],
    [400, errors(invalid('conversion_time', 'conversion_time is too old')), 'expired', true],
    [400, '', 'payload', true],
    [400, errors(invalid('event_id', 'is not a single event tag')), 'configuration', false],
    [400, errors(invalid('event_id', 'x'), invalid('value', 'bad')), 'payload', true],
    [401, errors({ code: 'UNAUTHORIZED_ACCESS', message: 'no' }), 'credential', false],
    [403, errors({ code: 'UNAUTHORIZED_CLIENT_APPLICATION', message: 'no' }), 'credential', false],
    [
      404,
      errors({ code: 'NOT_FOUND', message: 'Event tag o1 was not found', parameter: 'event_id' }),
      'configuration',
      false,
    ],
    [405, '', 'configuration', false],
    [408, '', 'transient', false],
    [413, '', 'payload', true],
    [422, errors(invalid('value', 'bad')), 'payload', true],
    [423, errors({ code: 'LOCKED', message: 'locked' }), 'transient', false],
    [429, errors({ code: 'TOO_MANY_REQUESTS', message: 'slow down' }), 'throttled', false],
    [500, errors({ code: 'INTERNAL_ERROR', message: 'oops' }), 'transient', false],
    [503, errors({ code: 'OVER_CAPACITY', message: 'oops' }), 'transient', false],
    [502, '<html>', 'transient', false],
    [302, '', 'transient', false],
  ])('%d %j: %s', (status, body, kind, isHalved) => {
    const verdict = judge(status, body);
    expect(kinds(verdict)).toEqual([kind, kind, kind]);
    expect(verdict.split ?? false).toBe(isHalved);
    expect(verdict.rejectedIndexes).toBeUndefined();
    expect(judge(status, body, 1).split).toBeUndefined();
  });

  test('every error is told, each once, with its parameter', () => {
    const body = errors(
      invalid('value', 'must be a number'),
      invalid('value', 'must be a number'),
      invalid('a', 'b'),
    );
    expect(judge(400, body, 1).outcomes[0]).toEqual({
      kind: 'payload',
      reason: 'INVALID_PARAMETER',
      message: 'value: must be a number; a: b',
    });
  });
});

describe('how long X asks us to wait', () => {
  const date = 'Wed, 25 Nov 2026 12:00:00 GMT';
  const at = (seconds: number): string => String(Date.parse(date) / 1000 + seconds);
  test.each<[string, Record<string, string>, number | undefined]>([
    ['Retry-After', { 'retry-after': '7', 'x-rate-limit-reset': at(90), date }, 7000],
    [
      'the account',
      { 'x-account-rate-limit-reset': at(30), 'x-account-rate-limit-remaining': '0', date },
      30_000,
    ],
    ['the user', { 'x-rate-limit-reset': at(90), date }, 90_000],
    [
      'whichever is used up',
      {
        'x-rate-limit-reset': at(90),
        'x-rate-limit-remaining': '5',
        'x-account-rate-limit-reset': at(30),
        date,
      },
      30_000,
    ],
    ['long ago', { 'x-rate-limit-reset': at(-90), date }, 0],
    ['no date to measure against', { 'x-rate-limit-reset': at(90) }, undefined],
    ['nonsense', { 'x-rate-limit-reset': 'soon', date }, undefined],
    ['nothing', { date }, undefined],
  ])('%s', (_name, headers, expected) => {
    expect(judge(429, '', 1, headers).retryAfterMs).toBe(expected);
  });
});
