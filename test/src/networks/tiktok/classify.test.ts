import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { classifyTikTokAnswer } from '../../../../src/networks/tiktok/classify.js';
import { RETURN_CODES } from '../../../../src/networks/tiktok/return-codes.js';
import { makeAnswer } from '../../../kit/amazon.js';

/** `kind reason` of each of `count` events, with how the rest goes on. */
function judge(count: number, status: number, body: unknown): string[] {
  const { outcomes, split, rejectedIndexes } = classifyTikTokAnswer(
    count,
    makeAnswer(status, body),
  );
  const judged = outcomes.map(({ kind, reason }) => `${kind} ${reason}`);
  return [
    ...judged,
    ...(split ? ['split'] : []),
    ...(rejectedIndexes ? [`rejected ${rejectedIndexes.join(' ')}`] : []),
  ];
}

const ok = 'delivered accepted';
/** Codes other than 0 in the SDK's list at f809c39. */
const LISTED_CODES = 162;
const PIXEL =
  'No permission to operate pixel code: C4. You must be an admin or operator of this advertiser account.';
const BAD_ITEM = 'Batch.1.properties.contents.0.content_id: Not a valid string';

describe('HTTP 200 does not prove delivery: the return code decides', () => {
  test.each<[string, unknown, string[]]>([
    ['accepted', { code: 0, message: 'OK', data: {} }, [ok, ok]],
    ['a code as text', { code: '0', message: 'OK' }, [ok, ok]],
    [
      'a wrong token',
      { code: 40105, message: 'Access token is incorrect.' },
      Array(2).fill('credential 40105'),
    ],
    [
      'an empty token',
      { code: 40104, message: 'Access-Token is empty' },
      Array(2).fill('credential 40104'),
    ],
    [
      'an expired token',
      { code: 40102, message: 'Access token expired' },
      Array(2).fill('credential 40102'),
    ],
    [
      'no permission',
      { code: 40001, message: 'You have no permission' },
      Array(2).fill('credential 40001'),
    ],
    [
      'tiktok: 40001 about the pixel',
      { code: 40001, message: PIXEL },
      Array(2).fill('credential 40001'),
    ],
    [
      'the same under the other code',
      { code: 40002, message: PIXEL },
      Array(2).fill('configuration 40002'),
    ],
    [
      'a wrong source',
      { code: 40002, message: 'event_source: Bad' },
      Array(2).fill('configuration 40002'),
    ],
    [
      'a wrong test code',
      { code: 40002, message: 'test_event_code: Bad' },
      Array(2).fill('configuration 40002'),
    ],
    [
      'throttled',
      { code: 40100, message: 'App reaches the QPS limit.' },
      Array(2).fill('throttled 40100'),
    ],
    [
      'throttled under another code',
      { code: 51021, message: 'Too many requests' },
      Array(2).fill('throttled 51021'),
    ],
    [
      'an internal fault',
      { code: 50000, message: 'System error' },
      Array(2).fill('transient 50000'),
    ],
    ['another internal fault', { code: 50002, message: '' }, Array(2).fill('transient 50002')],
    [
      '40700, an internal fault too',
      { code: 40700, message: 'Internal' },
      Array(2).fill('transient 40700'),
    ],
    [
      'a code that nobody knows',
      { code: 40999, message: 'New' },
      Array(2).fill('configuration 40999'),
    ],
    [
      'a bad parameter, unnamed',
      { code: 40002, message: 'Bad' },
      [...Array<string>(2).fill('payload 40002'), 'split'],
    ],
    [
      'a bad event, named',
      { code: 40002, message: BAD_ITEM },
      [...Array<string>(2).fill('payload 40002'), 'rejected 1'],
    ],
    ['partly taken, named', { code: 20001, message: BAD_ITEM }, [ok, 'payload 20001']],
    [
      'partly taken, unnamed',
      { code: 20001, message: 'Partial' },
      [...Array<string>(2).fill('payload 20001'), 'split'],
    ],
    ['no code', { message: 'OK' }, Array(2).fill('unknown answer_unreadable')],
    ['cut off', '{"code":0,"mess', Array(2).fill('unknown answer_unreadable')],
    ['empty', '', Array(2).fill('unknown answer_unreadable')],
    ['a page', '<html>OK</html>', Array(2).fill('unknown answer_unreadable')],
    ['a list', '[{"code":0}]', Array(2).fill('unknown answer_unreadable')],
    ['a code that is none', { code: null }, Array(2).fill('unknown answer_unreadable')],
  ])('%s', (_name, body, expected) => {
    expect(judge(2, 200, body)).toEqual(expected);
  });
});

