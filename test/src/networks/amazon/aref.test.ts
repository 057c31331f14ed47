import { expect, test } from 'vitest';
import { readArefTokens } from '../../../../src/networks/amazon/aref.js';

const pair = 'aB3dE6gH9j.1795032000000';
const other = 'Zz0Zz0Zz0Z.1795032000001';

test.each([
  [pair, pair],
  [`${pair}|${other}`, `${pair}|${other}`],
  [`${pair}%7C${other}%7c`, `${pair}|${other}`],
  [`aB3dE6gH9j|${pair}`, pair],
  [`short.1795032000000|${pair}|aB3dE6gH9j.179503200000`, pair],
  ['aB3dE6gH9j', undefined],
  ['aB3dE6gH9j.', undefined],
  ['jo@example.com', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is %j', (aref, expected) => {
  expect(readArefTokens(aref)).toBe(expected);
});

test('takes 147 pairs, the newest, which stand first', () => {
  const pairs = Array.from(
    { length: 200 },
    (_, index) => `aB3dE6gH9j.${1_795_032_000_200 - index}`,
  );
  expect(readArefTokens(pairs.join('|'))).toBe(pairs.slice(0, 147).join('|'));
});
