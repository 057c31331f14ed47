import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import { DEDUPE_ID } from '../../../kit/amazon.js';
import { makeTcf } from '../../../kit/consent-strings.js';
import {
  ACTION,
  CUSTOMER,
  EMAIL_HASH,
  makeGoogleBatch,
  makeGoogleOutgoing,
  openGoogle,
} from '../../../kit/google.js';
import { measuredBodyOf } from '../../../kit/outgoing.js';

const click = { fields: { gclid: 'Cj0KCQ' } };

/** What the request carries of one event. */
function eventOf(event: Partial<ConversionEvent>, settings: Partial<Settings> = {}): unknown {
  const request = openGoogle().request(
    [makeGoogleOutgoing({ click, ...event }, settings)],
    'token',
  );
  return (JSON.parse(String(request.body)) as { events: unknown[] }).events[0];
}

function plain(
  fields: ConversionEvent['identifiers']['plain'],
  country?: string,
): Partial<ConversionEvent> {
  return { identifiers: { plain: fields, hashed: {}, ...(country && { country }) } };
}

/** The smallest event that Google takes. */
const base = {
  transactionId: DEDUPE_ID,
  eventTimestamp: '2026-11-18T20:14:05.678Z',
  eventSource: 'OTHER',
  adIdentifiers: { gclid: 'Cj0KCQ' },
};
const { adIdentifiers: _, ...withoutClick } = base;
const GRANTED = 'CONSENT_GRANTED';
const DENIED = 'CONSENT_DENIED';

