import type { Skip } from '../network.js';

/**
 * CAPI v1 takes these 18 (specification of the DSP Conversions API,
 * ConversionDefinitionCurrencyCodeV1).
 */
export const CAPI_V1_CURRENCIES: ReadonlySet<string> = new Set(
  'AED AUD BRL CAD CNY DKK EUR GBP INR JPY MXN NOK NZD SAR SEK SGD TRY USD'.split(' '),
);

/** The Events API takes these 81 (specification of the Ads API v1, CurrencyCode). */
export const EVENTS_API_CURRENCIES: ReadonlySet<string> = new Set(
  (
    'AED ARS AUD AZN BBD BGN BHD BMD BND BOB BRL BSD CAD CHF CLP CNY COP CRC CZK DKK DOP DZD ' +
    'EGP EUR GBP GHS GTQ HKD HNL HRK HUF IDR ILS INR JMD JOD JPY KES KRW KWD KYD KZT LBP LKR ' +
    'MAD MUR MXN MXP MYR NAD NGN NOK NZD PAB PEN PHP PKR PLN PYG QAR RON RSD RUB SAR SEK SGD ' +
    'THB TND TRY TTD TWD TZS UAH USD UYU VND XAF XCD XOF XPF ZAR'
  ).split(' '),
);

/** Both contracts: within +-9999999999999.99 (specification of the DSP Conversions API). */
const MAX_WHOLE_DIGITS = 13;

/** What an event says of money; either may be missing. */
export interface Priced {
  value?: string;
  currency?: string;
}

export interface Money {
  /** Decimal text with at most two decimals, as in the JSON body. */
  value: string;
  currency: string;
}

/**
 * The money of a purchase, where both its value and a currency that the contract takes are known;
 * both or neither. Other conversions have none: Amazon takes a currency for
 * purchases only.
 */
export function moneyOf(payload: Priced, currencies: ReadonlySet<string>): Money | undefined {
  const { value, currency } = payload;
  return value !== undefined && currency !== undefined && currencies.has(currency)
    ? { value, currency }
    : undefined;
}

/** Why a purchase cannot be sent for its money's sake. */
export function checkMoney(
  payload: Priced,
  currencies: ReadonlySet<string>,
  unsupported: 'skip' | 'count',
): Skip | undefined {
  const { value, currency } = payload;
  if (value === undefined) return undefined;
  // Refused even without a currency: sent without money it would book the definition's default
  // value.
  if (value.startsWith('-')) return NEGATIVE;
  if (currency === undefined) return undefined;
  if (!currencies.has(currency))
    return unsupported === 'count' ? undefined : unsupportedCurrency(currency, currencies);
  return wholeDigits(value) > MAX_WHOLE_DIGITS ? TOO_LARGE : undefined;
}

const NEGATIVE: Skip = {
  reason: 'incomplete_event',
  field: 'value',
  message: 'the value of this purchase is negative; Amazon accepts 0 or more',
};
const TOO_LARGE: Skip = {
  reason: 'incomplete_event',
  field: 'value',
  message: 'the value of this purchase is above 9999999999999.99, the maximum at Amazon',
};

function unsupportedCurrency(currency: string, currencies: ReadonlySet<string>): Skip {
  return {
    reason: 'unsupported_currency',
    message:
      `Amazon does not accept ${currency} here (it accepts ${currencies.size} currencies); ` +
      'the setting amazon.unsupportedCurrency=count sends such purchases without a value',
  };
}

function wholeDigits(value: string): number {
  const point = value.indexOf('.');
  return point < 0 ? value.length : point;
}
