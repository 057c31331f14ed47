import { expect, test } from 'vitest';
import {
  checkTikTokMapping,
  defaultTikTokMapping,
} from '../../../../src/networks/tiktok/mapping.js';

test.each([
  ['purchase', 'Purchase'],
  ['wishlist_add', 'AddToWishlist'],
  ['wishlist_remove', 'wishlist_remove'],
  ['email_acquired', 'CompleteRegistration'],
  ['sign_up', 'sign_up'],
  ['constructor', 'constructor'],
])('%s is %s at TikTok', (event, name) => {
  expect(defaultTikTokMapping(event)).toBe(name);
  expect(checkTikTokMapping(name)).toBeUndefined();
});

test.each(['CompletePayment', 'my event', 'x'.repeat(100), 'Käufe'])('%j may be a name', (name) => {
  expect(checkTikTokMapping(name)).toBeUndefined();
});

test.each([
  ['', 'is not an event name'],
  [' Purchase', 'is not an event name'],
  ['a\nb', 'is not an event name'],
  ['x'.repeat(101), '101 characters'],
  [{ name: 'n', type: 'OTHER', source: 'WEBSITE' }, 'by event name'],
])('%j may not', (mapping, words) => {
  expect(checkTikTokMapping(mapping)).toContain(words);
});

test.each([
  ['purchase', 'Purchase'],
  ['PURCHASE', 'Purchase'],
  ['addtocart', 'AddToCart'],
  ['completeRegistration', 'CompleteRegistration'],
])('tiktok: %s is refused and %s is named', (mapping, meant) => {
  expect(checkTikTokMapping(mapping)).toContain(`the standard event of TikTok is ${meant};`);
});
