import { describe, expect, test } from 'vitest';
import { normaliseState } from '../../../../../src/networks/amazon/identity/state.js';

describe('normaliseState', () => {
  test.each([
    ['US', 'California', 'ca'],
    ['US', 'new york', 'ny'],
    ['US', 'NM', 'nm'],
    ['US', 'N.Y.', 'ny'],
    ['US', 'District of Columbia', 'di'],
    ['CA', 'British Columbia', 'bc'],
    ['CA', 'Quebec', 'qc'],
    ['CA', 'Québec', 'qu'],
    ['DE', 'Bavaria', 'by'],
    ['DE', 'Niedersachsen', 'ni'],
    ['FR', 'Brittany', 'bt'],
    ['ES', 'Madrid', 'm'],
    ['IT', 'Milan', 'mi'],
    ['JP', 'Tokyo', 'to'],
    [undefined, 'California', 'ca'],
    ['US', '12', ''],
  ])('%s %j is %j', (country, text, expected) => {
    expect(normaliseState(text, { country })).toBe(expected);
  });
});
