import { describe, expect, it } from 'vitest';
import { Aliases } from '../../../../../src/log/sqlite/people/aliases.js';
import { IN_MEMORY, openDatabase } from '../../../../../src/log/sqlite/database/database.js';
import { prepareSchema } from '../../../../../src/log/sqlite/database/schema.js';
import { testRandom } from '../../../../kit/seeded-random.js';

const COUNT = 512;

/** How often a row of `alias` was given a person, after joining all pairs. */
function countChanges(pairs: readonly (readonly [string, string])[]): {
  changes: number;
  persons: Set<string>;
} {
  const database = openDatabase(IN_MEMORY, 'normal');
  prepareSchema(database, IN_MEMORY, testRandom);
  const count = (): number => Number(database.prepare('SELECT total_changes() AS n').get()?.['n']);
  const before = count();
  const aliases = new Aliases(database);
  database.transact(() => {
    for (const [one, two] of pairs) aliases.join(one, two);
  });
  const changes = count() - before;
  const persons = new Set(pairs.flat().map((member) => aliases.personOf(member)));
  database.close();
  return { changes, persons };
}

const steps = Array.from({ length: COUNT }, (_, index) => index);

describe('C4: joining members', () => {
  it.each([
    ['a chain, the new one first', steps.map((at) => [`c${at + 1}`, `c${at}`] as const)],
    ['a chain, the new one last', steps.map((at) => [`c${at}`, `c${at + 1}`] as const)],
    ['many to one, the new one first', steps.map((at) => [`d${at}`, 'hub'] as const)],
    ['many to one, the new one last', steps.map((at) => ['hub', `d${at}`] as const)],
  ])('changes a few rows for each pair: %s', (_, pairs) => {
    const { changes, persons } = countChanges(pairs);
    expect(persons.size).toBe(1);
    // A quadratic join changes about COUNT / 2 rows for each pair.
    expect(changes).toBeLessThan(8 * COUNT);
  });
});
