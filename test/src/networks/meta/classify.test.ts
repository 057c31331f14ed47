import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { classifyMetaAnswer } from '../../../../src/networks/meta/classify.js';
import { makeAnswer } from '../../../kit/amazon.js';

const accepted = 'delivered accepted';

function errorBody(code: number | string, subcode?: number, more: object = {}) {
  return {
    error: {
      message: 'm',
      type: 'OAuthException',
      code,
      error_subcode: subcode,
      fbtrace_id: 'Atrace1',
      ...more,
    },
  };
}

/** `kind reason`, with `split` where the request is halved. */
function verdictOf(status: number, body: unknown, count = 2): string {
  const { outcomes, split } = classifyMetaAnswer(count, makeAnswer(status, body));
  expect(outcomes).toHaveLength(count);
  expect(new Set(outcomes).size).toBe(1);
  return `${outcomes[0]!.kind} ${outcomes[0]!.reason}${split ? ' split' : ''}`;
}

describe('a 2xx', () => {
  test.each<[string, unknown, string]>([
    ['all of them', { events_received: 2, messages: [], fbtrace_id: 'A1' }, accepted],
    ['fewer', { events_received: 1 }, 'unknown events_missing split'],
    ['none', { events_received: 0 }, 'unknown events_missing split'],
    ['more', { events_received: 3 }, 'unknown events_missing split'],
    ['a number as text', { events_received: '2' }, 'unknown answer_unreadable'],
    ['another object', { success: true }, 'unknown answer_unreadable'],
    ['cut off', '{"events_received":2', 'unknown answer_unreadable'],
    ['empty', '', 'unknown answer_unreadable'],
    ['an error all the same', errorBody(190), 'credential 190'],
  ])('%s', (_what, body, expected) => {
    expect(verdictOf(200, body)).toBe(expected);
  });

  test('one event that is missing is not halved', () => {
    expect(verdictOf(200, { events_received: 0 }, 1)).toBe('unknown events_missing');
  });
});

describe('codes decide, whatever the status', () => {
  test.each<[number, number, number | undefined, string]>([
    [500, 190, undefined, 'credential 190'],
    [500, 190, 458, 'credential 190/458'],
    [500, 190, 460, 'credential 190/460'],
    [400, 190, 463, 'credential 190/463'],
    [401, 190, 467, 'credential 190/467'],
    [500, 3, undefined, 'credential 3'],
    [403, 10, undefined, 'credential 10'],
    [400, 102, undefined, 'credential 102'],
    [403, 200, undefined, 'credential 200'],
    [403, 294, undefined, 'credential 294'],
    [403, 299, undefined, 'credential 299'],
    [400, 100, 33, 'credential 100/33'],
    [400, 100, 34, 'configuration 100/34'],
    [403, 4, undefined, 'throttled 4'],
    [400, 17, undefined, 'throttled 17'],
    [400, 613, undefined, 'throttled 613'],
    [400, 80000, undefined, 'throttled 80000'],
    [400, 80003, undefined, 'throttled 80003'],
    [400, 80004, undefined, 'throttled 80004'],
    [400, 80014, undefined, 'throttled 80014'],
    [500, 1, undefined, 'transient 1'],
    [500, 1, 99, 'transient 1/99'],
    [400, 2, undefined, 'transient 2'],
    [400, 341, undefined, 'transient 341'],
    [400, 368, undefined, 'transient 368'],
    [400, 5000, undefined, 'transient 5000'],
    [400, 21009, undefined, 'transient 21009'],
    [400, 100, 2804003, 'expired 100/2804003 split'],
    [400, 100, 2804001, 'payload 100/2804001 split'],
    [400, 100, 2804007, 'payload 100/2804007 split'],
    [400, 100, 2804009, 'payload 100/2804009 split'],
    [400, 100, 2804016, 'payload 100/2804016 split'],
    [400, 100, 2804017, 'payload 100/2804017 split'],
    [400, 100, 2804019, 'payload 100/2804019 split'],
    [400, 100, 2804048, 'payload 100/2804048 split'],
    [400, 100, 2804050, 'payload 100/2804050 split'],
    [400, 100, 38, 'payload 100/38 split'],
    [400, 100, undefined, 'payload 100 split'],
    [500, 100, 2804009, 'payload 100/2804009 split'],
    [400, 2500, undefined, 'configuration 2500'],
    [400, 2635, undefined, 'configuration 2635'],
  ])('%d with %d/%s', (status, code, subcode, expected) => {
    expect(verdictOf(status, errorBody(code, subcode))).toBe(expected);
    // One event cannot be halved: its refusal is final.
    expect(verdictOf(status, errorBody(code, subcode), 1)).toBe(expected.replace(' split', ''));
  });

  test('a missing app secret proof is not a fault of the events', () => {
    const error = errorBody(100, undefined, {
      message: 'API calls from the server require an appsecret_proof argument',
    });
    expect(verdictOf(400, error)).toBe('credential 100');
  });

  test('a code as text', () => {
    expect(verdictOf(500, errorBody('190'))).toBe('credential 190');
  });
});

