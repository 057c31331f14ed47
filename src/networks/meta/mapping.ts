import type { Mapping } from '../../goals/goal.js';
import { findStandardSpelling } from '../standard-events.js';

/**
 * Meta's standard events (developers.facebook.com, Meta Pixel reference); any other name is a
 * custom event.
 */
const STANDARD_EVENTS = [
  'AddPaymentInfo',
  'AddToCart',
  'AddToWishlist',
  'CompleteRegistration',
  'Contact',
  'CustomizeProduct',
  'Donate',
  'FindLocation',
  'InitiateCheckout',
  'Lead',
  'PageView',
  'Purchase',
  'Schedule',
  'Search',
  'StartTrial',
  'SubmitApplication',
  'Subscribe',
  'ViewContent',
];

/** The standard event that must say what it is worth. */
export const PURCHASE = 'Purchase';

/**
 * The product's table (docs/reference/meta.md#event-names); `wishlist_remove` and all others go by
 * their own names.
 */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['purchase', PURCHASE],
  ['wishlist_add', 'AddToWishlist'],
  ['email_acquired', 'CompleteRegistration'],
]);

/** Custom event names have 50 characters at most (Meta Pixel reference). */
const MAX_NAME_LENGTH = 50;
// eslint-disable-next-line no-control-regex -- they are what a name must not have
const UNPRINTABLE = /[\u0000-\u001f\u007f]/;

/** Returns the default event name at Meta for a goal on that event. */
export function findMetaDefault(event: string): string {
  return DEFAULTS.get(event) ?? event;
}

/**
 * A sentence saying what is expected when `mapping` cannot be an event name; undefined when it can.
 */
export function checkMetaMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string')
    return 'Meta identifies conversions by event name; expected one, such as Purchase';
  if (!isEventName(mapping)) {
    return (
      `expected an event name of 1 to ${MAX_NAME_LENGTH} characters, such as Purchase or ` +
      'level_reached'
    );
  }
  const meant = findStandardSpelling(STANDARD_EVENTS, mapping);
  if (meant === undefined) return undefined;
  return `the standard event of Meta is ${meant}; ${JSON.stringify(mapping)} would be a custom event`;
}

/** Whether Meta takes `name` for an event. */
export function isEventName(name: string): boolean {
  return name.trim() !== '' && name.length <= MAX_NAME_LENGTH && !UNPRINTABLE.test(name);
}
