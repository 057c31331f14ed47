import { createHash } from 'node:crypto';
import { join } from 'node:path';

import fc from '../../../../kit/property.js';
import { expect, it } from 'vitest';

import { systemClock } from '../../../../../src/clock.js';
import type { Database } from '../../../../../src/log/sqlite/database/database.js';
import { openDatabase } from '../../../../../src/log/sqlite/database/database.js';
import { PostbackRows } from '../../../../../src/log/sqlite/postbacks/postback-rows.js';
import { RowFilter } from '../../../../../src/log/sqlite/dedupe/row-filter.js';
import { prepareSchema } from '../../../../../src/log/sqlite/database/schema.js';
import { testRandom } from '../../../../kit/seeded-random.js';
import { makeFolder, makeEntry } from '../../../../kit/log.js';

const NUMBERS = 40;
/** More look-ups than a filter of few rows waits for. */
const MANY = 5_000;

function open(path = join(makeFolder(), 'log.db')): Database {
  const database = openDatabase(path, 'normal');
  prepareSchema(database, path, testRandom);
  return database;
}

function idOf(number: number): string {
  return createHash('sha256').update(String(number)).digest('hex');
}

function putInto(database: Database, number: number): void {
  const entry = makeEntry(number);
  new PostbackRows(database, systemClock).put(
    { ...entry, postback: { ...entry.postback, id: idOf(number) } },
    { state: 'failed', account: null },
  );
}

function askOften(rows: PostbackRows): void {
  for (let n = 0; n < MANY; n++) rows.find(idOf(NUMBERS + n));
}

const number = fc.nat(NUMBERS - 1);
const step = fc.oneof(
  fc.record({ who: fc.constantFrom('we', 'they'), does: fc.constantFrom('put', 'remove'), number }),
  fc.constantFrom({ who: 'we', does: 'ask often', number: 0 }),
);

it('finds what the table holds, whichever process wrote it, before and after it knows all ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const path = join(makeFolder(), 'log.db');
      const [ours, theirs] = [open(path), open(path)];
      const rows = new PostbackRows(ours, systemClock);
      for (const { who, does, number: at } of steps) {
        // What others write comes between two turns of ours.
        await Promise.resolve();
        if (does === 'ask often') askOften(rows);
        else if (who === 'they' && does === 'put') putInto(theirs, at);
        else if (who === 'they') new PostbackRows(theirs, systemClock).remove(idOf(at));
        else if (does === 'put')
          rows.put(
            { ...makeEntry(at), postback: { ...makeEntry(at).postback, id: idOf(at) } },
            { state: 'failed', account: null },
          );
        else rows.remove(idOf(at));
        await Promise.resolve();
        const found = Array.from({ length: NUMBERS }, (_, n) => n).filter(
          (n) => rows.find(idOf(n)) !== undefined,
        );
        const held = new Set(
          ours
            .prepare('SELECT hex(id) AS id FROM postback')
            .all()
            .map(({ id }) => String(id).toLowerCase()),
        );
        expect(found.map(idOf).toSorted()).toEqual([...held].toSorted());
      }
      for (const database of [ours, theirs]) database.close();
    }),
    { numRuns: 40 },
  );
});

it('says no to most that have no row once it was asked often, and yes to all until then', () => {
  const database = open();
  for (let n = 0; n < NUMBERS; n++) putInto(database, n);
  const filter = new RowFilter(database);
  const ask = (): number =>
    Array.from({ length: 1000 }, (_, n) => idOf(NUMBERS + n)).filter((id) => filter.mayHave(id))
      .length;
  expect(ask()).toBe(1000);
  for (let n = 0; n < MANY; n++) filter.mayHave(idOf(n));
  expect(ask()).toBeLessThan(10);
  expect(Array.from({ length: NUMBERS }, (_, n) => filter.mayHave(idOf(n)))).not.toContain(false);
  database.close();
});
