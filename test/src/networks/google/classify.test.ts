import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../../../../src/http/http.js';
import { classifyIngest } from '../../../../src/networks/google/classify.js';
import { makeAnswer } from '../../../kit/amazon.js';
import { makeGoogleBatch, makeGoogleOutgoing } from '../../../kit/google.js';
import { makeRefusal, type SaidViolation } from './answers.js';

const HOUR_MS = 3_600_000;

function judge(count: number, answer: HttpAnswer) {
  return classifyIngest(makeGoogleBatch(count), answer);
}

/** `kind reason` of each of `count` events. */
function outcomesOf(count: number, answer: HttpAnswer): string[] {
  return judge(count, answer).outcomes.map(({ kind, reason }) => `${kind} ${reason}`);
}

function refuse(...violations: SaidViolation[]): HttpAnswer {
  return makeRefusal(400, 'INVALID_ARGUMENT', { violations });
}

describe('2xx', () => {
  test('a request id means accepted, not delivered', () => {
    const verdict = judge(2, makeAnswer(200, { requestId: 'req-1' }));
    expect(verdict).toMatchObject({
      requestId: 'req-1',
      outcomes: [{ kind: 'processing' }, { kind: 'processing' }],
    });
    expect(verdict.outcomes[0]).toBe(verdict.outcomes[1]);
  });

  test('test events are done with: nothing can be asked of them later', () => {
    const outgoing = makeGoogleOutgoing({ test: true, click: { fields: { gclid: 'g' } } });
    expect(classifyIngest([outgoing], makeAnswer(200, { requestId: 'v-1' })).outcomes).toEqual([
      expect.objectContaining({ kind: 'delivered', reason: 'validated' }),
    ]);
  });

  test.each(['', '{}', '{"requestId":', '[]', '<html>', '{"requestId":""}', '{"requestId":{}}'])(
    'an answer without a request id does not prove delivery: %j',
    (body) => {
      expect(outcomesOf(2, makeAnswer(200, body))).toEqual([
        'unknown answer_unreadable',
        'unknown answer_unreadable',
      ]);
    },
  );
});

describe('google: RetryInfo', () => {
  test.each<[unknown, number | undefined]>([
    ['8s', 8_000],
    ['1.5s', 1_500],
    ['0.0001s', 1],
    ['3600s', 3_600_000],
    ['8', undefined],
    ['-8s', undefined],
    [8, undefined],
    [{ seconds: 8 }, undefined],
  ])('of %j', (retryDelay, expected) => {
    expect(judge(2, makeRefusal(429, 'RESOURCE_EXHAUSTED', { retryDelay })).retryAfterMs).toBe(
      expected,
    );
    expect(judge(2, makeRefusal(503, 'UNAVAILABLE', { retryDelay })).retryAfterMs).toBe(expected);
  });
});

describe('google: fieldWarnings', () => {
  const warning = (field: string): object => ({
    field,
    description: 'The region code is invalid.',
    reason: 'WARNING_REASON_INVALID_REGION_CODE',
  });

  test('warn of the events that they name, which are taken', () => {
    const fieldWarnings = [warning('events.events[1].event_location.region_code')];
    const { outcomes } = judge(3, makeAnswer(200, { requestId: 'req-1', fieldWarnings }));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['processing', 'processing', 'processing']);
    expect(outcomes.map(({ warning: said }) => said)).toEqual([
      undefined,
      'Google warns: events.events[1].event_location.region_code: The region code is invalid. WARNING_REASON_INVALID_REGION_CODE',
      undefined,
    ]);
  });

  test('that name no event are about all; what cannot be read is left out', () => {
    const fieldWarnings = [
      warning('destinations'),
      'x',
      null,
      warning('events.events[7].currency'),
    ];
    const { outcomes } = judge(2, makeAnswer(200, { requestId: 'req-1', fieldWarnings }));
    expect(outcomes.map(({ warning: said }) => said)).toEqual([
      expect.stringContaining('destinations'),
      expect.stringContaining('destinations'),
    ]);
    expect(
      judge(1, makeAnswer(200, { requestId: 'r', fieldWarnings: 'x' })).outcomes[0],
    ).not.toHaveProperty('warning');
  });
});

