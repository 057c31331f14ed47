import { describe, expect, test } from 'vitest';
import { makeRecord, openAudiences, prepareLine } from '../../../kit/audiences.js';
import { sha256 } from '../../sandbox/test-sandbox.js';
import { measuredBodyOf } from '../../../kit/outgoing.js';

/** Beyond 2^53: 371552318001631924 would be rounded to …936. */
const LIST = '371552318001631924';
const CONNECTION = '5a523424-e8b3-4da5-9a32-24a861aea576';
const EMAIL = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';

function bodyOf(
  records: Record<string, unknown>[],
  list: { id: string; connectionId?: string } = { id: LIST },
): string {
  const items = records.map((record) => makeRecord(record, list));
  return String(openAudiences().request(items, 'Atza|token').body);
}

describe('the request', () => {
  test('goes to the region with the headers of the specification', () => {
    const { method, url, headers } = openAudiences({ region: 'eu' }).request(
      [makeRecord({ externalUserId: 'a', email: 'a@b.c' }, { id: LIST })],
      'Atza|t',
    );
    expect([method, url]).toEqual([
      'POST',
      'https://advertising-api-eu.amazon.com/amc/audiences/records',
    ]);
    expect(headers).toEqual({
      Accept: 'application/vnd.amcaudiences.v1+json',
      'Content-Type': 'application/vnd.amcaudiences.v1+json',
      'Amazon-Advertising-API-ClientId': 'amzn1.application-oa2-client.1',
      Authorization: 'Bearer Atza|t',
    });
  });

  // Rows derived by hand from docs/reference/amazon.md#audience-lists; hashes are of the text at
  // the right.
  test.each<[string, Record<string, unknown>, string]>([
    [
      'an e-mail address',
      { externalUserId: 'A12346sgd', email: ' Test@Example.com ', country: 'US' },
      `{"externalUserId":"A12346sgd","countryCode":"US","action":"CREATE","hashedPII":[{"email":"${EMAIL}"}]}`,
    ],
    [
      'all fields',
      {
        externalUserId: 'a',
        email: 'jo+doe_1@example.com',
        phone: '(571) 412-0599',
        firstName: 'Jörg',
        lastName: "O'Neill",
        address: '8 Bluestem Terrace',
        city: 'San Francisco',
        state: 'California',
        postalCode: '94105-1234',
        country: 'US',
      },
      `{"externalUserId":"a","countryCode":"US","action":"CREATE","hashedPII":[{"firstname":"${sha256('joerg')}",` +
        `"lastname":"${sha256('oneill')}","address":"${sha256('8bluestemter')}","phone":"${sha256('15714120599')}",` +
        `"city":"${sha256('sanfrancisco')}","state":"${sha256('ca')}","postal":"${sha256('94105')}",` +
        `"email":"${sha256('jodoe1@example.com')}"}]}`,
    ],
    [
      'a hash made elsewhere, and no country',
      { externalUserId: 'a', email: EMAIL.toUpperCase() },
      `{"externalUserId":"a","action":"CREATE","hashedPII":[{"email":"${EMAIL}"}]}`,
    ],
    [
      'somebody who leaves',
      { externalUserId: 'a', action: 'DELETE' },
      `{"externalUserId":"a","action":"DELETE","hashedPII":[{}]}`,
    ],
    [
      'somebody who leaves, and who it is',
      { externalUserId: 'a', action: 'DELETE', email: 'test@example.com', country: 'DE' },
      `{"externalUserId":"a","countryCode":"DE","action":"DELETE","hashedPII":[{"email":"${EMAIL}"}]}`,
    ],
    [
      'a German with a TCF string',
      {
        externalUserId: 'a',
        email: 'test@example.com',
        country: 'DE',
        consent: { tcf: 'CPtcf.AAA' },
      },
      `{"externalUserId":"a","countryCode":"DE","action":"CREATE","hashedPII":[{"email":"${EMAIL}"}],` +
        `"userConsent":{"geo":{"countryCode":"DE"},"consent":{"tcf":"CPtcf.AAA"}}}`,
    ],
    [
      "a Briton with Amazon's own signal",
      {
        externalUserId: 'a',
        email: 'test@example.com',
        country: 'UK',
        consent: { amznUserData: 'granted', amznAdStorage: 'GRANTED' },
      },
      `{"externalUserId":"a","countryCode":"GB","action":"CREATE","hashedPII":[{"email":"${EMAIL}"}],` +
        `"userConsent":{"geo":{"countryCode":"GB"},"consent":{"amzn":{"amznUserData":"GRANTED","amznAdStorage":"GRANTED"}}}}`,
    ],
    [
      'an American with a signal that nobody asked for',
      { externalUserId: 'a', email: 'test@example.com', consent: { gpp: 'DBAA' } },
      `{"externalUserId":"a","action":"CREATE","hashedPII":[{"email":"${EMAIL}"}],"userConsent":{"consent":{"gpp":"DBAA"}}}`,
    ],
  ])('of %s', (_name, record, expected) => {
    const body = bodyOf([record]);
    expect(body).toBe(`{"audienceId":${LIST},"records":[${expected}]}`);
    expect(() => JSON.parse(body)).not.toThrow();
  });

  test.each(['1', '9007199254740993', LIST, '9223372036854775807'])(
    'of the list %s has its id as it is, unquoted',
    (id) => {
      expect(bodyOf([{ externalUserId: 'a', email: 'a@b.c' }], { id })).toMatch(
        new RegExp(`^\\{"audienceId":${id},`),
      );
    },
  );

  test('of a list with a connection names it, and the DSP', () => {
    const body = bodyOf([{ externalUserId: 'a', email: 'a@b.c' }], {
      id: LIST,
      connectionId: CONNECTION,
    });
    expect(body.slice(body.indexOf(']}]'))).toBe(
      `]}],"targetResource":{"connectionId":"${CONNECTION}","targetTypes":["DSP"]}}`,
    );
  });

  test('of two lists, or two connections of one, never is one request', () => {
    const groupOf = openAudiences().groupOf!;
    const person = { externalUserId: 'a', email: 'a@b.c' };
    const lists = [
      { id: '1' },
      { id: '1', connectionId: 'c' },
      { id: '1', connectionId: 'd' },
      { id: '2' },
    ];
    expect(new Set(lists.map((list) => groupOf(makeRecord(person, list)))).size).toBe(4);
  });
});

