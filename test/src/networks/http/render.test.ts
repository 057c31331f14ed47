import { createHash } from 'node:crypto';
import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { check, makeEvent, openTemplate, render, type EventChanges } from './endpoint-kit.js';
import { makePostback } from '../../../kit/outgoing.js';

const TIME_MS = Date.parse('2026-11-18T20:14:05.120Z');
const EVENT: EventChanges = {
  name: 'purchase',
  timeMs: TIME_MS,
  value: '9.9',
  currency: 'EUR',
  userId: 'player-17',
  transactionId: 'T-1',
  itemId: 'sword',
  quantity: 2,
  identifiers: {
    plain: { email: ' Test@Example.com ', phone: '+1 571 412 0599' },
    hashed: {},
    country: 'DE',
    ip: '192.0.2.7',
    userAgent: 'Game/1.0 (X; Y)',
    maid: '8C5B1A34-1111-4222-8333-9A7B6C5D4E3F',
  },
  clickFields: {
    acme_cid: 'clk-1',
    utm_source: 'acme',
    utm_medium: 'cpc',
    utm_campaign: 'autumn & winter',
    utm_content: 'banner',
    utm_term: 'rpg',
  },
};
const hex = (algorithm: string, text: string): string =>
  createHash(algorithm).update(text).digest('hex');

/** Every macro and filter, and its value for {@link EVENT}. */
const MACROS: readonly (readonly [macro: string, value: string])[] = [
  ['click_id', 'clk-1'],
  ['event', 'purchase'],
  ['goal', 'sale'],
  ['goal_name', 'First Purchase'],
  ['value', '9.9'],
  ['currency', 'EUR'],
  ['event_time', '1795032845'],
  ['event_time_ms', '1795032845120'],
  ['event_time_iso', '2026-11-18T20:14:05.120Z'],
  ['dedupe_id', '1'.padStart(32, '0')],
  ['transaction_id', 'T-1'],
  ['country', 'DE'],
  ['ip', '192.0.2.7'],
  ['user_agent', 'Game/1.0 (X; Y)'],
  ['user_id_hash', hex('sha256', 'player-17')],
  ['email_sha256', hex('sha256', 'test@example.com')],
  ['phone_sha256', hex('sha256', '+15714120599')],
  ['maid', '8C5B1A34-1111-4222-8333-9A7B6C5D4E3F'],
  ['item_id', 'sword'],
  ['quantity', '2'],
  ['utm_source', 'acme'],
  ['utm_medium', 'cpc'],
  ['utm_campaign', 'autumn & winter'],
  ['utm_content', 'banner'],
  ['utm_term', 'rpg'],
  ['test', 'false'],
  ['env:POSTBACK_HTTP_ACME_KEY', 'k-%+&1'],
  ['value|0.00', '9.90'],
  ['value|0', '10'],
  ['value|0.000', '9.900'],
  ['email|md5', hex('md5', 'test@example.com')],
  ['email|sha1', hex('sha1', 'test@example.com')],
  ['email|sha512', hex('sha512', 'test@example.com')],
  ['phone|md5', hex('md5', '+15714120599')],
  ['user_id|sha1', hex('sha1', 'player-17')],
  ['maid|sha1', hex('sha1', '8C5B1A34-1111-4222-8333-9A7B6C5D4E3F')],
  ['country|default:none', 'DE'],
  ['utm_term|required', 'rpg'],
];
const VARIABLES = { POSTBACK_HTTP_ACME_KEY: 'k-%+&1' };

describe('every macro and filter', () => {
  test.each(MACROS)('{%s} in an address', (macro, value) => {
    const { url } = render(
      { url: `https://t.acme.example/a/{${macro}}?x={${macro}}` },
      EVENT,
      VARIABLES,
    );
    const { pathname, searchParams } = new URL(url);
    expect(decodeURIComponent(pathname)).toBe(`/a/${value}`);
    expect([...searchParams]).toEqual([['x', value]]);
  });

  test.each(MACROS)('{%s} in JSON', (macro, value) => {
    const { body, headers } = render({ body: { a: [{ b: `<{${macro}}>` }] } }, EVENT, VARIABLES);
    expect(JSON.parse(String(body))).toEqual({ a: [{ b: `<${value}>` }] });
    expect(headers['Content-Type']).toBe('application/json');
  });

  test.each(MACROS)('{%s} in a form', (macro, value) => {
    const { body, headers } = render({ form: { 'a b': `<{${macro}}>` } }, EVENT, VARIABLES);
    expect([...new URLSearchParams(String(body))]).toEqual([['a b', `<${value}>`]]);
    expect(headers['Content-Type']).toBe('application/x-www-form-urlencoded');
  });

  test.each(MACROS)('{%s} in a header', (macro, value) => {
    const { headers } = render({ headers: { 'X-A': `v={${macro}}` } }, EVENT, VARIABLES);
    // A secret stands in a header as it is; values of events can be decoded again.
    const decoded = macro.startsWith('env:')
      ? headers['X-A']
      : decodeURIComponent(headers['X-A'] ?? '');
    expect(decoded).toBe(`v=${value}`);
  });
});