describe('400: the whole request is refused', () => {
  test.each([
    'events[1].ad_identifiers.gclid',
    'events.events[1].event_timestamp',
    'request.events[1]',
  ])('for the event that the path names: %s', (field) => {
    const verdict = judge(
      3,
      refuse({ field, description: 'It is malformed.', reason: 'INVALID_FORMAT' }),
    );
    expect(verdict.rejectedIndexes).toEqual([1]);
    expect(verdict.split).toBeUndefined();
    expect(verdict.requestId).toBe('support-1');
    expect(verdict.outcomes).toEqual([
      expect.objectContaining({ kind: 'unknown', reason: 'refused_with_others' }),
      {
        kind: 'payload',
        reason: 'INVALID_FORMAT',
        message: `${field}: It is malformed. INVALID_FORMAT`,
      },
      expect.objectContaining({ kind: 'unknown', reason: 'refused_with_others' }),
    ]);
  });

  test('several events, several complaints about one', () => {
    const verdict = judge(
      4,
      refuse(
        {
          field: 'events.events[3].currency',
          description: 'Unknown currency.',
          reason: 'INVALID_CURRENCY_CODE',
        },
        {
          field: 'events.events[0].transaction_id',
          description: 'It is required.',
          reason: 'REQUIRED_FIELD_MISSING',
        },
        {
          field: 'events.events[3].event_timestamp',
          description: 'It is required.',
          reason: 'REQUIRED_FIELD_MISSING',
        },
      ),
    );
    expect([...(verdict.rejectedIndexes ?? [])].sort()).toEqual([0, 3]);
    expect(verdict.outcomes[3]).toMatchObject({
      reason: 'INVALID_CURRENCY_CODE',
      message: expect.stringMatching(/currency.*event_timestamp/) as string,
    });
  });

  test.each<[SaidViolation, string]>([
    [
      { field: 'events[0].gclid', reason: 'INVALID_AD_IDENTIFIER_FOR_ACCOUNT' },
      'configuration INVALID_AD_IDENTIFIER_FOR_ACCOUNT',
    ],
    [
      { field: 'events[0].event_source', reason: 'EVENT_SOURCE_AND_DESTINATION_MISMATCH' },
      'configuration EVENT_SOURCE_AND_DESTINATION_MISMATCH',
    ],
    [
      {
        field: 'events[0].event_timestamp',
        reason: 'EVENT_TIME_INVALID',
        description: 'The event is too old.',
      },
      'expired EVENT_TIME_INVALID',
    ],
    [
      {
        field: 'events[0].event_timestamp',
        reason: 'EVENT_TIME_INVALID',
        description: 'The time is in the future.',
      },
      'payload EVENT_TIME_INVALID',
    ],
    [{ field: 'events[0]', reason: 'NO_IDENTIFIERS_PROVIDED' }, 'payload NO_IDENTIFIERS_PROVIDED'],
    [
      {
        field: 'events[0].user_data.user_identifiers[0].email_address',
        reason: 'INVALID_SHA256_FORMAT',
      },
      'payload INVALID_SHA256_FORMAT',
    ],
    [
      { field: 'events[0].x', description: 'Invalid JSON payload received.' },
      'payload INVALID_ARGUMENT',
    ],
    [{ field: 'events[0].consent', reason: 'SOMETHING_NEW' }, 'payload SOMETHING_NEW'],
  ])('%j is %s', (violation, expected) => {
    expect(outcomesOf(2, refuse(violation))[0]).toBe(expected);
    expect(judge(2, refuse(violation)).rejectedIndexes).toEqual([0]);
  });

  test.each<[SaidViolation, string]>([
    [
      { field: 'destinations[0].product_destination_id', reason: 'INVALID_CONVERSION_ACTION_ID' },
      'configuration INVALID_CONVERSION_ACTION_ID',
    ],
    [
      { field: 'destinations[0].operating_account', reason: 'INVALID_DESTINATION' },
      'configuration INVALID_DESTINATION',
    ],
    [
      { field: 'destinations[0].login_account.account_id', description: 'malformed' },
      'configuration INVALID_ARGUMENT',
    ],
    // As Google words it in production: the event is named, and the account is meant.
    [
      {
        field: 'events.events[0].destination_references[0]',
        reason: 'DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS',
      },
      'configuration DESTINATION_ACCOUNT_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS',
    ],
    [
      {
        field: 'events.events[0]',
        reason: 'DESTINATION_ACCOUNT_ENHANCED_CONVERSIONS_TERMS_NOT_SIGNED',
      },
      'configuration DESTINATION_ACCOUNT_ENHANCED_CONVERSIONS_TERMS_NOT_SIGNED',
    ],
    [
      { field: 'encoding', reason: 'REQUIRED_FIELD_MISSING' },
      'configuration REQUIRED_FIELD_MISSING',
    ],
  ])(
    'what is about the destination or the request itself is said of all: %j',
    (violation, expected) => {
      const verdict = judge(
        2,
        refuse(violation, { field: 'events[1].gclid', reason: 'INVALID_FORMAT' }),
      );
      expect(outcomesOf(2, refuse(violation))).toEqual([expected, expected]);
      expect(verdict.outcomes[0]).toBe(verdict.outcomes[1]);
      expect(verdict.rejectedIndexes).toBeUndefined();
      expect(verdict.split).toBeUndefined();
    },
  );

  test('a conversion action that was made too recently waits six hours', () => {
    const field = 'events.events[0].destination_references[0]';
    const verdict = judge(
      2,
      refuse({ field, reason: 'CONVERSION_ACTION_TOO_RECENTLY_CREATED', description: 'Too new.' }),
    );
    expect(verdict.retryAfterMs).toBe(6 * HOUR_MS);
    expect(verdict.outcomes[1]).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('6 hours') as string,
    });
  });

  test.each<[string, HttpAnswer]>([
    ['no word about where', makeRefusal(400, 'INVALID_ARGUMENT')],
    ['a complaint without a field', refuse({ description: 'Invalid JSON payload received.' })],
    ['an event that was not sent', refuse({ field: 'events[7].gclid' })],
    ['a page', makeAnswer(400, '<html>')],
  ])('%s: halves are sent, and a single event is rejected', (_name, answer) => {
    expect(judge(2, answer).split).toBe(true);
    expect(judge(1, answer).split).toBeUndefined();
    expect(judge(1, answer).outcomes[0]?.kind).toBe('payload');
  });
});

