import { describe, expect, test } from 'vitest';
import { classifyRedditAnswer } from '../../../../src/networks/reddit/classify.js';
import { reddit } from '../../../../src/networks/reddit/reddit.js';
import type { Verdict } from '../../../../src/networks/network.js';
import { makeAnswer } from '../../../kit/amazon.js';
import { makePostback } from '../../../kit/outgoing.js';

const items = [1, 2, 3].map((number) => makePostback(reddit, {}, 'PURCHASE', { number }));
const SENTENCE = 'There were 1 invalid conversion events. None were processed.';

function judge(
  status: number,
  body: unknown,
  count = 3,
  headers: Record<string, string> = {},
): Verdict {
  return classifyRedditAnswer(items.slice(0, count), makeAnswer(status, body, headers));
}

function kinds({ outcomes }: Verdict): string[] {
  return outcomes.map(({ kind }) => kind);
}

function v3(status: number, message: string, fields: object[] = []): object {
  return { error: { code: status, message, ...(fields.length > 0 ? { fields } : {}) } };
}

describe('accepted', () => {
  test.each([
    [200, { data: { message: 'Successfully processed 3 conversion events.' } }, 'delivered'],
    [201, { data: { message: 'Successfully processed 3 conversion events.' } }, 'delivered'],
    [200, { message: 'Successfully processed 3 conversion events.' }, 'delivered'],
    [200, { data: { message: 'Successfully processed 2 conversion events.' } }, 'unknown'],
    [200, { data: { message: 'OK' } }, 'unknown'],
    [200, { message: 'pong' }, 'unknown'],
    [200, { data: { message: 'Successfully processed conversion events.' } }, 'unknown'],
    [200, { error: 'Successfully processed 3 conversion events.' }, 'unknown'],
    [
      200,
      { error: { code: 500, message: 'Successfully processed 3 conversion events.' } },
      'unknown',
    ],
    [200, { error: { reason: 'UNAUTHORIZED', explanation: 'token expired' } }, 'unknown'],
    [200, { success: false, message: 'Successfully processed 3 conversion events.' }, 'unknown'],
    [200, { error: null, message: 'Successfully processed 3 conversion events.' }, 'delivered'],
    [200, { data: { message: SENTENCE } }, 'payload'],
    [
      200,
      { data: { message: 'OK', invalid_events: [{ error_message: 'x', event: {} }] } },
      'payload',
    ],
    [200, {}, 'unknown'],
    [200, '', 'unknown'],
    [200, '<html>', 'unknown'],
  ])('A14: %d %j: %s', (status, body, kind) => {
    expect(kinds(judge(status, body))).toEqual([kind, kind, kind]);
  });
});

describe('reddit: a 403 is read before it is believed', () => {
  const seen = 'JSON error unexpected type number on field events event_metadata value';
  test.each([
    ['v2', { success: false, error: { reason: 'UNAUTHORIZED', explanation: seen } }],
    ['v2 without success', { error: { reason: 'UNAUTHORIZED', explanation: seen } }],
    ['v3', v3(403, 'JSON error "unknown field" on field "test_id"')],
    ['v3 with a missing field', v3(403, 'missing required field action_source')],
  ])('%s: a schema error is about the payload, and is looked for', (_name, body) => {
    expect(judge(403, body)).toMatchObject({
      split: true,
      outcomes: Array(3).fill({ kind: 'payload' }),
    });
    expect(judge(403, body, 1).outcomes).toMatchObject([{ kind: 'payload' }]);
    expect(judge(403, body, 1).outcomes[0]?.message).toMatch(/field/);
  });

  test.each([
    { success: false, error: { reason: 'UNAUTHORIZED', explanation: 'access token is not valid' } },
    { success: false, error: { reason: 'UNAUTHORIZED' } },
    v3(403, 'insufficient authentication scopes'),
    { message: 'Forbidden', error: 403 },
  ])('a 403 about the grant stays credential: %j', (body) => {
    const verdict = judge(403, body);
    expect(kinds(verdict)).toEqual(['credential', 'credential', 'credential']);
    expect(verdict.split).toBeUndefined();
  });
});

describe('refused whole: what the status means', () => {
  test.each([
    [401, v3(401, 'Unauthorized'), 'credential'],
    [403, v3(403, 'insufficient authentication scopes'), 'credential'],
    [403, '', 'credential'],
    [403, v3(403, 'not authorized to send events to pixel a2_other'), 'configuration'],
    [404, v3(404, 'pixel a2_none not found'), 'configuration'],
    [405, v3(405, 'Method Not Allowed'), 'configuration'],
    [408, '', 'transient'],
    [425, '', 'transient'],
    [429, v3(429, 'Too Many Requests'), 'throttled'],
    [500, v3(500, 'Internal Server Error'), 'transient'],
    [502, 'upstream connect error', 'transient'],
    [503, '<html><h1>503</h1></html>', 'transient'],
    [302, '', 'transient'],
  ])('%d %j: %s', (status, body, kind) => {
    const verdict = judge(status, body);
    expect(kinds(verdict)).toEqual([kind, kind, kind]);
    expect(verdict.split ?? verdict.rejectedIndexes).toBeUndefined();
  });

  test('a request that is too large is halved', () => {
    expect(judge(413, '')).toMatchObject({
      split: true,
      outcomes: [{ kind: 'payload', reason: 'too_large' }, {}, {}],
    });
    expect(judge(413, '', 1).split).toBeUndefined();
  });
});