describe('missing values', () => {
  test('empty their parameter', () => {
    const url = 'https://t.acme.example/pb?cid={click_id}&c={country}&v={value}&x=a-{item_id}';
    const request = render({ url }, { value: '5' });
    expect(request.url).toBe('https://t.acme.example/pb?cid=clk-1&c=&v=&x=a-');
  });

  test('take the default', () => {
    const url = 'https://t.acme.example/pb?c={country|default:none}&v={value|0.00|default:0}';
    expect(render({ url }).url).toBe('https://t.acme.example/pb?c=none&v=0');
  });

  test.each([
    ['as a list', { required: ['country'] }],
    ['as a filter', { url: 'https://t.acme.example/pb?cid={click_id}&c={country|required}' }],
  ])('skip the postback where the template requires them, %s', (_name, changes) => {
    expect(check(changes)).toMatchObject({ reason: 'incomplete_event', field: 'country' });
    expect(check(changes, EVENT)).toBeUndefined();
  });

  test('skip a postback without its click id, unless there is a default for it', () => {
    const organic = { clickFields: { utm_source: 'acme' } };
    expect(check({}, organic)).toMatchObject({ reason: 'no_click_id' });
    const url = 'https://t.acme.example/pb?cid={click_id|default:}';
    expect(check({ url }, organic)).toBeUndefined();
  });

  test('never name a click of another network', () => {
    const clickFields = { gclid: 'Cj0', fbclid: 'IwAR', acme_cid: 'clk-2' };
    expect(render({}, { clickFields }).url).toBe('https://t.acme.example/pb?cid=clk-2');
  });
});

describe('checks that hold for every network', () => {
  test('a person who opted out is left alone', () => {
    expect(check({}, { consent: { limitedDataUse: true } })).toMatchObject({ reason: 'opted_out' });
  });

  test('a purchase below zero is not sent where the template has money', () => {
    const url = 'https://t.acme.example/pb?cid={click_id}&v={value}';
    const event: EventChanges = { name: 'purchase', value: '-1', currency: 'EUR' };
    expect(check({ url }, event)).toMatchObject({ reason: 'incomplete_event', field: 'value' });
    expect(check({}, event)).toBeUndefined();
  });

  test('value and currency go together or not at all', () => {
    const url = 'https://t.acme.example/pb?v={value}&c={currency}';
    expect(render({ url }, { currency: 'EUR' }).url).toBe('https://t.acme.example/pb?v=&c=');
  });

  test('anonymous consent keeps the user id out', () => {
    const url = 'https://t.acme.example/pb?u={user_id_hash}';
    expect(render({ url }, { userId: 'u-1', consentLevel: 'anonymous' }).url).toMatch(/u=$/);
  });

  test('a payload keeps what the template uses and nothing personal in clear', () => {
    const { network } = openTemplate({
      url: 'https://t.acme.example/pb?e={email|md5}&c={click_id}',
    });
    const { postback } = makePostback(network, makeEvent(EVENT), 'sale');
    expect(postback.facts).toEqual({
      values: { click_id: 'clk-1', 'email|md5': hex('md5', 'test@example.com') },
    });
  });

  test('a hash of another kind is not made of a hash', () => {
    const identifiers = { plain: {}, hashed: { email: 'a'.repeat(64) } };
    const url = 'https://t.acme.example/pb?a={email_sha256}&b={email|md5}';
    expect(render({ url }, { identifiers }).url).toBe(
      `https://t.acme.example/pb?a=${'a'.repeat(64)}&b=`,
    );
  });
});

