import type { Mapping } from '../../goals/goal.js';

/** Snapchat's event names; it takes no others (docs/reference/snapchat.md#event-names). */
const EVENT_NAMES = [
  'PURCHASE',
  'SAVE',
  'START_CHECKOUT',
  'ADD_CART',
  'VIEW_CONTENT',
  'ADD_BILLING',
  'SIGN_UP',
  'SEARCH',
  'PAGE_VIEW',
  'SUBSCRIBE',
  'AD_CLICK',
  'AD_VIEW',
  'COMPLETE_TUTORIAL',
  'LEVEL_COMPLETE',
  'INVITE',
  'LOGIN',
  'SHARE',
  'RESERVE',
  'ACHIEVEMENT_UNLOCKED',
  'ADD_TO_WISHLIST',
  'SPENT_CREDITS',
  'RATE',
  'START_TRIAL',
  'LIST_VIEW',
  'APP_INSTALL',
  'APP_OPEN',
  'CUSTOM_EVENT_1',
  'CUSTOM_EVENT_2',
  'CUSTOM_EVENT_3',
  'CUSTOM_EVENT_4',
  'CUSTOM_EVENT_5',
] as const;

/** The only event whose money Snapchat requires. */
export const PURCHASE = 'PURCHASE';

/** Default names of goal events that have another name at Snapchat. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['wishlist_add', 'ADD_TO_WISHLIST'],
  ['email_acquired', 'SIGN_UP'],
  ['add_to_cart', 'ADD_CART'],
  ['begin_checkout', 'START_CHECKOUT'],
  ['add_payment_info', 'ADD_BILLING'],
  ['view_item', 'VIEW_CONTENT'],
  ['tutorial_complete', 'COMPLETE_TUTORIAL'],
]);

/**
 * The name of an event at Snapchat: the product's table, or the standard event of the same name.
 * Undefined for any other: which of the five custom events it is, the operator says.
 */
export function findSnapchatDefault(event: string): string | undefined {
  return DEFAULTS.get(event) ?? findStandard(event);
}

/** Returns what is expected if `mapping` is not an event name of Snapchat, otherwise undefined. */
export function checkSnapchatMapping(mapping: Mapping): string | undefined {
  if (typeof mapping === 'string' && (EVENT_NAMES as readonly string[]).includes(mapping))
    return undefined;
  if (typeof mapping !== 'string') return ONE_NAME;
  const near = findStandard(mapping);
  const shown = JSON.stringify(mapping.slice(0, 40));
  return `${shown} is not an event of Snapchat; expected ${near ?? EXPECTED}`;
}

const EXPECTED = `one of ${EVENT_NAMES.join(', ')}`;
/** Says that a goal which is not called by one text cannot be mapped at Snapchat. */
export const ONE_NAME = `Snapchat identifies events by name; expected ${EXPECTED}`;

function findStandard(name: string): string | undefined {
  const folded = name.trim().toUpperCase();
  return EVENT_NAMES.find((known) => known === folded);
}
