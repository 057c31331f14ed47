import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../../../../src/http/http.js';
import { classifyStatus } from '../../../../src/networks/google/follow-up.js';
import type { Verdict } from '../../../../src/networks/network.js';
import { makeAnswer } from '../../../kit/amazon.js';
import { makeGoogleBatch, openGoogle } from '../../../kit/google.js';
import { placesOf } from '../../../kit/outgoing.js';
import { makeRefusal, makeStatus } from './answers.js';

const HOUR_MS = 3_600_000;

/** The verdict on a whole request of `count` events. */
function decide(count: number, answer: HttpAnswer): Verdict {
  const items = makeGoogleBatch(count);
  return classifyStatus(items, answer, placesOf(items));
}

/**
 * What all of `count` events get, as `kind reason`, and `split` where the request is to be halved.
 */
function judge(count: number, answer: HttpAnswer): string {
  const { outcomes, split } = decide(count, answer);
  expect(outcomes).toHaveLength(count);
  expect(new Set(outcomes).size).toBe(1);
  return `${outcomes[0]?.kind} ${outcomes[0]?.reason}${split ? ' split' : ''}`;
}

test('the question: by request id, with the token', () => {
  expect(openGoogle().followUp?.request('a/b?c', 'token-1')).toEqual({
    method: 'GET',
    url: 'https://datamanager.googleapis.com/v1/requestStatus:retrieve?requestId=a%2Fb%3Fc',
    headers: { Accept: 'application/json', Authorization: 'Bearer token-1' },
  });
});

describe('undecided', () => {
  test.each<[string, HttpAnswer]>([
    ['processing', makeStatus('PROCESSING')],
    ['status unknown', makeStatus('REQUEST_STATUS_UNKNOWN')],
    ['nothing said yet', makeAnswer(200, {})],
    ['an empty list', makeAnswer(200, { requestStatusPerDestination: [] })],
    ['cut off', makeAnswer(200, '{"requestStatus')],
  ])('%s', (_name, answer) => {
    expect(judge(3, answer)).toBe('processing processing');
  });

  test.each([429, 500, 503])('HTTP %d says nothing of the events', (status) => {
    expect(judge(2, makeRefusal(status, 'UNAVAILABLE'))).toBe(`processing http_${status}`);
  });

  test('google: RetryInfo is passed on', () => {
    expect(
      decide(1, makeRefusal(429, 'RESOURCE_EXHAUSTED', { retryDelay: '8s' })).retryAfterMs,
    ).toBe(8_000);
  });

  test('a pause that Google asks for is passed on', () => {
    const answer = { ...makeRefusal(429, 'RESOURCE_EXHAUSTED'), headers: { 'retry-after': '30' } };
    expect(decide(1, answer).retryAfterMs).toBe(30_000);
  });
});

