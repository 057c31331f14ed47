import type { Mapping } from '../../goals/goal.js';

/**
 * Tracking types of the Conversions API v3 (docs/reference/reddit.md#event-names), by the names
 * that the pixel has for them.
 */
const TYPE_OF_PIXEL_NAME = {
  PageVisit: 'PAGE_VISIT',
  ViewContent: 'VIEW_CONTENT',
  Search: 'SEARCH',
  AddToCart: 'ADD_TO_CART',
  AddToWishlist: 'ADD_TO_WISHLIST',
  Purchase: 'PURCHASE',
  Lead: 'LEAD',
  SignUp: 'SIGN_UP',
} as const;

const TRACKING_TYPES: readonly string[] = Object.values(TYPE_OF_PIXEL_NAME);
const CUSTOM = 'custom:';
/** `custom_event_name` has 1 to 64 characters (docs/reference/reddit.md#event-names). */
const MAX_NAME_LENGTH = 64;

/** Default names of goal events at Reddit. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['purchase', 'PURCHASE'],
  ['wishlist_add', 'ADD_TO_WISHLIST'],
  ['wishlist_remove', 'custom:wishlist_remove'],
  ['email_acquired', 'SIGN_UP'],
]);

/** Event type at Reddit. */
export interface EventType {
  trackingType: string;
  customName?: string;
}

/**
 * The mapping of a goal that has none: the product's table, and any other event by its own name as
 * a custom one.
 */
export function findRedditDefault(event: string): string {
  const standard = findStandardType(event.trim());
  // A name of blanks only, or a longer one than Reddit takes, is still an event's name.
  const name = shorten(event.trim() || 'event');
  return DEFAULTS.get(event) ?? standard ?? `${CUSTOM}${name}`;
}

/**
 * A sentence saying what is expected when `mapping` is neither a tracking type nor `custom:<name>`.
 */
export function checkRedditMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') {
    return ONE_NAME;
  }
  if (TRACKING_TYPES.includes(mapping)) return undefined;
  if (!mapping.startsWith(CUSTOM)) {
    const near =
      findStandardType(mapping) ?? TRACKING_TYPES.find((type) => type === mapping.toUpperCase());
    return `unknown tracking type ${quote(mapping)}; expected ${near ?? EXPECTED}`;
  }
  const name = mapping.slice(CUSTOM.length);
  if (name.trim() === '' || lengthOf(name) > MAX_NAME_LENGTH) {
    return (
      `the custom event has a name of ${lengthOf(name)} characters; expected 1 to ` +
      `${MAX_NAME_LENGTH} after ${CUSTOM}`
    );
  }
  const standard = findStandardType(name);
  if (standard !== undefined)
    return `${quote(name)} is a standard event of Reddit; use ${standard}`;
  return undefined;
}

/** Reads a validated mapping. */
export function readEventType(mapping: string): EventType {
  if (!mapping.startsWith(CUSTOM)) return { trackingType: mapping };
  return { trackingType: 'CUSTOM', customName: mapping.slice(CUSTOM.length) };
}

const EXPECTED = `one of ${TRACKING_TYPES.join(', ')}, or custom:<name>`;
/** Says that a goal which is not called by one text cannot be mapped at Reddit. */
export const ONE_NAME = `Reddit identifies events by name; expected ${EXPECTED}`;

/** The tracking type that has this name at the pixel or in the API. */
function findStandardType(name: string): string | undefined {
  if (TRACKING_TYPES.includes(name)) return name;
  return new Map<string, string>(Object.entries(TYPE_OF_PIXEL_NAME)).get(name);
}

function shorten(name: string): string {
  return Array.from(name).slice(0, MAX_NAME_LENGTH).join('');
}

/** In characters, not in UTF-16 units. */
function lengthOf(name: string): number {
  return Array.from(name).length;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
