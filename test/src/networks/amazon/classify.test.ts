import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { classifyAnswer } from '../../../../src/networks/amazon/classify.js';
import { makeAnswer } from '../../../kit/amazon.js';

/** `kind reason` of each of `count` events. */
function outcomesOf(count: number, status: number, body: unknown, indexBase: 0 | 1 = 1): string[] {
  const { outcomes } = classifyAnswer(count, makeAnswer(status, body), indexBase);
  return outcomes.map(({ kind, reason }) => `${kind} ${reason}`);
}

const ok = 'delivered accepted';
const lost = 'unknown not_in_answer';
const bad = 'payload rejected';

describe('207, event by event', () => {
  // An event's own text, which the answer repeats, may be anything: even the end of an answer that
  // accepts all.
  const imitation = '"},{"index":2},{"index":3}],"error":[]}';
  test.each<[string, object, string[]]>([
    [
      'an accepted event',
      { success: [{ index: 1, event: { name: imitation } }], error: [] },
      [ok, lost, lost],
    ],
    [
      'the message of an error',
      { success: [], error: [{ index: 1, message: imitation }] },
      [bad, lost, lost],
    ],
    [
      'the name of a member',
      { success: [{ index: 1, [imitation]: 1 }], error: [] },
      [ok, lost, lost],
    ],
  ])('reads indexes of the answer only, not those in the text of %s', (_name, body, expected) => {
    expect(outcomesOf(3, 207, body)).toEqual(expected);
  });

  test('CAPI v1 counts from 1', () => {
    const body = {
      success: [{ index: 1, message: 'ok' }],
      error: [{ index: 3, code: 'BAD_REQUEST', message: 'bad', errors: [] }],
    };
    expect(outcomesOf(3, 207, body, 1)).toEqual([ok, lost, 'payload BAD_REQUEST']);
  });

  test('the Events API counts from 0', () => {
    const body = {
      success: [{ index: 0, event: {} }],
      error: [
        {
          index: 2,
          errors: [
            { code: 'FIELD_VALUE_IS_INVALID', message: 'bad', fieldLocation: 'events[2].value' },
          ],
        },
      ],
    };
    expect(outcomesOf(3, 207, body, 0)).toEqual([ok, lost, 'payload FIELD_VALUE_IS_INVALID']);
  });

  test.each<[string, unknown, string]>([
    ['in neither list', { success: [], error: [] }, lost],
    [
      'in both lists',
      { success: [{ index: 1 }], error: [{ index: 1, code: 'BAD_REQUEST' }] },
      'payload BAD_REQUEST',
    ],
    ['an index past the end', { success: [{ index: 2 }] }, lost],
    ['an index before the start', { success: [{ index: 0 }] }, lost],
    ['an index that is not a number', { success: [{ index: '1' }, { index: 1.5 }, null, 7] }, lost],
    ['lists that are none', { success: 'all', error: { index: 1 } }, lost],
    ['another object', { message: 'thanks' }, lost],
    ['an error without words', { error: [{ index: 1 }] }, 'payload rejected'],
    ['cut off', '{"success":[{"index":1', 'unknown answer_unreadable'],
    ['empty', '', 'unknown answer_unreadable'],
    ['no object', '[{"index":1}]', 'unknown answer_unreadable'],
    ['a page', '<html>ok</html>', 'unknown answer_unreadable'],
  ])('%s', (_name, body, expected) => {
    expect(outcomesOf(1, 207, body)).toEqual([expected]);
  });

  test.each([200, 202, 204])('%d does not prove delivery: the body decides', (status) => {
    expect(outcomesOf(2, status, { success: [{ index: 1 }] })).toEqual([ok, lost]);
    expect(outcomesOf(1, status, '')).toEqual(['unknown answer_unreadable']);
  });
});

