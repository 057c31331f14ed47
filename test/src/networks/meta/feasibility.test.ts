import { describe, expect, test } from 'vitest';
import type {
  ClickField,
  ConversionEvent,
  Identifiers,
} from '../../../../src/events/conversion-event.js';
import type { Mapping } from '../../../../src/goals/goal.js';
import { EVENT_DESCRIPTION } from '../../../kit/amazon.js';
import { makeMetaEvent, openMeta, prepareMeta } from '../../../kit/meta.js';

type Fields = Partial<Record<ClickField, string>>;

function skipOf(
  identifiers: Partial<Identifiers>,
  fields: Fields = {},
  parts: Partial<ConversionEvent> = {},
  mapping: Mapping = 'Purchase',
) {
  return openMeta().check(prepareMeta(makeMetaEvent(identifiers, fields, parts)), mapping);
}

const plain = (texts: Identifiers['plain']): Partial<Identifiers> => ({ plain: texts });
const place = { city: 'Berlin', state: 'Berlin', postal_code: '10115' };

describe('too broad is refused before it is sent', () => {
  test.each<[string, Partial<Identifiers>, string]>([
    ['nothing', {}, 'no identifier'],
    ['a user agent', { userAgent: 'Mozilla/5.0' }, 'only user_agent'],
    ['a country', { country: 'US' }, 'only country'],
    ['a city', plain({ city: 'Berlin' }), 'only city'],
    ['a whole place', { ...plain(place), country: 'DE' }, 'only city, state, postal_code, country'],
    [
      'a place and a user agent',
      { ...plain(place), userAgent: 'x' },
      'only city, state, postal_code, user_agent',
    ],
    ['a first name', plain({ first_name: 'Jo' }), 'only first_name'],
    ['a last name', plain({ last_name: 'Doe' }), 'only last_name'],
    ['a street, which Meta does not take', plain({ address: '1 Elm Street' }), 'no identifier'],
    ['an address that is none', plain({ email: 'nobody' }), 'no identifier'],
    [
      'ids of other networks',
      { maid: '38400000-8cf0-11bd-b23e-10b96e40000d', matchId: 'A1' },
      'no identifier',
    ],
  ])('%s', (_what, identifiers, found) => {
    expect(skipOf(identifiers)).toMatchObject({
      reason: 'no_match_key',
      message: expect.stringContaining(`has ${found},`),
    });
  });

  test.each<[string, Partial<Identifiers>, Fields]>([
    ['an e-mail address', plain({ email: 'jo@example.com' }), {}],
    ['a telephone number', plain({ phone: '+16505551212' }), {}],
    ['a browser', {}, { fbp: 'fb.1.1795032845678.1' }],
    ['an external id', { externalId: 'p1' }, {}],
    ['an IP address', { ip: '203.0.113.7' }, {}],
    ['a whole name', plain({ first_name: 'Jo', last_name: 'Doe' }), {}],
    ['a first name and a city', plain({ first_name: 'Jo', city: 'Rome' }), {}],
  ])('%s would do for Meta, but there was no click', (_what, identifiers, fields) => {
    expect(skipOf(identifiers, fields)).toMatchObject({
      reason: 'no_click_id',
      message: expect.stringContaining('fbclid'),
    });
  });
});

describe('a click', () => {
  const { timeMs } = makeMetaEvent();
  const monthsAgo = timeMs - 100 * 24 * 3_600_000;
  test.each<[string, Fields, string | undefined]>([
    ['fbclid', { fbclid: 'abc' }, undefined],
    ['fbc', { fbc: `fb.1.${timeMs}.abc` }, undefined],
    ['an fbc of 100 days', { fbc: `fb.1.${monthsAgo}.abc` }, 'no_click_id'],
    ['an fbc that is none', { fbc: 'abc' }, 'no_click_id'],
    ['a paid campaign', { utm_source: 'facebook', utm_medium: 'cpc' }, 'no_click_id'],
  ])('%s', (_what, fields, reason) => {
    expect(skipOf({ externalId: 'p1' }, fields)?.reason).toBe(reason);
  });
});

describe('the website', () => {
  const pageUrl = 'https://game.example/';
  test.each<[string, Partial<Identifiers>, Partial<ConversionEvent>, string | undefined]>([
    ['browser and page', { userAgent: 'x' }, { source: 'website', pageUrl }, undefined],
    ['no browser', {}, { source: 'website', pageUrl }, 'user_agent'],
    ['no page', { userAgent: 'x' }, { source: 'website' }, 'page_url'],
    ['a page that is none', { userAgent: 'x' }, { source: 'website', pageUrl: '/buy' }, 'page_url'],
    ['neither', {}, { source: 'website' }, 'user_agent'],
    ['an app needs neither', {}, { source: 'app' }, undefined],
  ])('%s', (_what, identifiers, parts, field) => {
    const skip = skipOf(identifiers, { fbclid: 'abc' }, parts);
    expect(skip && [skip.reason, skip.field]).toEqual(field && ['incomplete_event', field]);
  });
});

describe('money', () => {
  test.each<[string, Partial<ConversionEvent>, Mapping, string | undefined]>([
    ['a purchase with both', {}, 'Purchase', undefined],
    ['a purchase without value', { value: undefined }, 'Purchase', 'incomplete_event value'],
    [
      'a purchase without currency',
      { currency: undefined },
      'Purchase',
      'incomplete_event currency',
    ],
    [
      'another event that is a Purchase there',
      { name: 'order', value: undefined },
      'Purchase',
      'incomplete_event value',
    ],
    ['a purchase under another name', { value: undefined }, 'Subscribe', undefined],
    ['a negative purchase', { value: '-1' }, 'Purchase', 'incomplete_event value'],
    ['a currency that is none', { currency: 'QQQ' }, 'Purchase', 'unsupported_currency undefined'],
    [
      'money of the game, in no purchase',
      { name: 'resource', currency: 'GEM' },
      'resource',
      undefined,
    ],
  ])('%s', (_what, parts, mapping, expected) => {
    const skip = skipOf({}, { fbclid: 'abc' }, parts, mapping);
    expect(skip && `${skip.reason} ${skip.field}`).toBe(expected);
  });
});

test.each<[Mapping]>([[''], [' '], ['x'.repeat(51)], ['a\u0007b'], [EVENT_DESCRIPTION]])(
  'no event name: %j',
  (mapping) => {
    expect(skipOf({}, { fbclid: 'abc' }, {}, mapping)?.reason).toBe('unmapped_goal');
  },
);