describe('an event, field for field', () => {
  test.each<[string, Partial<ConversionEvent>, object, Partial<Settings>?]>([
    ['smallest', {}, base],
    [
      'a click id keeps its case and is never hashed',
      { click: { fields: { gclid: ' aB-_9.~ ' } } },
      { ...base, adIdentifiers: { gclid: 'aB-_9.~' } },
    ],
    [
      'gclid before the others',
      { click: { fields: { gbraid: 'b', wbraid: 'w', gclid: 'g' } } },
      { ...base, adIdentifiers: { gclid: 'g' } },
    ],
    [
      'never gbraid and wbraid together: wbraid on the web',
      { click: { fields: { gbraid: 'b', wbraid: 'w' } } },
      { ...base, adIdentifiers: { wbraid: 'w' } },
    ],
    [
      'gbraid in an app',
      { click: { fields: { gbraid: 'b', wbraid: 'w' } }, source: 'ios' },
      { ...base, eventSource: 'APP', adIdentifiers: { gbraid: 'b' } },
    ],
    [
      'gbraid alone on the web',
      { click: { fields: { gbraid: 'b' } } },
      { ...base, adIdentifiers: { gbraid: 'b' } },
    ],
    [
      'what cannot be a click id is left out',
      { click: { fields: { gclid: 'jo@example.com', wbraid: 'w' } } },
      { ...base, adIdentifiers: { wbraid: 'w' } },
    ],
    [
      'a dclid is not sent',
      { click: { fields: { dclid: 'd', gclid: 'g' } } },
      { ...base, adIdentifiers: { gclid: 'g' } },
    ],
    [
      'value and currency',
      { value: '9.99', currency: 'EUR' },
      { ...base, conversionValue: 9.99, currency: 'EUR' },
    ],
    [
      'money of any event',
      { name: 'subscribed', value: '5', currency: 'USD' },
      { ...base, conversionValue: 5, currency: 'USD' },
    ],
    [
      'a free purchase',
      { value: '0.00', currency: 'JPY' },
      { ...base, conversionValue: 0, currency: 'JPY' },
    ],
    ['value without currency: neither', { value: '9.99' }, base],
    ['currency without value: neither', { currency: 'USD' }, base],
    ['a currency of the game: neither', { name: 'resource', value: '5', currency: 'GEM' }, base],
    [
      'an amount below zero that is not a purchase: neither',
      { name: 'resource', value: '-5', currency: 'USD' },
      base,
    ],
    [
      'e-mail',
      plain({ email: 'Test@Example.com' }),
      { ...base, userData: { userIdentifiers: [{ emailAddress: EMAIL_HASH }] } },
    ],
    [
      'e-mail without a click',
      { ...plain({ email: 'test@example.com' }), click: { fields: {} } },
      { ...withoutClick, userData: { userIdentifiers: [{ emailAddress: EMAIL_HASH }] } },
    ],
    [
      'e-mail and phone, one identifier each',
      plain(
        {
          email: 'test@example.com',
          phone: '(650) 555-1212',
          first_name: 'Jo',
          postal_code: '94107',
        },
        'US',
      ),
      {
        ...base,
        userData: {
          userIdentifiers: [
            { emailAddress: EMAIL_HASH },
            { phoneNumber: sha256Hex('+16505551212') },
          ],
        },
      },
    ],
    [
      'a phone number whose country nobody knows is left out',
      plain({ phone: '(650) 555-1212' }),
      base,
    ],
    [
      'unless the setting says where it is dialled',
      plain({ phone: '(650) 555-1212' }),
      { ...base, userData: { userIdentifiers: [{ phoneNumber: sha256Hex('+16505551212') }] } },
      { 'identity.phoneCountry': 'US' },
    ],
    [
      'consent as the event says it',
      { consent: { adUserData: 'GRANTED', adPersonalization: 'DENIED' } },
      { ...base, consent: { adUserData: GRANTED, adPersonalization: DENIED } },
    ],
    [
      'one of two',
      { consent: { adUserData: 'DENIED' } },
      { ...base, consent: { adUserData: DENIED } },
    ],
    [
      'S07: limited data use as no personalized advertising',
      { consent: { adUserData: 'GRANTED', adPersonalization: 'GRANTED', limitedDataUse: true } },
      { ...base, consent: { adUserData: GRANTED, adPersonalization: DENIED } },
    ],
    [
      'TCF: purposes 1 and 7, 3 and 4',
      { consent: { tcf: makeTcf([1, 3, 4, 7]) } },
      { ...base, consent: { adUserData: GRANTED, adPersonalization: GRANTED } },
    ],
    [
      'TCF: one purpose missing in each',
      { consent: { tcf: makeTcf([1, 3]) } },
      { ...base, consent: { adUserData: DENIED, adPersonalization: DENIED } },
    ],
    [
      'a refusal in the TCF string, whatever else the event says',
      { consent: { adUserData: 'GRANTED', tcf: makeTcf([]) } },
      { ...base, consent: { adUserData: DENIED, adPersonalization: DENIED } },
    ],
    ['a TCF string that cannot be read says nothing', { consent: { tcf: '!' } }, base],
    [
      'no ip, user agent, device or shop field',
      {
        identifiers: {
          plain: {},
          hashed: {},
          ip: '203.0.113.7',
          userAgent: 'Mozilla/5.0',
          maid: 'x',
          externalId: 'y',
        },
        quantity: 3,
        itemId: 'i',
        transactionId: 'T-1',
      },
      base,
    ],
  ])('%s', (_name, event, expected, settings) => {
    expect(eventOf(event, settings)).toEqual(expected);
  });

  test.each<[string, Partial<ConversionEvent>, string]>([
    ['source website', { source: 'website' }, 'WEB'],
    ['source app', { source: 'app' }, 'APP'],
    ['source android', { source: 'android' }, 'APP'],
    ['source ios', { source: 'ios' }, 'APP'],
    ['source fire_tv', { source: 'fire_tv' }, 'APP'],
    ['source offline is not a store sale', { source: 'offline' }, 'OTHER'],
    ['source before surface', { source: 'website', surface: 'app' }, 'WEB'],
    ['surface web', { surface: 'web' }, 'WEB'],
    ['surface app', { surface: 'app' }, 'APP'],
    ['surface before the page', { surface: 'app', pageUrl: 'https://example.com/' }, 'APP'],
    ['a page', { pageUrl: 'https://example.com/' }, 'WEB'],
    ['nothing', {}, 'OTHER'],
  ])('google: every event has an eventSource: %s', (_name, event, expected) => {
    expect(eventOf(event)).toMatchObject({ eventSource: expected });
  });

  test('google: gbraid comes first where the surface is an app', () => {
    const event = eventOf({ click: { fields: { gbraid: 'b', wbraid: 'w' } }, surface: 'app' });
    expect(event).toMatchObject({ adIdentifiers: { gbraid: 'b' } });
  });

  test('google: facts that an older version recorded get an eventSource when they are sent again', () => {
    const outgoing = makeGoogleOutgoing({ click });
    const facts = { click: { gclid: 'Cj0KCQ' }, value: '9.99', currency: 'EUR' };
    const request = openGoogle().request(
      [{ ...outgoing, postback: { ...outgoing.postback, facts } }],
      't',
    );
    expect(JSON.parse(String(request.body))).toMatchObject({
      events: [{ ...base, conversionValue: 9.99, currency: 'EUR' }],
    });
  });

  test('money reaches the body digit for digit', () => {
    const request = openGoogle().request(
      [
        makeGoogleOutgoing({
          click,
          value: '0.1000000000000000055511151231257827',
          currency: 'USD',
        }),
      ],
      't',
    );
    expect(String(request.body)).toContain(
      '"conversionValue":0.1000000000000000055511151231257827,',
    );
  });

  test('a transaction id is JSON whatever a browser called it', () => {
    const request = openGoogle().request([makeGoogleOutgoing({ click }, {}, 'a"b\\\n')], 't');
    expect(JSON.parse(String(request.body))).toHaveProperty('events.0.transactionId', 'a"b\\\n');
  });
});

