import type { Mapping } from '../../goals/goal.js';

/** Tracking types of the Conversions API v3 (networks.md section 5), by the names that the pixel has for them. */
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
/** `custom_event_name` has 1 to 64 characters (networks.md section 5). */
const MAX_NAME_LENGTH = 64;

/** What the product calls its events at Reddit (networks.md section 7). */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['purchase', 'PURCHASE'],
  ['wishlist_add', 'ADD_TO_WISHLIST'],
  ['wishlist_remove', 'custom:wishlist_remove'],
  ['email_acquired', 'SIGN_UP'],
]);

/** What a conversion is reported as. */
export interface EventType {
  trackingType: string;
  customName?: string;
}

/** The mapping of a goal that has none: the product's table, and any other event by its own name as a custom one. */
export function findRedditDefault(event: string): Mapping {
  const standard = findStandardType(event.trim());
  // A name of blanks only, or a longer one than Reddit takes, is still an event's name.
  const name = shorten(event.trim() || 'event');
  return DEFAULTS.get(event) ?? standard ?? `${CUSTOM}${name}`;
}

/** A sentence saying what is expected when `mapping` is neither a tracking type nor `custom:<name>`. */
export function checkRedditMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') {
    return `Reddit knows events by one name; expected ${EXPECTED}`;
  }
  if (TRACKING_TYPES.includes(mapping)) return undefined;
  if (!mapping.startsWith(CUSTOM)) {
    const near = findStandardType(mapping) ?? TRACKING_TYPES.find((type) => type === mapping.toUpperCase());
    return `${quote(mapping)} is no tracking type; expected ${near ?? EXPECTED}`;
  }
  const name = mapping.slice(CUSTOM.length);
  if (name.trim() === '' || lengthOf(name) > MAX_NAME_LENGTH) {
    return `the custom event has a name of ${lengthOf(name)} characters; expected 1 to ${MAX_NAME_LENGTH} after ${CUSTOM}`;
  }
  const standard = findStandardType(name);
  if (standard !== undefined) return `${quote(name)} is a standard event of Reddit's; expected ${standard} for it`;
  return undefined;
}

/** What a checked mapping says. */
export function readEventType(mapping: string): EventType {
  if (!mapping.startsWith(CUSTOM)) return { trackingType: mapping };
  return { trackingType: 'CUSTOM', customName: mapping.slice(CUSTOM.length) };
}

const EXPECTED = `one of ${TRACKING_TYPES.join(', ')}, or custom:<name>`;

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
