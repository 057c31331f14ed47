import { isUsualDecimal } from '../../events/decimal-text.js';
import type { Skip } from '../network.js';

/** CAPI v1 takes these 18 (specification of the DSP Conversions API, ConversionDefinitionCurrencyCodeV1). */
export const CAPI_V1_CURRENCIES: ReadonlySet<string> = new Set(
  'AED AUD BRL CAD CNY DKK EUR GBP INR JPY MXN NOK NZD SAR SEK SGD TRY USD'.split(' '),
);

/** The Events API takes these 81 (specification of the Ads API v1, CurrencyCode). */
export const EVENTS_API_CURRENCIES: ReadonlySet<string> = new Set(
  (
    'AED ARS AUD AZN BBD BGN BHD BMD BND BOB BRL BSD CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP EUR GBP GHS GTQ ' +
    'HKD HNL HRK HUF IDR ILS INR JMD JOD JPY KES KRW KWD KYD KZT LBP LKR MAD MUR MXN MXP MYR NAD NGN NOK NZD PAB ' +
    'PEN PHP PKR PLN PYG QAR RON RSD RUB SAR SEK SGD THB TND TRY TTD TWD TZS UAH USD UYU VND XAF XCD XOF XPF ZAR'
  ).split(' '),
);

/** Both contracts: within +-9999999999999.99 (specification of the DSP Conversions API). */
const MAX_WHOLE_DIGITS = 13;
const DECIMAL = /^(-?)0*([1-9]\d*|0)(?:\.(\d*))?$/;

/** What an event says of money; either may be missing. */
export interface Priced {
  value?: string;
  currency?: string;
}

export interface Money {
  /** Decimal text with at most two decimals, as it stands in the JSON body. */
  value: string;
  currency: string;
}

/**
 * Decimal text rounded to two decimals, half away from zero, without passing through a binary float: `9.995` is `10`,
 * `0.10` is `0.1`. Undefined when `text` is no decimal number.
 */
export function toMoneyText(text: string): string | undefined {
  return hasUsualDecimals(text) ? text : toAnyMoneyText(text);
}

/** `9.99` and `9.9` are what they become. */
function hasUsualDecimals(text: string): boolean {
  const decimals = text.length - 1 - text.indexOf('.');
  return (decimals === 1 || decimals === 2) && !text.endsWith('0') && isUsualDecimal(text);
}

function toAnyMoneyText(text: string): string | undefined {
  const parts = DECIMAL.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const isRoundedUp = fraction.length > 2 && fraction.charCodeAt(2) >= 0x35;
  let cents = whole + fraction.slice(0, 2).padEnd(2, '0');
  if (isRoundedUp) cents = String(BigInt(cents) + 1n).padStart(3, '0');
  const decimals = trimZeros(cents.slice(-2));
  const amount = decimals === '' ? cents.slice(0, -2) : `${cents.slice(0, -2)}.${decimals}`;
  return amount === '0' ? '0' : sign + amount;
}

/**
 * The money of a purchase, where both its value and a currency that the contract takes are known; both or neither
 * (contract.md section 6). Other conversions have none: Amazon takes a currency for purchases only.
 */
export function moneyOf(facts: Priced, currencies: ReadonlySet<string>): Money | undefined {
  const { value, currency } = facts;
  return value !== undefined && currency !== undefined && currencies.has(currency) ? { value, currency } : undefined;
}

/** Why a purchase cannot be sent for its money's sake. */
export function checkMoney(
  facts: Priced,
  currencies: ReadonlySet<string>,
  unsupported: 'skip' | 'count',
): Skip | undefined {
  const { value, currency } = facts;
  if (value === undefined) return undefined;
  // Refused even without a currency: sent without money it would book the definition's default value.
  if (value.startsWith('-')) return NEGATIVE;
  if (currency === undefined) return undefined;
  if (!currencies.has(currency)) return unsupported === 'count' ? undefined : unsupportedCurrency(currency, currencies);
  return wholeDigits(value) > MAX_WHOLE_DIGITS ? TOO_LARGE : undefined;
}

const NEGATIVE: Skip = {
  reason: 'incomplete_event',
  field: 'value',
  message: 'the value of this purchase is negative; Amazon takes 0 or more',
};
const TOO_LARGE: Skip = {
  reason: 'incomplete_event',
  field: 'value',
  message: 'the value of this purchase is above 9999999999999.99, the most that Amazon takes',
};

function unsupportedCurrency(currency: string, currencies: ReadonlySet<string>): Skip {
  return {
    reason: 'unsupported_currency',
    message:
      `Amazon does not take ${currency} here (it takes ${currencies.size} currencies); ` +
      'the setting amazon.unsupportedCurrency=count sends such purchases without money',
  };
}

function wholeDigits(value: string): number {
  const point = value.indexOf('.');
  return point < 0 ? value.length : point;
}

function trimZeros(decimals: string): string {
  if (!decimals.endsWith('0')) return decimals;
  return decimals === '00' ? '' : decimals.slice(0, 1);
}