describe('decided', () => {
  test.each<[string, number, HttpAnswer, string]>([
    ['success', 3, makeStatus('SUCCESS'), 'delivered success'],
    ['one, refused', 1, makeStatus('FAILED', { INVALID_GCLID: 1 }), 'payload INVALID_GCLID'],
    [
      'in the words of the guide',
      1,
      makeStatus('FAILURE', { INVALID_GCLID: 1 }),
      'payload INVALID_GCLID',
    ],
    ['too old', 1, makeStatus('FAILED', { EVENT_TOO_OLD: 1 }), 'expired EVENT_TOO_OLD'],
    ['consent denied', 1, makeStatus('FAILED', { DENIED_CONSENT: 1 }), 'payload DENIED_CONSENT'],
    [
      'consent not known',
      1,
      makeStatus('FAILED', { UNKNOWN_CONSENT: 1 }),
      'payload UNKNOWN_CONSENT',
    ],
    [
      'the advertiser has not agreed',
      1,
      makeStatus('FAILED', { NO_CONSENT: 1 }),
      'configuration NO_CONSENT',
    ],
    [
      "another account's click",
      1,
      makeStatus('FAILED', { PROCESSING_ERROR_OPERATING_ACCOUNT_MISMATCH_FOR_AD_IDENTIFIER: 1 }),
      'configuration OPERATING_ACCOUNT_MISMATCH_FOR_AD_IDENTIFIER',
    ],
    [
      'a click that is not known',
      1,
      makeStatus('FAILED', { CLICK_NOT_FOUND: 1 }),
      'payload CLICK_NOT_FOUND',
    ],
    [
      'the same click and second as another',
      1,
      makeStatus('FAILED', { DUPLICATE_GCLID: 1 }),
      'payload DUPLICATE_GCLID',
    ],
    [
      'sent before',
      1,
      makeStatus('FAILED', { DUPLICATE_TRANSACTION_ID: 1 }),
      'delivered duplicate',
    ],
    [
      'all sent before',
      3,
      makeStatus('FAILED', { DUPLICATE_TRANSACTION_ID: 3 }),
      'delivered duplicate',
    ],
    [
      'some sent before, the rest new',
      3,
      makeStatus('PARTIAL_SUCCESS', { DUPLICATE_TRANSACTION_ID: 2 }),
      'delivered duplicate',
    ],
    ['all for one reason', 3, makeStatus('FAILED', { EVENT_TOO_OLD: 3 }), 'expired EVENT_TOO_OLD'],
    [
      'all, for reasons of one kind',
      3,
      makeStatus('FAILED', { INVALID_GCLID: 2, DENIED_CONSENT: 1 }),
      'payload several_reasons',
    ],
    [
      "Google's own trouble",
      3,
      makeStatus('FAILED', { INTERNAL_ERROR: 3 }),
      'transient INTERNAL_ERROR',
    ],
    [
      "Google's own trouble with some",
      3,
      makeStatus('PARTIAL_SUCCESS', { INTERNAL_ERROR: 1 }),
      'transient INTERNAL_ERROR',
    ],
    [
      'and with the rest sent before',
      3,
      makeStatus('PARTIAL_SUCCESS', { DUPLICATE_TRANSACTION_ID: 2, INTERNAL_ERROR: 1 }),
      'transient INTERNAL_ERROR',
    ],
    ['no reason', 2, makeStatus('FAILED'), 'unknown no_reason_given'],
    [
      'several reasons of one event: the final one',
      1,
      makeStatus('FAILED', { INTERNAL_ERROR: 1, INVALID_GCLID: 1 }),
      'payload INVALID_GCLID',
    ],
  ])('%s', (_name, count, answer, expected) => {
    expect(judge(count, answer)).toBe(expected);
  });

  test('warnings are told of what is delivered', () => {
    const answer = makeAnswer(200, {
      requestStatusPerDestination: [
        {
          requestStatus: 'SUCCESS',
          warningInfo: {
            warningCounts: [
              { recordCount: '2', reason: 'PROCESSING_WARNING_REASON_INTERNAL_ERROR' },
            ],
          },
        },
      ],
    });
    expect(decide(2, answer).outcomes[0]).toEqual({
      kind: 'delivered',
      reason: 'success',
      warning: 'Google warns: INTERNAL_ERROR 2',
    });
  });

  test('the counts are in the message, the most frequent first', () => {
    const { outcomes } = decide(4, makeStatus('FAILED', { DENIED_CONSENT: 1, INVALID_GCLID: 3 }));
    expect(outcomes[0]?.message).toBe('INVALID_GCLID 3, DENIED_CONSENT 1');
  });

  test('a click of less than six hours ago is sent again after six hours', () => {
    const verdict = decide(2, makeStatus('PARTIAL_SUCCESS', { TOO_RECENT_CLICK: 1 }));
    expect(verdict).toMatchObject({
      retryAfterMs: 6 * HOUR_MS,
      outcomes: [{ kind: 'transient' }, { kind: 'transient' }],
    });
    expect(verdict.split).toBeUndefined();
  });
});

