import { describe, expect, test } from 'vitest';
import { parsePeople } from '../../../src/people/person-parser.js';
import type { Person } from '../../../src/people/person.js';
import { sha256 } from '../sandbox/test-sandbox.js';

function parse(record: unknown): ReturnType<typeof parsePeople> {
  return parsePeople({
    number: 3,
    text: typeof record === 'string' ? record : JSON.stringify(record),
  });
}

function readPerson(record: unknown): Person {
  const [parsed] = parse(record);
  if (!parsed || !('person' in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.person;
}

const ENTERED = {
  type: 'track',
  event: 'Audience Entered',
  messageId: 'personas_1',
  timestamp: '2026-11-20T09:30:22.829Z',
  userId: 'test-user-01',
  anonymousId: 'visitor-1',
  properties: { audience_key: 'big_spenders', big_spenders: true },
  context: {
    traits: { email: 'test@example.com', address: { city: 'Berlin', country: 'Germany' } },
  },
};

describe('a line of ours', () => {
  test('has everything that a record is made of', () => {
    const person = readPerson({
      externalUserId: 'Player_1-a',
      email: 'test@example.com',
      phone: 15714120599,
      firstName: 'Jo',
      lastName: 'Doe',
      address: '8 Bluestem Terrace',
      city: 'Berlin',
      state: 'CA',
      postalCode: '94105',
      country: 'usa',
      action: 'delete',
      consentLevel: 'full',
      consent: { tcf: 'CPtcf', amznUserData: 'granted', amzn_ad_storage: 'DENIED' },
    });
    expect(person).toEqual({
      externalId: 'Player_1-a',
      action: 'DELETE',
      identifiers: {
        plain: {
          email: 'test@example.com',
          phone: '15714120599',
          first_name: 'Jo',
          last_name: 'Doe',
          address: '8 Bluestem Terrace',
          city: 'Berlin',
          state: 'CA',
          postal_code: '94105',
        },
        hashed: {},
        country: 'US',
      },
      consentLevel: 'full',
      consent: { tcf: 'CPtcf', amznUserData: 'GRANTED', amznAdStorage: 'DENIED' },
      properties: {},
      otherIds: [],
    });
  });

  test('takes hashes in place of text and next to it', () => {
    const { identifiers } = readPerson({
      externalUserId: 7,
      email: sha256('a'),
      phone_hash: `sha256:${sha256('b')}`,
    });
    expect(identifiers).toMatchObject({
      plain: {},
      hashed: { email: sha256('a'), phone: sha256('b') },
    });
  });

  test.each<[string, object | string, string, string, string | undefined]>([
    ['no id', { email: 'a@b.c' }, 'missing_required_field', 'externalUserId', undefined],
    [
      'an address as id',
      { externalUserId: 'jo@example.com' },
      'invalid_format',
      'externalUserId',
      'jo@example.com',
    ],
    [
      '129 characters',
      { externalUserId: 'a'.repeat(129) },
      'invalid_format',
      'externalUserId',
      'a'.repeat(129),
    ],
    ['an object as id', { externalUserId: {} }, 'wrong_type', 'externalUserId', undefined],
    ['another action', { externalUserId: 'a', action: 'UPDATE' }, 'invalid_enum', 'action', 'a'],
    [
      'a country that is none',
      { externalUserId: 'a', country: 'Narnia' },
      'invalid_value',
      'country',
      'a',
    ],
    [
      'a hash that is none',
      { externalUserId: 'a', email_hash: 'abc' },
      'invalid_hash',
      'email_hash',
      'a',
    ],
    [
      'a signal that is none',
      { externalUserId: 'a', consent: { amznUserData: 'perhaps' } },
      'invalid_enum',
      'consent.amznUserData',
      'a',
    ],
    [
      'a level that is none',
      { externalUserId: 'a', consentLevel: 'some' },
      'invalid_enum',
      'consentLevel',
      'a',
    ],
    [
      'a consent that is not understood',
      { externalUserId: 'a', consent: 'so' },
      'invalid_enum',
      'consent',
      'a',
    ],
    ['no JSON', '{"externalUserId":', 'not_json', '', undefined],
    ['no object', '[1]', 'not_an_object', '', undefined],
  ])('with %s is invalid, and says whom it is about', (_name, record, code, field, about) => {
    const [parsed] = parse(record);
    expect(parsed).toMatchObject({ invalid: { code, field } });
    expect(parsed).toEqual(expect.objectContaining(about === undefined ? {} : { about }));
    if (parsed && 'invalid' in parsed && about !== undefined && about.length > 1) {
      expect(parsed.invalid.message).not.toContain(about);
    }
  });
});

describe('a Segment message', () => {
  test('that somebody entered puts the user in, with the traits', () => {
    expect(readPerson(ENTERED)).toMatchObject({
      externalId: 'test-user-01',
      action: 'CREATE',
      identifiers: { plain: { email: 'test@example.com', city: 'Berlin' }, country: 'DE' },
      consentLevel: 'not_set',
      otherIds: ['visitor-1'],
    });
  });

  test('that somebody left takes the user out', () => {
    expect(readPerson({ ...ENTERED, event: 'Audience Exited' })).toMatchObject({
      action: 'DELETE',
    });
  });

  test('carries the consent of its context', () => {
    const context = {
      ...ENTERED.context,
      consent: { categoryPreferences: { Advertising: false, Analytics: true } },
    };
    expect(readPerson({ ...ENTERED, context }).consentLevel).not.toBe('full');
  });

  test.each([
    ['another event', { ...ENTERED, event: 'Order Completed' }],
    ['an identify', { ...ENTERED, type: 'identify' }],
  ])('of %s says nothing of an audience', (_name, record) => {
    expect(parse(record)).toEqual([{ other: true }]);
  });

  test('without a user is invalid', () => {
    expect(parse({ ...ENTERED, userId: undefined })).toMatchObject([
      { invalid: { code: 'missing_required_field', field: 'userId' } },
    ]);
  });

  test('may come in a batch', () => {
    const parsed = parse({ batch: [ENTERED, 'x', { externalUserId: 'a', email: 'a@b.c' }] });
    expect(parsed).toMatchObject([
      { person: { externalId: 'test-user-01' } },
      { invalid: { code: 'not_an_object', element: 2 } },
      { person: { externalId: 'a' } },
    ]);
  });
});

test('a line that the splitter found bad stays bad', () => {
  const invalid = { code: 'not_utf8', field: '', message: 'is not UTF-8 text' };
  expect(parsePeople({ number: 1, text: '', invalid })).toEqual([{ invalid }]);
});

test.each([
  [
    'a phone number with too many digits',
    '{"externalUserId":"a","phone":12345678901234567890}',
    'a',
  ],
  [
    'an id beyond 2^53',
    '{"externalUserId":12345678901234567890,"email":"a@b.c"}',
    '12345678901234567890',
  ],
  ['a postal code in exponent form', '{"externalUserId":"a","postal_code":1e25}', 'a'],
])('%s is read digit for digit', (_, text, externalId) => {
  expect(parsePeople({ number: 1, text })).toMatchObject([{ person: { externalId } }]);
});
