import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import type {
  Click,
  ConversionEvent,
  Identifiers,
} from '../../../../src/events/conversion-event.js';
import { HASHED_FIELDS } from '../../../../src/events/conversion-event.js';
import { EMPTY_HASH, sha256Hex } from '../../../../src/identity/hash.js';
import { makeConversion } from '../../../kit/amazon.js';
import { makeMetaEvent, prepareMeta } from '../../../kit/meta.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const { timeMs } = makeConversion();
const fbclid = 'IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk';

function userOf(identifiers: Partial<Identifiers>, click: Click = { fields: {} }) {
  return prepareMeta(makeMetaEvent(identifiers, {}, { click })).user;
}

describe('the click', () => {
  const stored = `fb.1.${timeMs - DAY_MS}.${fbclid}`;
  test.each<[string, Click, string | undefined]>([
    [
      'fbclid and the time of the click',
      { fields: { fbclid }, timeMs: timeMs - HOUR_MS },
      `fb.1.${timeMs - HOUR_MS}.${fbclid}`,
    ],
    ['fbclid alone: the time of the event', { fields: { fbclid } }, `fb.1.${timeMs}.${fbclid}`],
    [
      'a click after the event',
      { fields: { fbclid }, timeMs: timeMs + HOUR_MS },
      `fb.1.${timeMs}.${fbclid}`,
    ],
    ['an fbc, which wins', { fields: { fbclid: 'other', fbc: stored }, timeMs }, stored],
    [
      'an fbc of another subdomain',
      { fields: { fbc: stored.replace('fb.1', 'fb.2') } },
      stored.replace('fb.1', 'fb.2'),
    ],
    ['an fbc with the fifth segment', { fields: { fbc: `${stored}.AQ` } }, `${stored}.AQ`],
    ['an fbc that is none', { fields: { fbclid, fbc: fbclid } }, `fb.1.${timeMs}.${fbclid}`],
    [
      'an fbc in seconds',
      { fields: { fbc: `fb.1.${Math.floor(timeMs / 1000)}.${fbclid}` } },
      undefined,
    ],
    [
      'a click of 90 days',
      { fields: { fbclid }, timeMs: timeMs - 90 * DAY_MS },
      `fb.1.${timeMs - 90 * DAY_MS}.${fbclid}`,
    ],
    [
      'a click older than 90 days',
      { fields: { fbclid }, timeMs: timeMs - 90 * DAY_MS - 1 },
      undefined,
    ],
    ['an address in the wrong field', { fields: { fbclid: 'jo@example.com' } }, undefined],
    ['no click', { fields: {} }, undefined],
  ])('%s', (_what, click, fbc) => {
    expect(userOf({}, click).fbc).toBe(fbc);
  });

  test.each([
    [`fb.1.${timeMs}.1098115397`, `fb.1.${timeMs}.1098115397`],
    [`fb.1.${timeMs}.1098115397.BQ`, `fb.1.${timeMs}.1098115397.BQ`],
    ['1098115397', undefined],
    ['jo@example.com', undefined],
  ])('fbp %s', (fbp, expected) => {
    expect(userOf({}, { fields: { fbp } }).fbp).toBe(expected);
  });
});

describe('what travels in clear', () => {
  test.each<[Partial<Identifiers>, object]>([
    [{ ip: ' 203.0.113.7 ' }, { client_ip_address: '203.0.113.7' }],
    [{ ip: '2001:DB8::1' }, { client_ip_address: '2001:db8::1' }],
    [{ ip: 'jo@example.com' }, {}],
    [{ userAgent: ' Mozilla/5.0 ' }, { client_user_agent: 'Mozilla/5.0' }],
    [{ maid: '38400000-8cf0-11bd-b23e-10b96e40000d', rampId: 'XY1000', matchId: 'A1' }, {}],
    [{ externalId: 'Player-1' }, { external_id: sha256Hex('player-1') }],
    [{ country: 'US' }, { country: sha256Hex('us') }],
  ])('%j', (identifiers, user) => {
    expect(userOf(identifiers)).toEqual(user);
  });
});