describe('sent again in halves where the counts do not decide', () => {
  test.each<[string, number, HttpAnswer]>([
    ['one of three is bad', 3, makeStatus('PARTIAL_SUCCESS', { INVALID_GCLID: 1 })],
    [
      'some sent before, one bad',
      3,
      makeStatus('FAILED', { DUPLICATE_TRANSACTION_ID: 2, INVALID_GCLID: 1 }),
    ],
    [
      'all bad, for reasons of two kinds',
      2,
      makeStatus('FAILED', { INVALID_GCLID: 1, EVENT_TOO_OLD: 1 }),
    ],
    ['counts that do not reach all', 3, makeStatus('FAILED', { INVALID_GCLID: 2 })],
    [
      'a reason that may pass and one that will not',
      2,
      makeStatus('FAILED', { INTERNAL_ERROR: 1, INVALID_GCLID: 1 }),
    ],
  ])('%s', (_name, count, answer) => {
    expect(judge(count, answer)).toBe('unknown partly_refused split');
  });

  test('partly refused without a reason', () => {
    expect(judge(2, makeStatus('PARTIAL_SUCCESS'))).toBe('unknown no_reason_given split');
  });

  test('numbers that are none are not counted', () => {
    const counts = [
      null,
      { reason: 'X' },
      { reason: 'X', recordCount: 'many' },
      { recordCount: '1' },
      { reason: 'X', recordCount: '0' },
    ];
    const answer = makeAnswer(200, {
      requestStatusPerDestination: [
        { requestStatus: 'FAILED', errorInfo: { errorCounts: counts } },
      ],
    });
    expect(judge(1, answer)).toBe('unknown no_reason_given');
  });
});

describe('the question is refused', () => {
  test.each<[number, string | undefined, string]>([
    [401, undefined, 'credential unauthorized'],
    [403, 'PERMISSION_DENIED', 'credential PERMISSION_DENIED'],
    [400, 'INVALID_REQUEST_ID', 'unknown request_unknown'],
    [404, 'NOT_FOUND', 'unknown request_unknown'],
  ])('HTTP %d %s: %s', (status, reason, expected) => {
    expect(judge(2, makeRefusal(status, 'X', reason === undefined ? {} : { reason }))).toBe(
      expected,
    );
  });
});

