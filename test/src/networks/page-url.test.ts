import { expect, test } from 'vitest';
import { readPageUrl } from '../../../src/networks/page-url.js';

test.each([
  ['https://game.example/shop', 'https://game.example/shop'],
  [
    ' https://game.example/shop?id=7&ttclid=E.C.P.a%2Bb-_c ',
    'https://game.example/shop?id=7&ttclid=E.C.P.a%2Bb-_c',
  ],
  ['http://game.example', 'http://game.example/'],
  ['https://game.example/?email=jo%40example.com&id=7', 'https://game.example/?id=7'],
  ['https://game.example/?contact=jo@example.com', 'https://game.example/'],
  [
    'https://game.example/?E-Mail=x&First_Name=Jo&userId=1&session=2&phone=3',
    'https://game.example/',
  ],
  ['https://jo:secret@game.example/shop#jo@example.com', 'https://game.example/shop'],
  ['https://game.example/?a=1&&a=2&flag', 'https://game.example/?a=1&&a=2&flag'],
])('%j', (text, expected) => {
  expect(readPageUrl(text)).toBe(expected);
});

test.each([
  undefined,
  '',
  'shop',
  '/shop',
  'ftp://game.example/',
  'javascript:alert(1)',
  'https://',
  'jo@example.com',
])('%j is not a page URL', (text) => {
  expect(readPageUrl(text)).toBeUndefined();
});