describe('where it happened', () => {
  const agent = { userAgent: 'Mozilla/5.0' };
  const pageUrl = 'https://game.example/buy';
  test.each<[string, Partial<Identifiers>, Partial<ConversionEvent>, string, string | undefined]>([
    ['website', agent, { source: 'website', pageUrl }, 'website', pageUrl],
    ['website without anything', {}, { source: 'website' }, 'website', undefined],
    ['nothing said, with page and browser', agent, { pageUrl }, 'website', pageUrl],
    ['nothing said, without a browser', {}, { pageUrl }, 'other', pageUrl],
    ['nothing said at all', {}, {}, 'other', undefined],
    ['an app', agent, { source: 'app', pageUrl }, 'other', pageUrl],
    ['Android', agent, { source: 'android' }, 'other', undefined],
    ['iOS', agent, { source: 'ios' }, 'other', undefined],
    ['Fire TV', agent, { source: 'fire_tv' }, 'other', undefined],
    ['offline', agent, { source: 'offline' }, 'physical_store', undefined],
    ['a page that is none', agent, { pageUrl: 'app://shop' }, 'other', undefined],
    [
      'a page that names somebody',
      agent,
      { pageUrl: `${pageUrl}?email=jo%40example.com#x` },
      'website',
      pageUrl,
    ],
  ])('%s', (_what, identifiers, parts, source, url) => {
    const facts = prepareMeta(makeMetaEvent(identifiers, {}, parts));
    expect([facts.source, facts.pageUrl]).toEqual([source, url]);
  });
});

test('everything', () => {
  const event = makeMetaEvent(
    {
      plain: {
        email: 'Test@Example.com',
        phone: '650 555 1212',
        city: 'San Francisco',
        state: 'California',
        postal_code: '94105',
      },
      hashed: { first_name: 'ab'.repeat(32) },
      country: 'US',
      externalId: 'P-1',
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0',
    },
    { fbclid, fbp: `fb.1.${timeMs}.1` },
    {
      pageUrl: 'https://game.example/buy',
      transactionId: 'T-1',
      itemId: 'starter',
      itemName: 'Starter pack',
      quantity: 2,
      consent: { limitedDataUse: true },
    },
  );
  const facts = prepareMeta(event);
  expect(facts).toEqual({
    user: {
      em: sha256Hex('test@example.com'),
      ph: sha256Hex('16505551212'),
      fn: 'ab'.repeat(32),
      ct: sha256Hex('sanfrancisco'),
      st: sha256Hex('ca'),
      zp: sha256Hex('94105'),
      country: sha256Hex('us'),
      external_id: sha256Hex('p-1'),
      client_ip_address: '203.0.113.7',
      client_user_agent: 'Mozilla/5.0',
      fbc: `fb.1.${timeMs}.${fbclid}`,
      fbp: `fb.1.${timeMs}.1`,
    },
    source: 'website',
    pageUrl: 'https://game.example/buy',
    value: '9.99',
    currency: 'USD',
    purchase: true,
    orderId: 'T-1',
    item: { id: 'starter', name: 'Starter pack', quantity: 2 },
    limitedDataUse: true,
  });
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
});

test('the country of telephone numbers comes from the settings first', () => {
  const event = makeMetaEvent({ plain: { phone: '020 7946 0018' }, country: 'US' });
  expect(prepareMeta(event, { 'identity.phoneCountry': 'GB' }).user.ph).toBe(
    sha256Hex('442079460018'),
  );
});

test('no identifier is left in plain text, and no empty one hashed', () => {
  const field = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.emailAddress(),
    fc.constantFrom('', ' ', '+1 571 412 0599'),
  );
  const plain = fc.record(Object.fromEntries(HASHED_FIELDS.map((name) => [name, field])));
  fc.assert(
    fc.property(plain, fc.constantFrom('US', 'GB', undefined), field, (texts, country, id) => {
      const identifiers = {
        plain: texts,
        hashed: {},
        ip: id,
        externalId: id,
        maid: id,
        ...(country ? { country } : {}),
      };
      const event = makeMetaEvent(identifiers, { fbp: id, fbclid: `${id}@` });
      for (const hash of Object.values(prepareMeta(event).user)) {
        expect(hash).toMatch(/^[0-9a-f]{64}$/);
        expect(hash).not.toBe(EMPTY_HASH);
      }
    }),
  );
});