describe('google: recordIndices', () => {
  type Count = { recordCount: string | number; reason: string; recordIndices?: unknown };

  function statusOf(requestStatus: string, errorCounts: Count[]): HttpAnswer {
    return makeAnswer(200, {
      requestStatusPerDestination: [{ requestStatus, errorInfo: { errorCounts } }],
    });
  }

  const GCLID = 'PROCESSING_ERROR_REASON_INVALID_GCLID';

  /** `kind` of each of `total` events, or `halves`. */
  function kindsOf(total: number, requestStatus: string, ...counts: Count[]): string {
    const { outcomes, split } = decide(total, statusOf(requestStatus, counts));
    return split
      ? 'halves'
      : outcomes.map(({ kind, reason }) => (kind === 'delivered' ? '+' : reason)).join(' ');
  }

  test.each<[string, unknown]>([
    ['a number', [3]],
    ['numeric text', ['3']],
  ])('as %s: exactly that record fails with its reason', (_name, recordIndices) => {
    const { outcomes, split } = decide(
      10,
      statusOf('PARTIAL_SUCCESS', [{ recordCount: '1', reason: GCLID, recordIndices }]),
    );
    expect(split).toBeUndefined();
    expect(outcomes.map(({ kind }) => kind).join()).toBe(
      'delivered,delivered,delivered,payload,delivered,delivered,delivered,delivered,delivered,delivered',
    );
    expect(outcomes[3]).toEqual({
      kind: 'payload',
      reason: 'INVALID_GCLID',
      message: 'Google rejected this record: INVALID_GCLID',
    });
  });

  test.each<[string, string, Count[], string]>([
    [
      'several reasons, each with its records',
      'PARTIAL_SUCCESS',
      [
        { recordCount: '2', reason: GCLID, recordIndices: ['0', '2'] },
        { recordCount: '1', reason: 'PROCESSING_ERROR_REASON_EVENT_TOO_OLD', recordIndices: ['3'] },
      ],
      'INVALID_GCLID + INVALID_GCLID EVENT_TOO_OLD',
    ],
    [
      'a record that Google has already is delivered',
      'PARTIAL_SUCCESS',
      [
        {
          recordCount: 1,
          reason: 'PROCESSING_ERROR_REASON_DUPLICATE_TRANSACTION_ID',
          recordIndices: [1],
        },
      ],
      '+ + + +',
    ],
    [
      'the final one of two reasons decides',
      'PARTIAL_SUCCESS',
      [
        { recordCount: 1, reason: 'PROCESSING_ERROR_REASON_INTERNAL_ERROR', recordIndices: [1] },
        { recordCount: 1, reason: GCLID, recordIndices: [1] },
      ],
      '+ INVALID_GCLID + +',
    ],
    [
      'all failed, and all are named',
      'FAILED',
      [
        { recordCount: 1, reason: GCLID, recordIndices: [0] },
        {
          recordCount: 3,
          reason: 'PROCESSING_ERROR_REASON_INTERNAL_ERROR',
          recordIndices: [1, 2, 3],
        },
      ],
      'INVALID_GCLID INTERNAL_ERROR INTERNAL_ERROR INTERNAL_ERROR',
    ],
    ['no indices', 'PARTIAL_SUCCESS', [{ recordCount: 1, reason: GCLID }], 'halves'],
    [
      'fewer than the count',
      'PARTIAL_SUCCESS',
      [{ recordCount: 2, reason: GCLID, recordIndices: [1] }],
      'halves',
    ],
    [
      'more than the count',
      'PARTIAL_SUCCESS',
      [{ recordCount: 1, reason: GCLID, recordIndices: [1, 2] }],
      'halves',
    ],
    [
      'one of them twice',
      'PARTIAL_SUCCESS',
      [{ recordCount: 2, reason: GCLID, recordIndices: [1, 1] }],
      'halves',
    ],
    [
      'past the request',
      'PARTIAL_SUCCESS',
      [{ recordCount: 1, reason: GCLID, recordIndices: [4] }],
      'halves',
    ],
    [
      'not a number',
      'PARTIAL_SUCCESS',
      [{ recordCount: 1, reason: GCLID, recordIndices: ['x'] }],
      'halves',
    ],
    [
      'below zero',
      'PARTIAL_SUCCESS',
      [{ recordCount: 1, reason: GCLID, recordIndices: [-1] }],
      'halves',
    ],
    [
      'not a list',
      'PARTIAL_SUCCESS',
      [{ recordCount: 1, reason: GCLID, recordIndices: '1' }],
      'halves',
    ],
    [
      'for one of two reasons only',
      'PARTIAL_SUCCESS',
      [
        { recordCount: 1, reason: GCLID, recordIndices: [0] },
        { recordCount: 1, reason: 'PROCESSING_ERROR_REASON_DENIED_CONSENT' },
      ],
      'halves',
    ],
  ])('%s', (_name, status, counts, expected) => {
    expect(kindsOf(4, status, ...counts)).toBe(expected);
  });

  test('they count in the request, not among the postbacks that the log still has', () => {
    const items = makeGoogleBatch(2);
    const answer = statusOf('PARTIAL_SUCCESS', [
      { recordCount: 1, reason: GCLID, recordIndices: [3] },
    ]);
    const evaluateAt = (positions: number[]): string[] =>
      classifyStatus(items, answer, { positions, total: 4 }).outcomes.map(({ kind }) => kind);
    expect(evaluateAt([3, 0])).toEqual(['payload', 'delivered']);
    expect(evaluateAt([2, 1])).toEqual(['delivered', 'delivered']);
  });

  test('a single postback that is left of a larger request is not blamed for another', () => {
    const answer = statusOf('PARTIAL_SUCCESS', [{ recordCount: 1, reason: GCLID }]);
    const { outcomes } = classifyStatus(makeGoogleBatch(1), answer, { positions: [2], total: 3 });
    expect(outcomes[0]?.kind).toBe('unknown');
  });

  test('warnings of named records are told of those', () => {
    const answer = makeAnswer(200, {
      requestStatusPerDestination: [
        {
          requestStatus: 'SUCCESS',
          warningInfo: {
            warningCounts: [
              {
                recordCount: '1',
                reason: 'PROCESSING_WARNING_REASON_GENERIC',
                recordIndices: ['1'],
              },
            ],
          },
        },
      ],
    });
    expect(decide(2, answer).outcomes).toEqual([
      { kind: 'delivered', reason: 'success' },
      { kind: 'delivered', reason: 'success', warning: 'Google warns: GENERIC' },
    ]);
  });
});
