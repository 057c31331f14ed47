import { expect, test } from 'vitest';
import { makeSlug } from '../../../src/goals/slug.js';

test.each([
  ['First Purchase', 'first-purchase'],
  ['  Käufe über 10 €! ', 'kaufe-uber-10'],
  ['Straße & Łódź', 'strasse-lodz'],
  ["Player's ﬁrst", 'players-first'],
  ['---', 'event-name'],
  ['購入', 'event-name'],
  ['x'.repeat(100), 'x'.repeat(60)],
])('%s becomes %s', (name, slug) => {
  expect(makeSlug([name, 'event_name'], new Set())).toBe(slug);
});

test('counts up where the id is taken, and has a last resort', () => {
  expect(makeSlug(['A'], new Set(['a']))).toBe('a-2');
  expect(makeSlug(['A'], new Set(['a', 'a-2']))).toBe('a-3');
  expect(makeSlug(['購入', '購入'], new Set())).toBe('goal');
});
