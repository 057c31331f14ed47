import type { Mapping } from '../../goals/goal.js';

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
  return undefined;
}