describe('the request around it', () => {
  test('method, address, headers and body', () => {
    const request = openGoogle().request([makeGoogleOutgoing({ click })], 'token-1');
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://datamanager.googleapis.com/v1/events:ingest',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer token-1' },
    });
    expect(JSON.parse(String(request.body))).toEqual({
      destinations: [
        {
          operatingAccount: { accountType: 'GOOGLE_ADS', accountId: CUSTOMER },
          productDestinationId: ACTION,
        },
      ],
      events: [base],
      encoding: 'HEX',
    });
  });

  test.each([
    [
      'dashes go',
      { account: '123-456-7890', loginAccount: '111-222-3333' },
      { loginAccount: { accountType: 'GOOGLE_ADS', accountId: '1112223333' } },
    ],
    ['the customer itself is not a manager', { account: CUSTOMER, loginAccount: CUSTOMER }, {}],
  ])('accounts: %s', (_name, connection, expected) => {
    const channel = openGoogle(connection);
    expect(channel.account).toBe(CUSTOMER);
    expect(
      (
        JSON.parse(String(channel.request([makeGoogleOutgoing()], 't').body)) as {
          destinations: unknown[];
        }
      ).destinations,
    ).toEqual([
      {
        operatingAccount: { accountType: 'GOOGLE_ADS', accountId: CUSTOMER },
        productDestinationId: ACTION,
        ...expected,
      },
    ]);
  });

  test.each(['', '123', 'AW-1234567890'])(
    'customer id %j is refused before anything is sent',
    (account) => {
      expect(() => openGoogle({ account })).toThrow(/ten digits/);
    },
  );

  test('test events are only checked', () => {
    const request = openGoogle().request([makeGoogleOutgoing({ click, test: true })], 't');
    expect(JSON.parse(String(request.body))).toHaveProperty('validateOnly', true);
  });

  test('a request holds one conversion action', () => {
    const channel = openGoogle();
    const outgoing = makeGoogleOutgoing();
    expect(channel.groupOf?.(outgoing)).toBe(
      channel.groupOf?.({ ...outgoing, postback: { ...outgoing.postback, goal: 'other' } }),
    );
    expect(channel.groupOf?.(outgoing)).not.toBe(channel.groupOf?.({ ...outgoing, mapping: '1' }));
  });

  test('a body is as long as its event and the request around it were measured', () => {
    const full: Partial<ConversionEvent> = {
      click: { fields: { gbraid: 'x'.repeat(400) } },
      source: 'ios',
      value: '12345678901234567890.123456789',
      currency: 'USD',
      consent: { adUserData: 'GRANTED', adPersonalization: 'GRANTED' },
      ...plain({ email: 'test@example.com', phone: '+16505551212' }),
    };
    const channel = openGoogle({ loginAccount: '1112223333' });
    const outgoing = makeGoogleOutgoing(full, {}, 'ü"\n'.repeat(20));
    expect(measuredBodyOf(channel, [outgoing])).toContain('1112223333');
  });

  test('2 000 usual events fit into one request', () => {
    const channel = openGoogle();
    const bytes = makeGoogleBatch(2000).reduce(
      (sum, outgoing) => sum + channel.sizeOf(outgoing) + 1,
      0,
    );
    expect(channel.limits).toMatchObject({ maxEvents: 2000, requestsPerSecond: 5 });
    expect(bytes).toBeLessThan(channel.limits.maxBytes);
  });
});

