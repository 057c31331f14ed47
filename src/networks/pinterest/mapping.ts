import type { Mapping } from '../../goals/goal.js';

/** Pinterest's event names (docs/reference/pinterest.md#event-names). */
const EVENT_NAMES = [
  'add_payment_info',
  'add_to_cart',
  'add_to_wishlist',
  'app_install',
  'app_open',
  'checkout',
  'contact',
  'custom',
  'customize_product',
  'find_location',
  'initiate_checkout',
  'lead',
  'page_visit',
  'schedule',
  'search',
  'signup',
  'start_trial',
  'submit_application',
  'subscribe',
  'view_category',
  'view_content',
  'watch_video',
] as const;

/** Default names of goal events that have another name at Pinterest. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['purchase', 'checkout'],
  ['wishlist_add', 'add_to_wishlist'],
  ['email_acquired', 'lead'],
  ['sign_up', 'signup'],
  ['begin_checkout', 'initiate_checkout'],
  ['view_item', 'view_content'],
]);

/**
 * The name of an event at Pinterest: the product's table, the standard event of the same name, or
 * `custom`, which Pinterest has for everything else.
 */
export function findPinterestDefault(event: string): string {
  return DEFAULTS.get(event) ?? findStandard(event) ?? 'custom';
}

/** Returns what is expected if `mapping` is not an event name of Pinterest, otherwise undefined. */
export function checkPinterestMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') return ONE_NAME;
  if ((EVENT_NAMES as readonly string[]).includes(mapping)) return undefined;
  const shown = JSON.stringify(mapping.slice(0, 40));
  return `${shown} is not an event of Pinterest; expected ${findStandard(mapping) ?? EXPECTED}`;
}

const EXPECTED = `one of ${EVENT_NAMES.join(', ')}`;
/** Says that a goal which is not called by one text cannot be mapped at Pinterest. */
export const ONE_NAME = `Pinterest identifies events by name; expected ${EXPECTED}`;

function findStandard(name: string): string | undefined {
  const folded = name.trim().toLowerCase();
  return EVENT_NAMES.find((known) => known === folded);
}
