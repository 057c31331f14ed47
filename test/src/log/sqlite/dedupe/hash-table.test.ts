import fc from '../../../../kit/property.js';
import { describe, expect, it } from 'vitest';

import { HashTable } from '../../../../../src/log/sqlite/dedupe/hash-table.js';

// Few low bits, so that many hashes want the same place.
const hash = fc
  .tuple(fc.nat({ max: 7 }), fc.nat({ max: 2 ** 20 - 1 }))
  .map(([low, high]) => high * 2 ** 32 + low * 1_023);

describe('HashTable', () => {
  it('answers as a Map does that keeps the first number of each', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hash, fc.nat()), { maxLength: 3_000 }),
        fc.array(hash),
        (pairs, others) => {
          const table = new HashTable();
          const map = new Map<number, number>();
          for (const [key, value] of pairs) {
            expect(table.add(key, value)).toBe(!map.has(key));
            if (!map.has(key)) map.set(key, value);
          }
          expect(table.size).toBe(map.size);
          for (const key of [...map.keys(), ...others]) expect(table.get(key)).toBe(map.get(key));
          expect([...table.sorted()]).toEqual([...map.keys()].sort((one, other) => one - other));
        },
      ),
    );
  });

  it('is empty once it is cleared', () => {
    const table = new HashTable();
    for (let key = 0; key < 5_000; key++) table.add(key * 977, key);
    table.clear();
    expect([table.size, table.get(977), table.sorted().length]).toEqual([0, undefined, 0]);
    expect(table.add(977, 4)).toBe(true);
    expect(table.get(977)).toBe(4);
  });
});