describe('what an error of one event means', () => {
  test.each<[object, string]>([
    [{ code: 'BAD_REQUEST', message: 'matchKeys is required' }, 'payload BAD_REQUEST'],
    [
      { code: 'FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT', message: 'too long' },
      'payload FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT',
    ],
    [
      { code: 'FIELD_VALUE_IS_INVALID', message: 'Update the value, it is outside the range' },
      'payload FIELD_VALUE_IS_INVALID',
    ],
    [{ code: 'SOMETHING_NEW', message: 'hm' }, 'payload SOMETHING_NEW'],
    [
      { code: 'BAD_REQUEST', message: 'timestamp must be no more than 7 days old' },
      'expired BAD_REQUEST',
    ],
    [{ code: 'BAD_REQUEST', message: 'The eventTime is too old' }, 'expired BAD_REQUEST'],
    [
      {
        code: 'BAD_REQUEST',
        errors: [{ errorType: 'INVALID', fieldName: 'timestamp', message: 'too old' }],
      },
      'expired INVALID',
    ],
    [{ code: 'BAD_REQUEST', message: 'timestamp is in the future' }, 'payload BAD_REQUEST'],
    [{ code: 'BAD_REQUEST', message: 'timestamp is malformed' }, 'payload BAD_REQUEST'],
    [{ code: 'NOT_FOUND', message: 'x' }, 'configuration NOT_FOUND'],
    [
      { code: 'BAD_REQUEST', message: 'Conversion definition 12 does not exist' },
      'configuration BAD_REQUEST',
    ],
    [
      { code: 'BAD_REQUEST', message: "Source doesn't match the definition" },
      'configuration BAD_REQUEST',
    ],
    [
      {
        code: 'BAD_REQUEST',
        errors: [{ errorType: 'INVALID', fieldName: 'conversionDefinitionId', message: 'bad' }],
      },
      'configuration INVALID',
    ],
    [
      {
        errors: [
          {
            code: 'FIELD_VALUE_IS_INVALID',
            message: 'bad',
            fieldLocation: 'events[0].eventDescription.name',
          },
        ],
      },
      'configuration FIELD_VALUE_IS_INVALID',
    ],
    [{ code: 'UNAUTHORIZED', message: 'x' }, 'credential UNAUTHORIZED'],
    [{ code: 'FORBIDDEN', message: 'x' }, 'credential FORBIDDEN'],
    [
      { code: 'FORBIDDEN', message: 'Terms have not been accepted' },
      'credential terms_not_accepted',
    ],
    [{ code: 'TOO_MANY_REQUESTS', message: 'x' }, 'throttled TOO_MANY_REQUESTS'],
    [{ code: 'INTERNAL_ERROR', message: 'x' }, 'transient INTERNAL_ERROR'],
    [{ code: 'CONFLICT', message: 'please retry' }, 'transient CONFLICT'],
    [{ code: 'internal_error' }, 'transient internal_error'],
    [{ code: 429 }, 'throttled 429'],
    [{ code: '503' }, 'transient 503'],
    [
      {
        errors: [
          { code: 'INTERNAL_ERROR', message: 'x' },
          { code: 'FIELD_VALUE_IS_NULL', message: 'value' },
        ],
      },
      'payload FIELD_VALUE_IS_NULL',
    ],
  ])('%j is %s', (error, expected) => {
    expect(outcomesOf(1, 207, { error: [{ index: 1, ...error }] })).toEqual([expected]);
  });

  test('the words of all parts, once each, are the message', () => {
    const errors = [
      { errorType: 'A', fieldName: 'value', message: 'is\u001b[1m bad' },
      { errorType: 'B', message: 'Invalid event' },
      { errorType: 'C' },
    ];
    const body = { error: [{ index: 1, code: 'BAD_REQUEST', message: 'Invalid event', errors }] };
    expect(classifyAnswer(1, makeAnswer(207, body), 1).outcomes[0]?.message).toBe(
      'Invalid event; value: is [1m bad; C',
    );
  });
});

