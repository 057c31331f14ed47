import { expect, test } from 'vitest';
import {
  argumentWords,
  exampleForShell,
  flagWords,
  forShell,
  quoteWord,
} from '../../src/shell-word.js';

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

test.each([
  ['Unpack it in a pipe: bzcat "a b.bz2" | postback send -', 'Unpack it: 7z x "a b.bz2"'],
  ['Unpack it in a pipe: tar -xOf a.tar | postback send -', 'Unpack it: tar -xf a.tar'],
  [
    'Convert each row: mlr --icsv --ojsonl cat a.csv > events.jsonl. The rest',
    'Convert each row: mlr --icsv --ojsonl --from a.csv tee events.jsonl then nothing. The rest',
  ],
  [
    'postback connect meta --token-stdin --pixel ID < token.txt',
    'type token.txt | postback connect meta --token-stdin --pixel ID',
  ],
  ['Raise the limit (ulimit -n), then go on.', 'Close other programs, then go on.'],
])('writes hints for PowerShell and cmd: %s', (text, windows) => {
  expect([forShell(text, 'linux'), forShell(text, 'win32')]).toEqual([text, windows]);
});

test.each([
  ["postback goals add --filter 'value>10'", 'postback goals add --filter "value>10"'],
  ['zcat a.gz | postback send -', undefined],
])('writes examples for PowerShell and cmd: %s', (text, windows) => {
  expect([exampleForShell(text, 'linux'), exampleForShell(text, 'win32')]).toEqual([text, windows]);
});
