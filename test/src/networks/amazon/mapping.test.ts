import { describe, expect, test } from 'vitest';
import {
  checkAmazonMapping,
  CONVERSION_TYPES,
  EVENT_SOURCES,
} from '../../../../src/networks/amazon/mapping.js';
import { EVENT_DESCRIPTION } from '../../../kit/amazon.js';

describe('a definition id', () => {
  test.each(['1', '1234567890', '18446744073709551615', '9'.repeat(20)])('%s', (id) => {
    expect(checkAmazonMapping(id, 'capi-v1')).toBeUndefined();
    expect(checkAmazonMapping(id, undefined)).toBeUndefined();
    expect(checkAmazonMapping(id, 'events-api')).toMatch(/--name, --type and --source/);
  });
  test.each(['', ' 1', '-1', '+1', '1.0', '1e3', '0x1', '١٢٣', '1\n', 'abc', '9'.repeat(21)])(
    'not %j',
    (id) => {
      expect(checkAmazonMapping(id, 'capi-v1')).toMatch(/expected 1 to 20 digits/);
    },
  );
});

describe('an event description', () => {
  test('all types and sources, with and without data set', () => {
    for (const type of CONVERSION_TYPES) {
      for (const source of EVENT_SOURCES) {
        expect(checkAmazonMapping({ name: 'n', type, source }, 'events-api')).toBeUndefined();
        expect(
          checkAmazonMapping({ name: 'n', type, source, dataset: 'default_events' }, undefined),
        ).toBeUndefined();
      }
    }
  });
  test.each([
    [{ name: ' ' }, /has no name/],
    [
      { type: 'PURCHASE' },
      /unknown conversion type "PURCHASE"; expected one of ADD_TO_SHOPPING_CART, /,
    ],
    [{ type: 'other' }, /unknown conversion type/],
    [{ source: 'WEB' }, /unknown event source "WEB"; expected one of ANDROID, /],
    [{ dataset: '1st' }, /invalid data set name "1st"/],
    [{ dataset: 'a b' }, /invalid data set name/],
    [{ dataset: '' }, /invalid data set name/],
    [{ dataset: 'x'.repeat(101) }, /at most 100/],
  ])('%j is refused', (parts, message) => {
    expect(checkAmazonMapping({ ...EVENT_DESCRIPTION, ...parts }, 'events-api')).toMatch(message);
  });
  test('CAPI v1 expects a number', () => {
    expect(checkAmazonMapping(EVENT_DESCRIPTION, 'capi-v1')).toMatch(
      /expected a conversion definition id/,
    );
  });
});
