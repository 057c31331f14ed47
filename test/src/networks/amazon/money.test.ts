import { roundToHundredths } from '../../../../src/decimal.js';
import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import {
  CAPI_V1_CURRENCIES,
  checkMoney,
  EVENTS_API_CURRENCIES,
  moneyOf,
} from '../../../../src/networks/amazon/money.js';

describe('roundToHundredths', () => {
  test.each([
    ['9.99', '9.99'],
    ['10', '10'],
    ['12.50', '12.5'],
    ['5.00', '5'],
    ['007.10', '7.1'],
    ['1.005', '1.01'],
    ['1.0049', '1'],
    ['9.995', '10'],
    ['0.005', '0.01'],
    ['0.004', '0'],
    ['-0.004', '0'],
    ['-4.999', '-5'],
    ['0', '0'],
    ['99999999999999999999.995', '100000000000000000000'],
    ['0.29', '0.29'],
    ['1e3', undefined],
    ['NaN', undefined],
    ['', undefined],
  ])('%j is %j', (text, expected) => {
    expect(roundToHundredths(text)).toBe(expected);
  });

  test('has at most two decimals, is JSON, and is within half a cent', () => {
    const decimals = fc.stringMatching(/^-?\d{1,11}(\.\d{1,12})?$/);
    fc.assert(
      fc.property(decimals, (text) => {
        const money = roundToHundredths(text) ?? '';
        expect(money).toMatch(/^(?:0|-?(?:[1-9]\d*|0(?=\.))(?:\.\d?[1-9])?)$/);
        expect(Math.abs(Number(money) - Number(text))).toBeLessThanOrEqual(0.005 + 1e-4);
        expect(typeof JSON.parse(money)).toBe('number');
        expect(roundToHundredths(money)).toBe(money);
      }),
    );
  });
});

test('18 and 81 currencies', () => {
  expect(CAPI_V1_CURRENCIES.size).toBe(18);
  expect(EVENTS_API_CURRENCIES.size).toBe(81);
  expect([...CAPI_V1_CURRENCIES].every((code) => EVENTS_API_CURRENCIES.has(code))).toBe(true);
});

describe('checkMoney and moneyOf', () => {
  const usd = { value: '9.99', currency: 'USD' };
  test.each([
    [usd, undefined, usd],
    [{ value: '0', currency: 'USD' }, undefined, { value: '0', currency: 'USD' }],
    [{ value: '9.99' }, undefined, undefined],
    [{ currency: 'USD' }, undefined, undefined],
    [{ currency: 'CHF' }, undefined, undefined],
    [{ value: '9.99', currency: 'CHF' }, 'unsupported_currency', undefined],
    [
      { value: '9999999999999.99', currency: 'USD' },
      undefined,
      { value: '9999999999999.99', currency: 'USD' },
    ],
    [{ value: '10000000000000', currency: 'USD' }, 'incomplete_event', expect.anything()],
    [{ value: '-5', currency: 'USD' }, 'incomplete_event', expect.anything()],
    [{ value: '-5' }, 'incomplete_event', undefined],
  ])('%j', (facts, reason, money) => {
    const skip = checkMoney(facts, CAPI_V1_CURRENCIES, 'skip');
    expect(skip?.reason).toBe(reason);
    expect(skip?.field).toBe(reason === 'incomplete_event' ? 'value' : undefined);
    expect(moneyOf(facts, CAPI_V1_CURRENCIES)).toEqual(money);
  });

  test('counting sends an unsupported currency without money, but no negative purchase', () => {
    expect(
      checkMoney({ value: '9', currency: 'CHF' }, CAPI_V1_CURRENCIES, 'count'),
    ).toBeUndefined();
    expect(checkMoney({ value: '-9', currency: 'CHF' }, CAPI_V1_CURRENCIES, 'count')?.reason).toBe(
      'incomplete_event',
    );
  });
});
