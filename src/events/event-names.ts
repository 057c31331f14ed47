/**
 * What other systems call our goal events (docs/reference/formats.md#event-names), by
 * {@link wordsOf} the name. Audience messages use our own names and are never renamed
 * (docs/development/decisions/event-names.md).
 */
const GOAL_EVENTS: ReadonlyMap<string, string> = new Map([
  ['order completed', 'purchase'],
  ['order placed', 'purchase'],
  ['in app purchase', 'purchase'],
  ['transaction', 'purchase'],
  ['add to wishlist', 'wishlist_add'],
  ['product added to wishlist', 'wishlist_add'],
  ['remove from wishlist', 'wishlist_remove'],
  ['product removed from wishlist', 'wishlist_remove'],
  ['generate lead', 'email_acquired'],
  ['lead', 'email_acquired'],
  ['signed up', 'sign_up'],
  ['application installed', 'game_launch'],
  ['first open', 'game_launch'],
  ['install', 'game_launch'],
  ['link click', 'link_clicked'],
  ['click', 'link_clicked'],
]);

const OWN_NAMES = [
  'purchase',
  'wishlist_add',
  'wishlist_remove',
  'email_acquired',
  'sign_up',
  'game_launch',
];
const BY_WORDS: ReadonlyMap<string, string> = new Map([
  ...GOAL_EVENTS,
  ...OWN_NAMES.map((name) => [name.replaceAll('_', ' '), name] as const),
]);

/** The goal event that another system's event name means, else the name itself. */
export function toGoalEvent(name: string): string {
  return BY_WORDS.get(wordsOf(name)) ?? name;
}

/** `Order Completed`, `order_completed` and `OrderCompleted` are the same words. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[\s_-]+/g, ' ')
    .trim()
    .toLowerCase();
}