describe('a whole request refused', () => {
  test.each<[number, unknown, string, boolean]>([
    [400, { code: 'BAD_REQUEST', message: 'x' }, 'payload BAD_REQUEST', true],
    [400, '', 'payload http_400', true],
    [400, { message: 'timestamp is too old' }, 'expired http_400', true],
    [
      400,
      { code: 'NOT_FOUND', message: 'Conversion definition not found' },
      'configuration NOT_FOUND',
      true,
    ],
    [
      401,
      { requestId: 'r', message: 'Not authorized to access scope', errors: [] },
      'credential unauthorized',
      false,
    ],
    [401, { message: 'Unauthorized' }, 'credential unauthorized', false],
    [403, { code: 'FORBIDDEN', message: 'x' }, 'credential forbidden', false],
    [
      403,
      { Message: 'The Conversions API terms have not been accepted' },
      'credential terms_not_accepted',
      false,
    ],
    [
      403,
      { message: 'Conversion definition does not belong to you' },
      'configuration http_403',
      true,
    ],
    [404, { code: 'NOT_FOUND', message: 'x' }, 'configuration http_404', false],
    [405, '', 'configuration http_405', false],
    [406, '', 'configuration http_406', false],
    [408, '', 'transient http_408', false],
    [409, { code: 'CONFLICT', message: 'x' }, 'transient http_409', false],
    [413, { code: 'CONTENT_TOO_LARGE', message: 'x' }, 'payload too_large', true],
    [
      415,
      { code: '415', details: 'Cannot consume content type', requestId: 'r' },
      'configuration http_415',
      false,
    ],
    [422, { code: 'UNPROCESSABLE', message: 'x' }, 'payload UNPROCESSABLE', true],
    [425, '', 'transient http_425', false],
    [429, { code: 'TOO_MANY_REQUESTS', message: 'x' }, 'throttled http_429', false],
    [500, { code: 'INTERNAL_ERROR', message: 'x' }, 'transient http_500', false],
    [502, '<html>Bad gateway</html>', 'transient http_502', false],
    [503, '', 'transient http_503', false],
    [504, { message: 'Endpoint request timed out' }, 'transient http_504', false],
    [302, '', 'transient http_302', false],
  ])('%d %j is %s', (status, body, expected, isSplit) => {
    expect(outcomesOf(2, status, body)).toEqual([expected, expected]);
    expect(classifyAnswer(2, makeAnswer(status, body), 1).split).toBe(isSplit ? true : undefined);
    // One event cannot be halved: its refusal is final.
    expect(classifyAnswer(1, makeAnswer(status, body), 1).split).toBeUndefined();
  });

  test.each<[unknown, string | undefined]>([
    [{ code: 'BAD_REQUEST', message: 'words' }, 'words'],
    [
      {
        requestId: 'r',
        message: 'words',
        errors: [{ errorType: 'A', fieldName: 'f', message: 'more' }],
      },
      'words; f: more',
    ],
    [{ code: '400', details: 'words', requestId: 'r' }, 'words'],
    [{ Message: 'words' }, 'words'],
    [{ code: 'ONLY_CODE' }, 'ONLY_CODE'],
    ['words of a proxy\r\n', 'words of a proxy'],
    ['<html>words</html>', undefined],
    ['{"code":"BAD', undefined],
    ['', undefined],
    [{}, undefined],
  ])('the message of %j is %j', (body, message) => {
    expect(classifyAnswer(1, makeAnswer(400, body), 1).outcomes[0]?.message).toBe(message);
  });
});

test.each<[Record<string, string>, unknown, string | undefined]>([
  [{ 'x-amzn-requestid': 'abc-1' }, { requestId: 'other' }, 'abc-1'],
  [{ 'x-amz-rid': 'RID1' }, {}, 'RID1'],
  [{}, { requestId: 'body-1', message: 'x' }, 'body-1'],
  [{}, '', undefined],
])('the request id of %j %j is %s', (headers, body, requestId) => {
  expect(classifyAnswer(1, makeAnswer(429, body, headers), 1).requestId).toBe(requestId);
});

test('Retry-After is passed on', () => {
  expect(classifyAnswer(1, makeAnswer(429, '', { 'retry-after': '7' }), 1).retryAfterMs).toBe(7000);
  expect(classifyAnswer(1, makeAnswer(503, '', { 'retry-after': '7' }), 0).retryAfterMs).toBe(7000);
  expect(classifyAnswer(1, makeAnswer(429, ''), 1).retryAfterMs).toBeUndefined();
});

test('whatever comes, there is one outcome an event, and none delivered that is not listed', () => {
  const item = fc.record({
    index: fc.oneof(fc.integer({ min: -2, max: 6 }), fc.anything()),
    code: fc.anything(),
  });
  const list = fc.oneof(fc.array(item, { maxLength: 6 }), fc.anything());
  const body = fc.oneof(
    fc.record({ success: list, error: list }, { requiredKeys: [] }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(
      body,
      fc.integer({ min: 100, max: 599 }),
      fc.constantFrom(0, 1),
      (value, status, indexBase) => {
        const text = JSON.stringify(value);
        const { outcomes } = classifyAnswer(4, makeAnswer(status, text), indexBase);
        expect(outcomes).toHaveLength(4);
        outcomes.forEach(({ kind }, position) => {
          if (kind === 'delivered') expect(text).toContain(`"index":${position + indexBase}`);
        });
      },
    ),
  );
});
