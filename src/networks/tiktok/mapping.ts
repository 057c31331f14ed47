import type { Mapping } from '../../goals/goal.js';
import { findStandardSpelling } from '../standard-events.js';

/**
 * TikTok's standard events; any other name is a custom event, on which TikTok cannot optimise.
 * Sources: https://github.com/tiktok/gtm-template-eapi/blob/089e34e/template.tpl (2024-05-30) and
 * https://ads.tiktok.com/help/article/standard-events-parameters (read 2026-11-30).
 */
const STANDARD_EVENTS = [
  'AddPaymentInfo',
  'AddToCart',
  'AddToWishlist',
  'ApplicationApproval',
  'ClickButton',
  'CompletePayment',
  'CompleteRegistration',
  'Contact',
  'CustomizeProduct',
  'Download',
  'FindLocation',
  'InitiateCheckout',
  'Lead',
  'PlaceAnOrder',
  'Purchase',
  'Schedule',
  'Search',
  'StartTrial',
  'SubmitApplication',
  'SubmitForm',
  'Subscribe',
  'ViewContent',
] as const;

/** Default names of goal events at TikTok. */
const EVENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['purchase', 'Purchase'],
  ['wishlist_add', 'AddToWishlist'],
  ['wishlist_remove', 'wishlist_remove'],
  ['email_acquired', 'CompleteRegistration'],
]);

/** TikTok documents no length; a name that is longer was not meant as one. */
const MAX_NAME_LENGTH = 100;
const CONTROL = /\p{Cc}/u;

/** The product's event name; any other event goes under its own name, as a custom event. */
export function defaultTikTokMapping(event: string): string {
  return EVENT_NAMES.get(event) ?? event;
}

/** Returns what is expected if `mapping` is not an event name, otherwise undefined. */
export function checkTikTokMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') {
    return (
      'TikTok identifies conversions by event name; expected a name such as Purchase, without ' +
      '--type and --source'
    );
  }
  if (mapping.trim() === '' || mapping !== mapping.trim() || CONTROL.test(mapping)) {
    return (
      `${JSON.stringify(mapping)} is not an event name; expected a name such as Purchase, or ` +
      'your own name'
    );
  }
  if (mapping.length > MAX_NAME_LENGTH) {
    return `the event name has ${mapping.length} characters; expected at most ${MAX_NAME_LENGTH}`;
  }
  const meant = findStandardSpelling(STANDARD_EVENTS, mapping);
  if (meant === undefined) return undefined;
  return `the standard event of TikTok is ${meant}; ${JSON.stringify(mapping)} would be a custom event`;
}
