import { toAmountText } from '../decimal.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Skip } from './network.js';

/**
 * Money of an event; either field may be missing. For networks that accept any ISO 4217 currency.
 */
export interface Priced {
  /** Decimal text, as JSON writes a number. */
  value?: string;
  currency?: string;
  /** Whether the event is a purchase. Invalid money of a purchase is reported, not left out. */
  purchase?: true;
}

export interface Amount {
  value: string;
  currency: string;
}

let currencies: ReadonlySet<string> | undefined;

/** What `event` says of money, as a payload holds it. */
export function readPriced(event: ConversionEvent): Priced {
  const priced: Priced = {};
  const value = event.value === undefined ? undefined : toAmountText(event.value);
  if (value !== undefined) priced.value = value;
  if (event.currency !== undefined) priced.currency = event.currency;
  if (event.name === 'purchase') priced.purchase = true;
  return priced;
}

/**
 * Value and currency, both or neither. An amount below zero, and one in a
 * currency of the game's own, is none.
 */
export function amountOf({ value, currency }: Priced): Amount | undefined {
  if (value === undefined || currency === undefined) return undefined;
  return value.startsWith('-') || !isCurrency(currency) ? undefined : { value, currency };
}

/** Why a purchase cannot be sent for its money's sake. @param title of the network, for people. */
export function checkAmount(
  { value, currency, purchase }: Priced,
  title: string,
): Skip | undefined {
  if (!purchase || value === undefined) return undefined;
  if (value.startsWith('-')) {
    const message = `the value of this purchase is negative; ${title} accepts 0 or more`;
    return { reason: 'incomplete_event', field: 'value', message };
  }
  if (currency === undefined || isCurrency(currency)) return undefined;
  const message = `${currency} is not an ISO 4217 currency, which ${title} requires`;
  return { reason: 'unsupported_currency', message };
}

function isCurrency(code: string): boolean {
  currencies ??= new Set(Intl.supportedValuesOf('currency'));
  return currencies.has(code);
}