// docs/reference/google.md#answers
describe('the other statuses', () => {
  test.each<[number, string | undefined, string]>([
    [401, undefined, 'credential unauthorized'],
    [403, 'SERVICE_DISABLED', 'credential SERVICE_DISABLED'],
    [403, undefined, 'credential http_403'],
    [403, 'NOT_ALLOWLISTED', 'configuration NOT_ALLOWLISTED'],
    [404, 'NOT_FOUND', 'configuration NOT_FOUND'],
    [408, undefined, 'transient http_408'],
    [409, undefined, 'transient http_409'],
    [413, undefined, 'payload too_large'],
    [429, 'RESOURCE_EXHAUSTED', 'throttled RESOURCE_EXHAUSTED'],
    [302, undefined, 'transient http_302'],
    [405, undefined, 'configuration http_405'],
    [500, 'INTERNAL_ERROR', 'transient INTERNAL_ERROR'],
    [502, undefined, 'transient http_502'],
    [503, undefined, 'transient http_503'],
    [504, 'DEADLINE_EXCEEDED', 'transient DEADLINE_EXCEEDED'],
  ])('%d %s: %s', (status, reason, expected) => {
    const answer = makeRefusal(status, 'X', reason === undefined ? {} : { reason });
    expect(outcomesOf(2, answer)).toEqual([expected, expected]);
    expect(judge(2, answer).split).toBe(status === 413 ? true : undefined);
  });

  test('Retry-After is honoured, the words are kept and tokens in them are not', () => {
    const message = 'Quota exceeded for Bearer ya29.secret';
    const answer = {
      ...makeRefusal(429, 'RESOURCE_EXHAUSTED', {}, message),
      headers: { 'retry-after': '7' },
    };
    expect(judge(1, answer)).toMatchObject({
      retryAfterMs: 7000,
      outcomes: [{ message: 'Quota exceeded for ***' }],
    });
  });

  test('what a proxy wrote is told', () => {
    expect(judge(1, makeAnswer(503, 'upstream is away')).outcomes[0]).toMatchObject({
      message: 'upstream is away',
    });
  });
});