describe('what is not sent', () => {
  const clickless = { click: { fields: {} } };

  function checkOf(event: Partial<ConversionEvent>, settings: Partial<Settings> = {}): unknown {
    const { postback, mapping } = makeGoogleOutgoing(event);
    return openGoogle({}, settings).check(postback.facts, mapping);
  }

  test.each<[string, Partial<ConversionEvent>]>([
    [
      'UTM and an e-mail address',
      { click: { fields: { utm_source: 'adwords' } }, ...plain({ email: 'a@example.com' }) },
    ],
    ['a phone number', { ...clickless, ...plain({ phone: '+16505551212' }) }],
    ['nothing', clickless],
    ['a dclid', { click: { fields: { dclid: 'd' } } }],
    ['a click id that cannot be one', { click: { fields: { gclid: 'jo@example.com' } } }],
  ])('google: no click id: %s', (_name, event) => {
    expect(checkOf(event)).toMatchObject({
      reason: 'no_click_id',
      message: expect.stringContaining('google.withoutClickId') as string,
    });
  });

  test.each<[string, Partial<ConversionEvent>, string | undefined]>([
    ['a click id', { click }, undefined],
    ['an e-mail address', { ...clickless, ...plain({ email: 'test@example.com' }) }, undefined],
    ['a phone number', { ...clickless, ...plain({ phone: '+16505551212' }) }, undefined],
    ['nothing', clickless, 'no click id and no identifier'],
    [
      'UTM alone',
      { click: { fields: { utm_source: 'adwords' } } },
      'no click id and no identifier',
    ],
    [
      'names alone',
      { ...clickless, ...plain({ first_name: 'Jo' }) },
      'no click id and no identifier',
    ],
    ['a dclid alone', { click: { fields: { dclid: 'd' } } }, 'except a dclid'],
    [
      'a dclid and an e-mail address',
      { click: { fields: { dclid: 'd' } }, ...plain({ email: 'a@example.com' }) },
      undefined,
    ],
  ])('google: with google.withoutClickId send: %s', (_name, event, message) => {
    const skip = checkOf(event, { 'google.withoutClickId': 'send' });
    if (message === undefined) expect(skip).toBeUndefined();
    else
      expect(skip).toMatchObject({
        reason: 'no_match_key',
        message: expect.stringContaining(message) as string,
      });
  });

  test.each<[string, Partial<ConversionEvent>, object | undefined]>([
    [
      'a currency outside ISO 4217',
      { value: '5', currency: 'GEM' },
      { reason: 'unsupported_currency' },
    ],
    [
      'a value below zero',
      { value: '-5.00', currency: 'USD' },
      { reason: 'incomplete_event', field: 'value' },
    ],
    [
      'a value below zero without a currency',
      { value: '-5.00' },
      { reason: 'incomplete_event', field: 'value' },
    ],
    ['a value of zero', { value: '-0.00', currency: 'USD' }, undefined],
    [
      'an event that is not a purchase',
      { name: 'resource', value: '-5', currency: 'GEM' },
      undefined,
    ],
  ])('google: money: %s', (_name, event, expected) => {
    const skip = checkOf({ click, ...event });
    if (expected === undefined) expect(skip).toBeUndefined();
    else expect(skip).toMatchObject(expected);
  });

  test('google: money that an older version recorded is judged too', () => {
    const { mapping } = makeGoogleOutgoing();
    const facts = { click: { gclid: 'g' }, value: '5', currency: 'GEM' };
    expect(openGoogle().check(facts, mapping)).toMatchObject({ reason: 'unsupported_currency' });
  });

  test('windows: 90 days for a click, 63 for an identifier alone', () => {
    const channel = openGoogle();
    const daysOf = (event: Partial<ConversionEvent>): number =>
      (channel.windowMsOf?.(makeGoogleOutgoing(event).postback.facts) ?? 0) / 86_400_000;
    expect(daysOf({ click })).toBe(90);
    expect(daysOf({ click, ...plain({ email: 'a@example.com' }) })).toBe(90);
    expect(daysOf({ click: { fields: {} }, ...plain({ email: 'a@example.com' }) })).toBe(63);
    expect(channel.limits.windowMs / 86_400_000).toBe(90);
  });

  test('nothing plain stays in the facts', () => {
    const { postback } = makeGoogleOutgoing({
      ...plain({ email: 'jo.doe@example.com', phone: '+16505551212', first_name: 'Jo' }),
      click,
    });
    expect(JSON.stringify(postback.facts)).not.toMatch(/jo\.doe|6505551212|Jo"/);
  });
});
