import fc from '../../kit/property.js';
import { expect, test } from 'vitest';

import { readClickQuery } from '../../../src/events/click-query.js';

test.each([
  ['https://game.example/?fbclid=IwAR0', { fbclid: 'IwAR0' }],
  ['?gclid=x', { gclid: 'x' }],
  ['gclid=x', { gclid: 'x' }],
  [
    'https://g.example/?utm_source=fb&amp;utm_medium=cpc&amp;fbclid=I',
    { utm_source: 'fb', utm_medium: 'cpc', fbclid: 'I' },
  ],
  ['https://g.example/?utm_source=fb&amp;amp;fbclid=I', { utm_source: 'fb', fbclid: 'I' }],
  ['https://g.example/?utm_source=fb&#38;fbclid=I', { utm_source: 'fb', fbclid: 'I' }],
  ['https://g.example/?utm_source=fb?fbclid=I', { utm_source: 'fb', fbclid: 'I' }],
  ['https://g.example/%3Ffbclid%3DI', { fbclid: 'I' }],
  [
    'https%3A%2F%2Fg.example%2F%3Fgclid%3Dx%26utm_source%3Dgoogle',
    { gclid: 'x', utm_source: 'google' },
  ],
  ['https://g.example/?utm_source%3Dfb%26fbclid%3DI', { utm_source: 'fb', fbclid: 'I' }],
  ['https://g.example/#/buy?gclid=x', { gclid: 'x' }],
  ['https://g.example/?a=1#top&gclid=x', { gclid: 'x' }],
  ['https://g.example/?gclid=&gclid=x', { gclid: 'x' }],
  ['https://g.example/?gclid={gclid}&ttclid=E.C.P.a', { ttclid: 'E.C.P.a' }],
  ['https://g.example/?GCLID=x', { gclid: 'x' }],
  [
    'https://g.example/?utm_campaign=Black+Friday%21&gclid=a%2Bb',
    { utm_campaign: 'Black Friday!', gclid: 'a+b' },
  ],
  ['https://g.example/?utm_campaign=100%', { utm_campaign: '100%' }],
  ['https://g.example/gclid=x', {}],
  ['https://g.example/?email=a@example.com', {}],
  ['', {}],
])('K17: %j', (address, fields) => {
  expect(Object.fromEntries(readClickQuery(address))).toEqual(fields);
});

test('K16: an unfilled macro in an address is not a click id', () => {
  for (const macro of ['__CLICKID__', '%7Bgclid%7D', '{{ttclid}}', 'undefined', '%7B%7Bx%7D%7D']) {
    expect(readClickQuery(`https://g.example/?ttclid=${macro}`)).toEqual([]);
  }
});

test('never throws, and finds what a browser would find', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true }),
      fc.stringMatching(/^[\w.-]{21,40}$/),
      (url, id) => {
        const address = `${url}${url.includes('?') ? '&' : '?'}gclid=${id}`;
        if (id.startsWith('__')) return;
        expect(Object.fromEntries(readClickQuery(address))['gclid']).toBe(id);
      },
    ),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(readClickQuery(text))),
  );
});
