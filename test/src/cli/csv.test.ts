import { expect, test } from 'vitest';
import { formatCsvLine } from '../../../src/cli/csv.js';

test.each([
  ['plain cells', ['purchase', 207, null, 'a b'], 'purchase,207,,a b'],
  [
    'commas, quotes and line ends',
    ['a,b', 'say "no"', 'two\nlines'],
    '"a,b","say ""no""","two\nlines"',
  ],
  ['numbers are numbers, also below zero', [-1, 0.5], '-1,0.5'],
  ['terminal escapes', ['\u001b[31mred\u001b[0m'], 'red'],
])('%s', (_name, cells, line) => {
  expect(formatCsvLine(cells)).toBe(line);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '|calc', '%0', '＝1', '\u001b[0m=1'])(
  'a spreadsheet takes %j as text',
  (value) => {
    expect(formatCsvLine([value])).toMatch(/^"?'/);
  },
);

test('a formula with commas is text as well', () => {
  expect(formatCsvLine(['=HYPERLINK("http://a","b")'])).toBe(`"'=HYPERLINK(""http://a"",""b"")"`);
});
