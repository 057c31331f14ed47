import type { Mapping } from '../../goals/goal.js';
import { findStandardSpelling } from '../standard-events.js';

/**
 * TikTok's standard events; any other name is a custom event, on which TikTok cannot optimise. Sources:
 * https://github.com/tiktok/gtm-template-eapi/blob/089e34e/template.tpl (2024-05-30) and
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

/** What the product calls its goal events at TikTok (networks.md section 7). */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  purchase: 'Purchase',
  wishlist_add: 'AddToWishlist',
  wishlist_remove: 'wishlist_remove',
  email_acquired: 'CompleteRegistration',
};

/** TikTok documents no length; a name that is longer was not meant as one. */
const MAX_NAME_LENGTH = 100;
const CONTROL = /\p{Cc}/u;

/** The product's event name; any other event goes under its own name, as a custom event. */
export function defaultTikTokMapping(event: string): string {
  return Object.hasOwn(EVENT_NAMES, event) ? (EVENT_NAMES[event] as string) : event;
}

/** A sentence saying what is expected when `mapping` is no event name; undefined when it is one. */
export function checkTikTokMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') {
    return 'TikTok knows conversions by one event name; expected a name such as Purchase, without --type and --source';
  }
  if (mapping.trim() === '' || mapping !== mapping.trim() || CONTROL.test(mapping)) {
    return `${JSON.stringify(mapping)} is no event name; expected a name such as Purchase, or one of your own`;
  }
  if (mapping.length > MAX_NAME_LENGTH) {
    return `the event name has ${mapping.length} characters; expected at most ${MAX_NAME_LENGTH}`;
  }
  const meant = findStandardSpelling(STANDARD_EVENTS, mapping);
  if (meant === undefined) return undefined;
  return `TikTok writes its standard event ${meant}; ${JSON.stringify(mapping)} would be a custom event`;
}
