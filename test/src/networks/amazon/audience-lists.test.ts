import { describe, expect, test } from 'vitest';
import {
  readCreatedList,
  readListReport,
  renderListQuery,
  renderListRequest,
} from '../../../../src/networks/amazon/audience-lists.js';
import type { ListOptions } from '../../../../src/networks/audience-network.js';
import { readTarget } from '../../../../src/networks/amazon/target.js';
import { makeAmazonConnection, makeAnswer } from '../../../kit/amazon.js';

const target = readTarget(makeAmazonConnection({ account: '9223372036854775807' }));
const WANTED: ListOptions = {
  name: 'High value players',
  description: 'all "big" spenders',
  externalId: 'high-value',
};

function bodyOf(wanted: Partial<ListOptions>): string {
  return String(renderListRequest(target, { ...WANTED, ...wanted }, 'Atza|t').body);
}

describe('making a list', () => {
  const head = '{"name":"High value players","description":"all \\"big\\" spenders"';
  test.each<[string, Partial<ListOptions>, string]>([
    [
      "the account's advertiser, as a bare number beyond 2^53",
      {},
      `${head},"metadata":{"externalAudienceId":"high-value"},"targetResource":{"advertiserId":9223372036854775807}}`,
    ],
    [
      'a connection, a country and a time to live',
      { connectionId: 'eb88dece', country: 'US', ttlSeconds: 604_800 },
      `${head},"countryCode":"US","metadata":{"externalAudienceId":"high-value","ttl":604800},"targetResource":{"connectionId":"eb88dece"}}`,
    ],
    [
      'another advertiser',
      { advertiserId: '12345' },
      `${head},"metadata":{"externalAudienceId":"high-value"},"targetResource":{"advertiserId":12345}}`,
    ],
  ])('for %s', (_name, wanted, body) => {
    expect(bodyOf(wanted)).toBe(body);
    expect(() => JSON.parse(body)).not.toThrow();
  });

  test('gives its id digit for digit', () => {
    expect(
      readCreatedList(
        makeAnswer(201, '{"audienceId":371552318001631924,"externalAudienceId":"a"}'),
      ),
    ).toBe('371552318001631924');
    expect(readCreatedList(makeAnswer(201, '{"audienceId":347891}'))).toBe('347891');
  });

  test.each<[number, unknown, string, string]>([
    [400, { message: 'name too short' }, 'list_refused', 'config'],
    [401, { message: 'Unauthorized' }, 'audience_access_refused', 'auth'],
    [403, { message: 'no scope' }, 'audience_access_refused', 'auth'],
    [404, { message: 'not found' }, 'unknown_list', 'config'],
    [429, { message: 'later' }, 'audience_call_failed', 'network'],
    [500, 'oops', 'audience_call_failed', 'network'],
    [201, '{"audience', 'audience_call_failed', 'network'],
  ])('answered %i %j is explained', (status, body, code, kind) => {
    expect(() => readCreatedList(makeAnswer(status, body))).toThrow(
      expect.objectContaining({ code, kind }),
    );
  });
});

test('what Amazon knows of a list is asked for by id and read', () => {
  expect(renderListQuery(target, '371552318001631924', 'Atza|t').url).toBe(
    'https://advertising-api.amazon.com/amc/audiences/metadata/371552318001631924',
  );
  const body =
    '{"audienceId":371552318001631924,"name":"High value players","countryCode":"US","metadata":{"externalAudienceId":"a",' +
    '"ttl":604800,"audienceSize":{"receivedRecordSize":10,"idResolutionCount":9,"dspAudienceSize":8}}}';
  expect(readListReport(makeAnswer(200, body))).toEqual({
    id: '371552318001631924',
    name: 'High value players',
    country: 'US',
    ttlSeconds: 604_800,
    received: 10,
    matched: 9,
    size: 8,
  });
});
