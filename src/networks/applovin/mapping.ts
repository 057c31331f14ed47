import type { Mapping } from '../../goals/goal.js';

/**
 * Axon's event names, and whether an event of that name needs items: any other name fails
 * (docs/reference/applovin.md#event-names).
 */
const NEEDS_ITEMS = {
  page_view: false,
  view_item: true,
  view_cart: true,
  add_to_cart: true,
  remove_from_cart: true,
  begin_checkout: true,
  add_payment_info: false,
  purchase: true,
  generate_lead: false,
  login: false,
  sign_up: false,
  search: false,
  subscribe: false,
  app_open: false,
} as const;

/** Events that need money: a currency, and a value where there is one to tell. */
const NEED_MONEY: ReadonlySet<string> = new Set(['purchase', 'begin_checkout', 'generate_lead']);
/** Events without data. */
const BARE: ReadonlySet<string> = new Set(['page_view', 'app_open']);

const EVENT_NAMES = Object.keys(NEEDS_ITEMS);

/** Default names of goal events that have another name at AppLovin. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['email_acquired', 'sign_up'],
  ['lead', 'generate_lead'],
]);

/**
 * The name of an event at AppLovin: the product's table, or the event of the same name. Undefined
 * for any other, which AppLovin does not take.
 */
export function findAppLovinDefault(event: string): string | undefined {
  return DEFAULTS.get(event) ?? findStandard(event);
}

/** Returns what is expected if `mapping` is not an event name of AppLovin, otherwise undefined. */
export function checkAppLovinMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') return ONE_NAME;
  if (EVENT_NAMES.includes(mapping)) return undefined;
  const shown = JSON.stringify(mapping.slice(0, 40));
  return `${shown} is not an event of AppLovin; expected ${findStandard(mapping) ?? EXPECTED}`;
}

/** Whether an event of this name has to say what it is about. */
export function needsItems(mapping: string): boolean {
  return (NEEDS_ITEMS as Readonly<Record<string, boolean>>)[mapping] === true;
}

/** Whether an event of this name has to say value and currency. */
export function needsMoney(mapping: string): boolean {
  return NEED_MONEY.has(mapping);
}

/** Whether an event of this name has no data at all. */
export function isBare(mapping: string): boolean {
  return BARE.has(mapping);
}

const EXPECTED = `one of ${EVENT_NAMES.join(', ')}`;
/** Says that a goal which is not called by one text cannot be mapped at AppLovin. */
export const ONE_NAME = `AppLovin identifies events by name; expected ${EXPECTED}`;

function findStandard(name: string): string | undefined {
  const folded = name.trim().toLowerCase();
  return EVENT_NAMES.find((known) => known === folded);
}
