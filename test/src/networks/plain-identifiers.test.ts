import { describe, expect, test } from 'vitest';
import { readIpAddress, readUserAgent, readUuid } from '../../../src/networks/plain-identifiers.js';

const nothing = { plain: {}, hashed: {} };

describe('IP address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['2001:DB8::1', '2001:db8::1'],
    ['203.0.113', undefined],
    ['203.0.113.7, 198.51.100.1', undefined],
    ['jo@example.com', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j', (ip, expected) => {
    expect(readIpAddress({ ...nothing, ...(ip === undefined ? {} : { ip }) })).toBe(expected);
  });
});

describe('user agent', () => {
  test.each([
    [' Mozilla/5.0 (X11) ', 'Mozilla/5.0 (X11)'],
    [' ', undefined],
    ['x'.repeat(600), 'x'.repeat(512)],
    [`${'x'.repeat(511)}😀`, 'x'.repeat(511)],
  ])('%j', (userAgent, expected) => {
    expect(readUserAgent({ ...nothing, userAgent })).toBe(expected);
  });

  test('none', () => {
    expect(readUserAgent(nothing)).toBeUndefined();
  });
});

test.each([
  ['123e4567-e89b-12d3-a456-426614174000', '123e4567-e89b-12d3-a456-426614174000'],
  [' 123E4567-E89B-12D3-A456-426614174000 ', '123E4567-E89B-12D3-A456-426614174000'],
  ['123e4567e89b12d3a456426614174000', undefined],
  ['1700000000.123e4567-e89b-12d3-a456-426614174000', undefined],
  ['jo@example.com', undefined],
  [undefined, undefined],
])('UUID %j', (text, expected) => {
  expect(readUuid(text)).toBe(expected);
});