describe('lists of events', () => {
  const LIST = {
    url: 'https://t.acme.example/batch?key={env:POSTBACK_HTTP_ACME_KEY}',
    body: { source: 'game', events: '{each}' },
    each: { id: '{dedupe_id}', cid: '{click_id}', v: '{value|raw}', n: '{quantity|raw}' },
    limit: 2,
  };

  test('hold an object for each event, with numbers where raw says so', () => {
    const events = [EVENT, { clickFields: { acme_cid: 'clk-2' } }];
    const { url, body } = render(LIST, events, VARIABLES);
    expect(new URL(url).searchParams.get('key')).toBe('k-%+&1');
    expect(JSON.parse(String(body))).toEqual({
      source: 'game',
      events: [
        { id: '1'.padStart(32, '0'), cid: 'clk-1', v: 9.9, n: 2 },
        { id: '2'.padStart(32, '0'), cid: 'clk-2', v: null, n: null },
      ],
    });
  });

  test('have the limit of the template, and one event without a list', () => {
    expect(openTemplate(LIST).channel.limits.maxEvents).toBe(2);
    expect(openTemplate().channel.limits.maxEvents).toBe(1);
  });

  test('have an object of their own where the template says none', () => {
    const { each: _each, ...rest } = LIST;
    const { body } = render(rest, [EVENT], VARIABLES);
    expect(JSON.parse(String(body))).toMatchObject({ events: [{ click_id: 'clk-1', value: 9.9 }] });
  });
});

describe('literal text', () => {
  test('has doubled braces for one', () => {
    const { body } = render({ body: { v: '{{"a":"{goal}"}}' } });
    expect(JSON.parse(String(body))).toEqual({ v: '{"a":"sale"}' });
  });

  test('raw in an address keeps what is encoded already, and ends nothing', () => {
    const clickFields = { acme_cid: 'a%2Fb&c=d#e"f' };
    const url = 'https://t.acme.example/pb?cid={click_id|raw}';
    expect(render({ url }, { clickFields }).url).toBe(
      'https://t.acme.example/pb?cid=a%2Fb&c=d%23e%22f',
    );
  });

  test.each(['..', '.', '%2e%2E', '../../admin', 'a?x=1'])(
    'raw in a path keeps %s in its segment',
    (itemId) => {
      const { url } = render({ url: 'https://t.acme.example/a/{item_id|raw}/z' }, { itemId });
      expect(new URL(url).pathname.split('/')).toHaveLength(4);
      expect(new URL(url).search).toBe('');
    },
  );

  test('raw in JSON stays a text where it is not a number', () => {
    const { body } = render({ body: { a: '{item_id|raw}' } }, { itemId: '"},"b":1' });
    expect(JSON.parse(String(body))).toEqual({ a: '"},"b":1' });
  });
});

describe('what a server decodes is what was meant', () => {
  const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
  const wild = fc.oneof(anyText, fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }));
  const meant = (text: string): string => text.toWellFormed();
  const usable = wild.filter((text) => text.trim() !== '');

  test('in the query of an address', () => {
    fc.assert(
      fc.property(usable, (itemId) => {
        const { url } = render(
          { url: 'https://t.acme.example/pb?a=1&x={item_id}&z=2' },
          { itemId },
        );
        expect([...new URL(url).searchParams]).toEqual([
          ['a', '1'],
          ['x', meant(itemId)],
          ['z', '2'],
        ]);
      }),
    );
  });

  test('in the path of an address, where no value leaves its segment', () => {
    fc.assert(
      fc.property(fc.oneof(usable, fc.constantFrom('.', '..', '../..', '/', '\\')), (itemId) => {
        const { url } = render({ url: 'https://t.acme.example/a/{item_id}/z' }, { itemId });
        const segments = new URL(url).pathname.split('/');
        const expected = itemId === '.' || itemId === '..' ? '' : meant(itemId);
        expect(segments.map(decodeURIComponent)).toEqual(['', 'a', expected, 'z']);
      }),
    );
  });

  test('in a form', () => {
    fc.assert(
      fc.property(usable, (itemId) => {
        const { body } = render({ form: { a: '1', x: '{item_id}' } }, { itemId });
        expect([...new URLSearchParams(String(body))]).toEqual([
          ['a', '1'],
          ['x', meant(itemId)],
        ]);
      }),
    );
  });

  test('in JSON', () => {
    fc.assert(
      fc.property(usable, (itemId) => {
        const { body } = render({ body: { x: 'a{item_id}', y: '{item_id}' } }, { itemId });
        expect(JSON.parse(String(body))).toEqual({ x: `a${meant(itemId)}`, y: meant(itemId) });
      }),
    );
  });

  test('in a header, which no value ends', () => {
    fc.assert(
      fc.property(usable, (itemId) => {
        const { headers } = render({ headers: { 'X-A': '{item_id}' } }, { itemId });
        expect(headers['X-A']).toMatch(/^[\x20-\x7e]+$/);
        expect(decodeURIComponent(headers['X-A'] ?? '')).toBe(meant(itemId));
      }),
    );
  });
});