describe('no known code: the status decides', () => {
  test.each<[number, unknown, string]>([
    [400, errorBody(999_999), 'payload 999999 split'],
    [400, errorBody(999_999, undefined, { is_transient: true }), 'transient 999999'],
    [500, errorBody(999_999), 'transient 999999'],
    [400, '', 'payload http_400 split'],
    [401, '', 'credential http_401'],
    [403, '', 'credential http_403'],
    [404, '', 'configuration http_404'],
    [408, '', 'transient http_408'],
    [413, '<html></html>', 'payload http_413 split'],
    [429, '', 'throttled http_429'],
    [500, '', 'transient http_500'],
    [502, '<html></html>', 'transient http_502'],
    [503, '', 'transient http_503'],
    [504, '', 'transient http_504'],
    [302, '', 'transient http_302'],
  ])('%d %j', (status, body, expected) => {
    expect(verdictOf(status, body)).toBe(expected);
  });
});

describe('words', () => {
  test.each<[string, object, string]>([
    [
      'those for people first',
      { error_user_title: 'Too Old', error_user_msg: 'Send sooner.' },
      'Too Old: Send sooner.',
    ],
    ['a title alone', { error_user_title: 'Too Old' }, 'Too Old'],
    ['those for developers', { message: 'Invalid parameter' }, 'Invalid parameter'],
    [
      'a token that is repeated',
      { message: 'Malformed access token secretword' },
      'Malformed access token ***',
    ],
    [
      'a token in the middle',
      { message: 'The token EAABsbCS1iHgBAKZCZCsecret is bad' },
      'The token *** is bad',
    ],
    ['control characters', { message: 'bad\u001b[31m\nnews' }, 'bad [31m news'],
  ])('%s', (_what, more, message) => {
    expect(
      classifyMetaAnswer(1, makeAnswer(400, errorBody(100, 1, more))).outcomes[0]?.message,
    ).toBe(message);
  });

  test.each([
    ['words of a proxy', 'words of a proxy'],
    ['<html>words</html>', undefined],
  ])('without an error: %s', (body, message) => {
    expect(classifyMetaAnswer(1, makeAnswer(502, body)).outcomes[0]?.message).toBe(message);
  });
});

test.each<[unknown, Record<string, string>, string | undefined]>([
  [errorBody(190), {}, 'Atrace1'],
  [{ events_received: 1, fbtrace_id: 'Aok' }, {}, 'Aok'],
  ['', { 'x-fb-trace-id': 'Aheader' }, 'Aheader'],
  ['', {}, undefined],
])('the id for support', (body, headers, requestId) => {
  expect(classifyMetaAnswer(1, makeAnswer(200, body, headers)).requestId).toBe(requestId);
});