describe('every return code of the official list, and unknown codes by their class', () => {
  const halved = (code: number): string[] => [...Array<string>(2).fill(`payload ${code}`), 'split'];
  const all = (kind: string, code: number): string[] => Array<string>(2).fill(`${kind} ${code}`);

  test.each<[string, number, string[]]>([
    ['tiktok: 60001 (maintenance) is transient', 60001, all('transient', 60001)],
    ['tiktok: 40132 is throttled', 40132, all('throttled', 40132)],
    ['61000 is throttled', 61000, all('throttled', 61000)],
    ['tiktok: 40309 is a credential refusal', 40309, all('credential', 40309)],
    ['tiktok: 40003 is a credential refusal', 40003, all('credential', 40003)],
    ['tiktok: 40001 is a credential refusal', 40001, all('credential', 40001)],
    ['tiktok: 40000 without a position is halved', 40000, halved(40000)],
    ['tiktok: 40061 (batch size) is halved', 40061, halved(40061)],
    ['40062 (PII not hashed) is halved', 40062, halved(40062)],
    ['40202 (write conflict) is transient', 40202, all('transient', 40202)],
    ['40051 (API version) is a configuration fault', 40051, all('configuration', 40051)],
    ['an unknown parameter code is halved', 40099, halved(40099)],
    ['an unknown token code is a credential refusal', 40199, all('credential', 40199)],
    ['an unknown task code is transient', 40299, all('transient', 40299)],
    ['an unknown advertiser code is a credential refusal', 40399, all('credential', 40399)],
    ['an unknown internal code is transient', 59999, all('transient', 59999)],
    ['an unknown maintenance code is transient', 60999, all('transient', 60999)],
    ['an unknown traffic code is throttled', 61999, all('throttled', 61999)],
    [
      'an unknown code without a class is a configuration fault',
      99999,
      all('configuration', 99999),
    ],
  ])('%s', (_name, code, expected) => {
    expect(judge(2, 200, { code, message: 'A message without a position' })).toEqual(expected);
  });

  test('each listed code has exactly one meaning', () => {
    expect(RETURN_CODES.size).toBe(LISTED_CODES);
    for (const [code, kind] of RETURN_CODES) {
      expect(judge(1, 200, { code, message: 'x' })).toEqual([`${kind} ${code}`]);
    }
  });

  test('a parameter fault that quotes the word frequency is not throttling', () => {
    const message = 'Batch.1.properties.frequency: Unknown field.';
    expect(judge(2, 200, { code: 40002, message })).toEqual([
      'payload 40002',
      'payload 40002',
      'rejected 1',
    ]);
  });
});

describe('other statuses', () => {
  test.each<[number, unknown, string[]]>([
    [401, { code: 40100, message: 'limit' }, ['throttled 40100']],
    [401, { code: 40105, message: 'wrong' }, ['credential 40105']],
    [500, { code: 0, message: 'OK' }, ['transient http_500']],
    [500, { code: 50000, message: 'System error' }, ['transient 50000']],
    [401, '', ['credential http_401']],
    [403, '', ['credential http_403']],
    [404, { message: 'Not Found' }, ['configuration http_404']],
    [408, '', ['transient http_408']],
    [429, '', ['throttled http_429']],
    [502, '<html>Bad Gateway</html>', ['transient http_502']],
    [503, 'no healthy upstream', ['transient http_503']],
    [302, '', ['transient http_302']],
    [413, '', ['payload http_413']],
  ])('%i %j', (status, body, expected) => {
    expect(judge(1, status, body)).toEqual(expected);
  });

  test('a request too large is halved', () => {
    expect(judge(2, 413, '')).toEqual(['payload http_413', 'payload http_413', 'split']);
  });
});

describe('which events are named', () => {
  test.each<[string, number[] | undefined]>([
    ['Batch.0.event: Unknown field.', [0]],
    ['Batch.2.event: x; Batch.0.user.email: y; Batch.2.page: z', [0, 2]],
    ['batch.1: Not a valid object.', [1]],
    ['Batch.3.event: past the end', undefined],
    ['Batch.12345678.event: no place', undefined],
    ['Batches: none', undefined],
  ])('%s', (message, rejectedIndexes) => {
    const verdict = classifyTikTokAnswer(3, makeAnswer(200, { code: 40002, message }));
    expect(verdict.rejectedIndexes).toEqual(rejectedIndexes);
    expect(verdict.split).toBe(rejectedIndexes === undefined ? true : undefined);
  });

  test('each with its own words, also where the whole message is too long to keep', () => {
    const message = Array.from(
      { length: 400 },
      (_, place) => `Batch.${place}.event: wrong ${place}`,
    ).join('; ');
    const { rejectedIndexes, outcomes } = classifyTikTokAnswer(
      400,
      makeAnswer(200, { code: 40002, message }),
    );
    expect(rejectedIndexes).toHaveLength(400);
    expect(outcomes[399]?.message).toBe('Batch.399.event: wrong 399');
  });

  test('a passing fault that names one is still a passing fault', () => {
    expect(judge(2, 200, { code: 50000, message: 'Batch.0: timeout' })).toEqual(
      Array(2).fill('transient 50000'),
    );
  });
});

test('one event is never halved', () => {
  expect(judge(1, 200, { code: 40002, message: 'Bad' })).toEqual(['payload 40002']);
  expect(judge(1, 200, { code: 20001, message: 'Partial' })).toEqual(['payload 20001']);
});

test('request id, wait and words are kept; a token in them is not', () => {
  const token = 'deadbeef00deadbeef00deadbeef00deadbeef00';
  const body = {
    code: 40105,
    message: `Access token ${token} is\u001b[31m wrong`,
    request_id: '20261125AB',
  };
  const verdict = classifyTikTokAnswer(1, makeAnswer(200, body, { 'retry-after': '7' }));
  expect(verdict).toMatchObject({ requestId: '20261125AB', retryAfterMs: 7000 });
  expect(verdict.outcomes[0]?.message).toBe('Access token *** is [31m wrong');
});

test('any answer gives one outcome an event, and delivers on code 0 alone', () => {
  const body = fc.oneof(fc.jsonValue(), fc.record({ code: fc.integer(), message: fc.string() }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 200, max: 599 }),
      body,
      (count, status, value) => {
        const { outcomes, rejectedIndexes = [] } = classifyTikTokAnswer(
          count,
          makeAnswer(status, value),
        );
        expect(outcomes).toHaveLength(count);
        expect(rejectedIndexes.every((place) => place < count)).toBe(true);
        const code = (value as { code?: unknown } | null)?.code;
        if (outcomes.some(({ kind }) => kind === 'delivered'))
          expect([0, '0', 20001, '20001']).toContain(code);
      },
    ),
  );
});
