import { describe, expect, test } from 'vitest';
import { amountOf, checkAmount, readPriced } from '../../../src/networks/amount.js';
import { makeConversion } from '../../kit/amazon.js';

describe('value and currency: both or neither', () => {
  test.each([
    [
      { value: '9.990', currency: 'USD' },
      { value: '9.99', currency: 'USD' },
    ],
    [
      { value: '0', currency: 'JPY' },
      { value: '0', currency: 'JPY' },
    ],
    [{ value: '9.99' }, undefined],
    [{ currency: 'USD' }, undefined],
    [{}, undefined],
    [{ value: '-1', currency: 'USD' }, undefined],
    [{ value: '5', currency: 'GEM' }, undefined],
    [{ value: '1e3', currency: 'USD' }, undefined],
  ])('%j', (money, expected) => {
    expect(amountOf(readPriced(makeConversion({ name: 'resource', ...money })))).toEqual(expected);
  });
});

describe('what is wrong with the money of a purchase', () => {
  test.each([
    ['purchase', { value: '9.99', currency: 'USD' }, undefined],
    ['purchase', { value: '9.99' }, undefined],
    ['purchase', { currency: 'GEM' }, undefined],
    [
      'purchase',
      { value: '-0.01', currency: 'USD' },
      { reason: 'incomplete_event', field: 'value' },
    ],
    ['purchase', { value: '-0.01' }, { reason: 'incomplete_event', field: 'value' }],
    ['purchase', { value: '9.99', currency: 'GEM' }, { reason: 'unsupported_currency' }],
    ['resource', { value: '-5', currency: 'GEM' }, undefined],
  ])('%s %j', (name, money, expected) => {
    const skip = checkAmount(readPriced(makeConversion({ name, ...money })), 'Reddit');
    if (expected === undefined) expect(skip).toBeUndefined();
    else expect(skip).toMatchObject(expected);
  });
});