test('Retry-After is passed on', () => {
  expect(
    classifyMetaAnswer(1, makeAnswer(403, errorBody(4), { 'retry-after': '7' })).retryAfterMs,
  ).toBe(7000);
});

test('whatever comes, there is one outcome an event, and none delivered without its number', () => {
  const body = fc.oneof(
    fc.record({ events_received: fc.oneof(fc.integer({ min: -1, max: 6 }), fc.anything()) }),
    fc.record({
      error: fc.oneof(
        fc.record({ code: fc.anything(), error_subcode: fc.anything() }),
        fc.anything(),
      ),
    }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(body, fc.integer({ min: 100, max: 599 }), (value, status) => {
      const text = JSON.stringify(value);
      const { outcomes } = classifyMetaAnswer(4, makeAnswer(status, text));
      expect(outcomes).toHaveLength(4);
      if (outcomes[0]?.kind === 'delivered') expect(text).toContain('"events_received":4');
    }),
  );
});

describe('meta: the regain time of a throttled call', () => {
  const body = { error: { code: 4, message: '(#4) Application request limit reached' } };
  const entry = (minutes: unknown): object => ({
    type: 'ads_management',
    estimated_time_to_regain_access: minutes,
  });
  test.each([
    [JSON.stringify({ 1: [entry(12)] }), 720_000],
    [JSON.stringify({ 1: [entry(0)], 2: [entry(3), entry('5')] }), 300_000],
    [JSON.stringify({ 1: [entry(0)] }), undefined],
    [JSON.stringify({ 1: [entry(-4)] }), undefined],
    ['{"1":', undefined],
    ['[]', undefined],
    ['null', undefined],
  ])('%s: %s ms', (usage, expected) => {
    const answer = makeAnswer(400, body, { 'x-business-use-case-usage': usage });
    expect(classifyMetaAnswer(1, answer).retryAfterMs).toBe(expected);
  });

  test('the longer of Retry-After and regain time counts, and an answer that is not throttled has none', () => {
    const headers = {
      'retry-after': '900',
      'x-business-use-case-usage': JSON.stringify({ 1: [entry(12)] }),
    };
    expect(classifyMetaAnswer(1, makeAnswer(400, body, headers)).retryAfterMs).toBe(900_000);
    const { 'retry-after': _, ...usage } = headers;
    expect(
      classifyMetaAnswer(1, makeAnswer(200, { events_received: 1 }, usage)).retryAfterMs,
    ).toBeUndefined();
  });
});

describe('meta: an unknown code in a 4xx may be one bad event', () => {
  test.each<[number, unknown, string]>([
    [412, errorBody(987), 'payload 987 split'],
    [409, errorBody(987), 'transient 987'],
    [404, errorBody(987), 'configuration 987'],
    [401, errorBody(987), 'credential 987'],
    [412, '<html>Precondition Failed</html>', 'configuration http_412'],
  ])('%i %j', (status, body, expected) => {
    expect(verdictOf(status, body)).toBe(expected);
  });
});

describe('meta: the version headers', () => {
  const received = { events_received: 1 };
  const noticeOf = (headers: Record<string, string>): string | undefined =>
    classifyMetaAnswer(1, makeAnswer(200, received, headers)).notice;

  test('say nothing where the version that was asked for answers', () => {
    expect(noticeOf({ 'facebook-api-version': 'v25.0' })).toBeUndefined();
    expect(noticeOf({})).toBeUndefined();
  });

  test('name the version that answered instead, and the warning', () => {
    const headers = {
      'facebook-api-version': 'v27.0',
      'x-ad-api-version-warning': 'The call has been auto-upgraded to v27.0',
    };
    expect(noticeOf(headers)).toBe(
      'Meta used Graph API v27.0 instead of v25.0. ' +
        'Meta warns about the API version: The call has been auto-upgraded to v27.0',
    );
  });
});