describe('refused for its events', () => {
  const field = (index: number, path: string, message: string): object => ({
    field: `$.data.events[${index}].${path}`,
    message,
  });

  test.each<[string, number, unknown, Verdict['rejectedIndexes'], string]>([
    // As it was seen in the wild.
    [
      'v3 names event and field',
      400,
      v3(400, SENTENCE, [
        field(0, 'user.UUID', 'user.UUID: invalid UUID: UUID must be RFC-4122 compliant'),
      ]),
      [0],
      'payload',
    ],
    [
      'v3, two events, one of them twice',
      400,
      v3(400, 'There were 2 invalid conversion events. None were processed.', [
        field(2, 'metadata.currency', 'currency: invalid'),
        field(0, 'metadata.value', 'value: invalid'),
        field(2, 'metadata.value', 'value: invalid'),
      ]),
      [0, 2],
      'payload',
    ],
    [
      'too old',
      400,
      v3(400, SENTENCE, [
        field(1, 'event_at', 'event_at timestamp must be less than 168h0m0s old'),
      ]),
      [1],
      'expired',
    ],
    [
      'from the future',
      400,
      v3(400, SENTENCE, [field(1, 'event_at', 'event_at timestamp must not be in the future')]),
      [1],
      'payload',
    ],
    [
      'a type that is none: the mapping is wrong',
      400,
      v3(400, SENTENCE, [
        field(1, 'type.tracking_type', 'tracking_type: invalid tracking_type: BUY'),
      ]),
      [1],
      'configuration',
    ],
    [
      'v2 repeats the event',
      400,
      {
        message: SENTENCE,
        invalid_events: [
          {
            error_message: 'event_at timestamp must be less than 168h0m0s old',
            event: { event_metadata: { conversion_id: '2'.padStart(32, '0') } },
          },
        ],
      },
      [1],
      'expired',
    ],
    [
      'v3 repeats it under its own name',
      403,
      {
        data: {
          message: SENTENCE,
          invalid_events: [
            { error_message: 'bad', event: { metadata: { conversion_id: '3'.padStart(32, '0') } } },
          ],
        },
      },
      [2],
      'payload',
    ],
    [
      '403 with fields',
      403,
      v3(403, SENTENCE, [field(1, 'user.email', 'email: invalid')]),
      [1],
      'payload',
    ],
    ['422', 422, v3(422, SENTENCE, [field(1, 'user.email', 'email: invalid')]), [1], 'payload'],
  ])('%s', (_name, status, body, rejectedIndexes, kind) => {
    const verdict = judge(status, body);
    expect(verdict.rejectedIndexes).toEqual(rejectedIndexes);
    expect(verdict.split).toBeUndefined();
    for (const position of rejectedIndexes!) expect(verdict.outcomes[position]?.kind).toBe(kind);
  });

  test.each([
    ['only the sentence', 400, v3(400, SENTENCE)],
    ['the sentence with 403', 403, v3(403, SENTENCE)],
    [
      'an event that nobody sent',
      400,
      { message: SENTENCE, invalid_events: [{ error_message: 'x', event: {} }] },
    ],
    [
      'a position beyond the request',
      400,
      v3(400, SENTENCE, [field(7, 'user.email', 'email: invalid')]),
    ],
    [
      'a field of no event',
      400,
      v3(400, 'invalid request body', [{ field: '$.data.partner', message: 'bad' }]),
    ],
    ['nothing at all', 400, ''],
  ])('%s: the batch is halved, and one alone is to blame', (_name, status, body) => {
    expect(judge(status, body)).toMatchObject({
      split: true,
      outcomes: Array(3).fill({ kind: 'payload' }),
    });
    expect(judge(status, body).rejectedIndexes).toBeUndefined();
    const single = judge(status, body, 1);
    expect(single.outcomes).toHaveLength(1);
    expect(single.outcomes[0]?.kind).toBe('payload');
    expect(single.split).toBeUndefined();
  });

  test('the message names field and cause', () => {
    const body = v3(400, SENTENCE, [
      field(1, 'action_source', 'action_source: invalid action_source: website'),
    ]);
    const [first, second] = judge(400, body).outcomes;
    expect(second?.message).toBe('action_source: invalid action_source: website');
    expect(first?.message).toContain('None were processed');
  });
});

test('request id and Retry-After', () => {
  const headers = { 'x-request-id': 'abc-1', 'retry-after': '7' };
  expect(judge(429, '', 1, headers)).toMatchObject({ requestId: 'abc-1', retryAfterMs: 7000 });
});

test('a hostile answer is neither believed nor printed as it is', () => {
  const body = v3(400, `\u001b[31m Bearer secret\u0000${'x'.repeat(5000)}`, [
    { field: 'a'.repeat(9999), message: 5 },
  ]);
  const [outcome] = judge(400, body, 1).outcomes;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(outcome?.message).not.toMatch(/[\u0000-\u001f]|secret/);
  expect(outcome?.message?.length).toBeLessThanOrEqual(300);
});
