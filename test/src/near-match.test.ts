import { expect, test } from 'vitest';
import { findNearMatches, quoteTypedName, suggestNearMatches } from '../../src/near-match.js';

const names = ['amazon', 'meta', 'tiktok', 'google', 'reddit', 'x'];

test.each([
  ['amzaon', ['amazon']],
  ['Amazn', ['amazon']],
  ['goo', ['google']],
  ['tik-tok', ['tiktok']],
  ['mta', ['meta']],
  ['facebook', []],
  ['', ['x']],
])('%j is near %j', (word, expected) => {
  expect(findNearMatches(word, names)).toEqual(expected);
});

test('suggestNearMatches says it in words, or nothing', () => {
  expect(suggestNearMatches('ab', ['abc', 'abd', 'zzz'])).toBe(' Did you mean abc or abd?');
  expect(suggestNearMatches('facebook', names)).toBe('');
});

test.each([
  ['facebook', ' "facebook"'],
  ['goals lst', ' "goals lst"'],
  ['Atzr|IwEBIJ', ''],
  ['x'.repeat(41), ''],
])('quotes %j only as a name', (typed, quoted) => {
  expect(quoteTypedName(typed)).toBe(quoted);
});
