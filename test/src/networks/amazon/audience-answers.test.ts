import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../../src/networks/network.js';
import { makeAnswer } from '../../../kit/amazon.js';
import { placesOf } from '../../../kit/outgoing.js';
import { makeRecord, openAudiences } from '../../../kit/audiences.js';

const JOB = '1155d3e3-b18c-4b2b-a3b2-26173cdaf770';
const items = ['a', 'b', 'c'].map((externalUserId) =>
  makeRecord({ externalUserId, email: 'a@b.c' }, { id: '371' }),
);
const channel = openAudiences();
const followUp = channel.followUp!;

function kindsOf({ outcomes }: Verdict): string[] {
  return outcomes.map(({ kind }) => kind);
}

describe('the answer to an upload', () => {
  test('an accepted request is not a delivery: the job decides', () => {
    const verdict = channel.classify(items, makeAnswer(202, { jobRequestId: JOB }));
    expect(kindsOf(verdict)).toEqual(['processing', 'processing', 'processing']);
    expect(verdict.requestId).toBe(JOB);
  });

  test.each<[string, number, unknown, string, string, boolean]>([
    ['202 without a job', 202, {}, 'unknown', 'answer_unreadable', false],
    ['202 cut off', 202, '{"jobReq', 'unknown', 'answer_unreadable', false],
    [
      'a bad record',
      400,
      { message: "Value at 'records.2.member.externalUserId' failed" },
      'payload',
      'http_400',
      true,
    ],
    [
      'a quoted id',
      400,
      { Message: 'STRING_VALUE can not be converted to a Long' },
      'configuration',
      'list_refused',
      false,
    ],
    [
      'no such list',
      400,
      { message: 'audienceId 5 was not found' },
      'configuration',
      'list_refused',
      false,
    ],
    [
      'no such connection',
      400,
      { message: 'connectionId is not active' },
      'configuration',
      'list_refused',
      false,
    ],
    ['no token', 401, { message: 'Unauthorized' }, 'credential', 'unauthorized', false],
    [
      'no scope',
      403,
      { message: 'The access token lacks the scope' },
      'credential',
      'scope_missing',
      false,
    ],
    [
      'no terms',
      403,
      { message: 'The AMC terms have not been accepted' },
      'credential',
      'terms_not_accepted',
      false,
    ],
    ['too much', 413, { message: 'too large' }, 'payload', 'too_large', true],
    ['too often', 429, { message: 'slow down' }, 'throttled', 'http_429', false],
    ['trouble', 500, { message: 'sorry' }, 'transient', 'http_500', false],
  ])('%s', (_name, status, body, kind, reason, splits) => {
    const verdict = channel.classify(items, makeAnswer(status, body));
    expect(verdict.outcomes).toHaveLength(3);
    expect(verdict.outcomes[0]).toMatchObject({ kind, reason });
    expect(verdict.split ?? false).toBe(splits);
  });

  test('a missing scope is explained', () => {
    expect(channel.classify(items, makeAnswer(403, { message: 'no' })).outcomes[0]).toMatchObject({
      message: 'no; audience lists require the scope advertising::audiences',
      fix: { by: 'reconnect', flags: '--audiences' },
    });
  });
});

describe('the status of a job', () => {
  const bad = [{ audienceId: '371', externalId: 'b', error: 'not hashed' }];
  test.each<[string, object, string[], readonly number[] | undefined]>([
    ['PENDING', {}, ['processing', 'processing', 'processing'], undefined],
    ['SUCCEEDED', {}, ['delivered', 'delivered', 'delivered'], undefined],
    ['COMPLETED', { invalidRecords: [] }, ['delivered', 'delivered', 'delivered'], undefined],
    ['SUCCEEDED', { invalidRecords: bad }, ['delivered', 'payload', 'delivered'], undefined],
    [
      'PARTIALLYSUCCEEDED',
      { invalidRecords: bad },
      ['delivered', 'payload', 'delivered'],
      undefined,
    ],
    ['PARTIALLYSUCCEEDED', {}, ['transient', 'transient', 'transient'], undefined],
    ['FAILED', {}, ['transient', 'transient', 'transient'], undefined],
    ['FAILED', { invalidRecords: bad }, ['transient', 'payload', 'transient'], [1]],
    ['REINVENTED', {}, ['processing', 'processing', 'processing'], undefined],
  ])('%s with %j', (jobState, more, kinds, rejectedIndexes) => {
    const verdict = followUp.classify(
      items,
      makeAnswer(200, { jobRequestId: JOB, jobState, ...more }),
      placesOf(items),
    );
    expect(kindsOf(verdict)).toEqual(kinds);
    expect(verdict.rejectedIndexes).toEqual(rejectedIndexes);
  });

  test("tells Amazon's words of the record that it names", () => {
    const verdict = followUp.classify(
      items,
      makeAnswer(200, { jobState: 'SUCCEEDED', invalidRecords: bad }),
      placesOf(items),
    );
    expect(verdict.outcomes[1]).toEqual({
      kind: 'payload',
      reason: 'invalid_record',
      message: 'not hashed',
    });
  });

  test.each<[number, string]>([
    [404, 'unknown'],
    [401, 'credential'],
    [403, 'credential'],
    [429, 'processing'],
    [500, 'processing'],
    [400, 'processing'],
  ])('that answers %i: %s', (status, kind) => {
    const verdict = followUp.classify(
      items,
      makeAnswer(status, { message: 'no' }, { 'retry-after': '7' }),
      placesOf(items),
    );
    expect(kindsOf(verdict)).toEqual([kind, kind, kind]);
    if (kind === 'processing') expect(verdict.retryAfterMs).toBe(7000);
  });

  test('is read where the job is', () => {
    expect(followUp.request('a/b', 'Atza|t')).toMatchObject({
      method: 'GET',
      url: 'https://advertising-api.amazon.com/amc/audiences/records/a%2Fb',
      headers: { Authorization: 'Bearer Atza|t', Accept: 'application/vnd.amcaudiences.v1+json' },
    });
  });
});
