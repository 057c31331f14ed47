import { createHash } from 'node:crypto';
import { join } from 'node:path';
import fc from '../../../../kit/property.js';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../../../../src/log/sqlite/database/database.js';
import { openDatabase } from '../../../../../src/log/sqlite/database/database.js';
import { hashOf } from '../../../../../src/log/sqlite/dedupe/hash.js';
import { prepareSchema } from '../../../../../src/log/sqlite/database/schema.js';
import { DedupeFilter } from '../../../../../src/log/sqlite/dedupe/dedupe-filter.js';
import { testRandom } from '../../../../kit/seeded-random.js';
import { makeFolder } from '../../../../kit/log.js';

function open(path = join(makeFolder(), 'log.db')): Database {
  const database = openDatabase(path, 'normal');
  prepareSchema(database, path, testRandom);
  return database;
}

/** The n-th of many hashes that are random in all their bits. */
function makeHash(n: number): number {
  return hashOf(createHash('sha256').update(String(n)).digest('hex'));
}

describe('the filter over the index of ids', () => {
  it('knows every hash that was noted, before it is kept and after', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat().map((hash) => hash % 2 ** 52)), (hashes) => {
        const database = open();
        const filter = new DedupeFilter(database);
        for (const hash of hashes) filter.add(hash);
        expect(hashes.filter((hash) => !filter.mayHave(hash))).toEqual([]);
        filter.save();
        const again = new DedupeFilter(database);
        expect(hashes.filter((hash) => !again.mayHave(hash))).toEqual([]);
        database.close();
      }),
      { numRuns: 20 },
    );
  });

  it('lets few others through, in one filter and in the next', () => {
    const database = open();
    const filter = new DedupeFilter(database);
    const count = 600_000;
    for (let n = 0; n < count; n++) {
      filter.add(makeHash(n));
      if (filter.isFull) filter.save();
    }
    filter.save();
    expect(database.prepare('SELECT count(*) AS n FROM dedupe_filter').get()).toEqual({ n: 2 });
    const again = new DedupeFilter(database);
    let [missed, passed] = [0, 0];
    for (let n = 0; n < count; n += 7) if (!again.mayHave(makeHash(n))) missed++;
    for (let n = count; n < count + 10_000; n++) if (again.mayHave(makeHash(n))) passed++;
    expect(missed).toBe(0);
    expect(passed).toBeLessThan(60);
    database.close();
  });

  it('reads a filter of an earlier version, which has two bits a hash', () => {
    const database = open();
    const bits = new Int32Array(2 ** 18);
    const known = Array.from({ length: 100 }, (_, n) => makeHash(n));
    for (const hash of known) {
      for (const place of [hash % 2 ** 23, Math.floor(hash / 2 ** 23) % 2 ** 23]) {
        bits[place >>> 5] = bits[place >>> 5]! | (1 << (place & 31));
      }
    }
    database
      .prepare('INSERT INTO dedupe_filter (bits, version) VALUES (?, 1)')
      .run(new Uint8Array(bits.buffer));
    const filter = new DedupeFilter(database);
    expect(known.filter((hash) => !filter.mayHave(hash))).toEqual([]);
    expect(
      Array.from({ length: 1000 }, (_, n) => filter.mayHave(makeHash(1000 + n))).filter(Boolean),
    ).toEqual([]);
    database.close();
  });

  it('loads the filter of another process, and adds its own entries', () => {
    const path = join(makeFolder(), 'log.db');
    const [one, other] = [open(path), open(path)];
    const [mine, theirs] = [new DedupeFilter(one), new DedupeFilter(other)];
    theirs.add(makeHash(1));
    theirs.save();
    expect(mine.mayHave(makeHash(1))).toBe(false);
    mine.catchUp();
    expect(mine.mayHave(makeHash(1))).toBe(true);
    mine.add(makeHash(2));
    mine.save();
    theirs.add(makeHash(3));
    theirs.save();
    const third = new DedupeFilter(one);
    expect([1, 2, 3, 4].map((n) => third.mayHave(makeHash(n)))).toEqual([true, true, true, false]);
    mine.catchUp();
    expect([1, 2, 3, 4].map((n) => mine.mayHave(makeHash(n)))).toEqual([true, true, true, false]);
    for (const database of [one, other]) database.close();
  });
});