test('the bound of a record holds, and the limits are those of the guide', () => {
  const channel = openAudiences();
  const { limits } = channel;
  expect(limits.maxEvents).toBeLessThanOrEqual(10_000);
  expect(limits.requestsPerSecond * limits.maxEvents * 3600).toBeLessThanOrEqual(15_000_001);
  const longest = {
    externalUserId: 'x'.repeat(128),
    email: 'test@example.com',
    phone: '15714120599',
    firstName: 'a',
    lastName: 'b',
    address: '1 a',
    city: 'c',
    state: 'CA',
    postalCode: '94105',
    country: 'US',
    consent: { tcf: `CPtcf.${'A'.repeat(4000)}` },
  };
  for (const record of [
    longest,
    { externalUserId: 'a', action: 'DELETE' },
    { externalUserId: 'a', email: 'a@b.c' },
  ]) {
    const item = makeRecord(record, { id: '9223372036854775807', connectionId: CONNECTION });
    expect(measuredBodyOf(channel, [item])).toContain('9223372036854775807');
  }
});

describe('who is kept out of a list', () => {
  const person = { externalUserId: 'a', email: 'test@example.com' };
  test.each<[string, Record<string, unknown>, string]>([
    ['nothing to be found by', { externalUserId: 'a', country: 'US' }, 'no_match_key'],
    ['an address that is none', { externalUserId: 'a', email: '@' }, 'no_match_key'],
    ['a German without a signal', { ...person, country: 'DE' }, 'eu_consent_missing'],
    ['a Briton without a signal', { ...person, country: 'GB' }, 'eu_consent_missing'],
    ['a Swiss without a signal', { ...person, country: 'CH' }, 'eu_consent_missing'],
    ['a refusal', { ...person, consent: { amznUserData: 'DENIED' } }, 'consent_none'],
    [
      'a refusal of storage',
      { ...person, consent: { amznUserData: 'GRANTED', amznAdStorage: 'DENIED' } },
      'consent_none',
    ],
    ['no consent', { ...person, consentLevel: 'none' }, 'consent_none'],
    ['consent to measuring alone', { ...person, consentLevel: 'anonymous' }, 'consent_none'],
    [
      "a refusal in Google's words",
      { ...person, consent: { adUserData: 'denied' }, consentLevel: 'full' },
      'consent_none',
    ],
  ])('%s', (_name, record, reason) => {
    expect(prepareLine(record)).toMatchObject({ reason });
    expect(prepareLine({ ...record, action: 'DELETE' })).toMatchObject({ action: 'DELETE' });
  });

  test("the list's country counts where the line has none, then the setting, then the region", () => {
    expect(prepareLine(person, {}, { region: 'na', country: 'DE' })).toMatchObject({
      reason: 'eu_consent_missing',
    });
    expect(prepareLine(person, { 'amazon.defaultCountry': 'FR' })).toMatchObject({
      reason: 'eu_consent_missing',
    });
    expect(prepareLine(person, {}, { region: 'eu' })).toMatchObject({
      reason: 'eu_consent_missing',
    });
    expect(
      prepareLine({ ...person, country: 'US' }, {}, { region: 'eu', country: 'DE' }),
    ).toMatchObject({
      country: 'US',
    });
  });

  test('consentLevel full is a signal only where the setting says so', () => {
    const german = { ...person, country: 'DE', consentLevel: 'full' };
    expect(prepareLine(german)).toMatchObject({ reason: 'eu_consent_missing' });
    expect(prepareLine(german, { 'consent.amazonFromLevel': 'full' })).toMatchObject({
      consent: { amazonConsent: { amznUserData: 'GRANTED' } },
    });
  });
});
