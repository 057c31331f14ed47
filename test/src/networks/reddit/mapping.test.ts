import { describe, expect, test } from 'vitest';
import {
  checkRedditMapping,
  findRedditDefault,
  readEventType,
} from '../../../../src/networks/reddit/mapping.js';

describe('what an event is called where nobody mapped its goal', () => {
  test.each([
    ['purchase', 'PURCHASE'],
    ['wishlist_add', 'ADD_TO_WISHLIST'],
    ['wishlist_remove', 'custom:wishlist_remove'],
    ['email_acquired', 'SIGN_UP'],
    ['game_launch', 'custom:game_launch'],
    ['sign_up', 'custom:sign_up'],
    // The pixel's names are the standard events themselves: Reddit takes no custom one so called.
    ['AddToCart', 'ADD_TO_CART'],
    ['LEAD', 'LEAD'],
    ['x'.repeat(70), `custom:${'x'.repeat(64)}`],
    ['😀'.repeat(70), `custom:${'😀'.repeat(64)}`],
  ])('%j', (event, mapping) => {
    expect(findRedditDefault(event)).toBe(mapping);
    expect(checkRedditMapping(findRedditDefault(event))).toBeUndefined();
  });
});

describe('mappings that Reddit would take', () => {
  test.each([
    ['PAGE_VISIT', { trackingType: 'PAGE_VISIT' }],
    ['SIGN_UP', { trackingType: 'SIGN_UP' }],
    ['custom:Level 10', { trackingType: 'CUSTOM', customName: 'Level 10' }],
    ['custom:a:b', { trackingType: 'CUSTOM', customName: 'a:b' }],
    [`custom:${'é'.repeat(64)}`, { trackingType: 'CUSTOM', customName: 'é'.repeat(64) }],
  ])('%j', (mapping, type) => {
    expect(checkRedditMapping(mapping)).toBeUndefined();
    expect(readEventType(mapping)).toEqual(type);
  });
});

describe('mappings that it would not', () => {
  test.each([
    ['Purchase', /unknown tracking type .*; expected PURCHASE/],
    ['sign_up', /expected SIGN_UP/],
    ['1234567890', /expected one of PAGE_VISIT.*custom:<name>/],
    ['CUSTOM', /custom:<name>/],
    ['custom:', /0 characters; expected 1 to 64/],
    [`custom:${'x'.repeat(65)}`, /65 characters/],
    ['custom:Purchase', /standard event.*PURCHASE/],
    [{ name: 'n', type: 'OTHER', source: 'WEBSITE' }, /identifies events by name/],
  ])('%j', (mapping, problem) => {
    expect(checkRedditMapping(mapping)).toMatch(problem);
  });
});
