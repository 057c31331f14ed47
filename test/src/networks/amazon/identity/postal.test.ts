import { describe, expect, test } from 'vitest';
import { normalisePostal } from '../../../../../src/networks/amazon/identity/postal.js';

describe('normalisePostal', () => {
  test.each([
    ['US', '75236-9599', '75236'],
    ['US', '7523', ''],
    ['FR', '42014 CEDEX 2', '42014'],
    ['CA', 'K1A 0B1', 'K1A0B1'],
    ['CA', 'k1a-0b1', 'k1a0b1'],
    ['CA', 'J9T', ''],
    ['GB', 'SW1A 1AA', 'SW1A1AA'],
    ['GB', 'm1 1ae', 'm11ae'],
    ['GB', 'AA11AA6', ''],
    ['JP', '787-0150', '7870150'],
    ['JP', '787', ''],
    ['IN', '395 003', '395003'],
    ['IN', '39500', ''],
    ['AU', '2000', ''],
    [undefined, '12345', '12345'],
    ['US', '', ''],
  ])('%s %j is %j', (country, text, expected) => {
    expect(normalisePostal(text, { country })).toBe(expected);
  });
});
