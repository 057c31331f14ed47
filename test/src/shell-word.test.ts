import { expect, test } from 'vitest';
import { argumentWords, flagWords, quoteWord } from '../../src/shell-word.js';

test('quotes a word for the shell of the platform', () => {
  expect(quoteWord('events.jsonl', 'linux')).toBe('events.jsonl');
  expect(quoteWord("it's here", 'linux')).toBe("'it'\\''s here'");
  expect(quoteWord('a b', 'win32')).toBe('"a b"');
});

test('keeps a value that begins with a dash from being read as a flag', () => {
  expect([flagWords('event-id', '-x'), flagWords('event-id', 'x y')]).toEqual([
    '--event-id=-x',
    "--event-id 'x y'",
  ]);
  expect([argumentWords('-x'), argumentWords('x')]).toEqual(['-- -x', 'x']);
});
