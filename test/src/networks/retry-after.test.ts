import { expect, test } from 'vitest';
import { readRetryAfterMs } from '../../../src/networks/retry-after.js';
import { makeAnswer } from '../../kit/amazon.js';

const date = 'Wed, 18 Nov 2026 20:00:00 GMT';

test.each([
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': ' 0 ' }, 0],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after': 'Wed, 18 Nov 2026 20:01:30 GMT', date }, 90_000],
  [{ 'retry-after': 'Wed, 18 Nov 2026 19:00:00 GMT', date }, 0],
  [{ 'retry-after': 'Wed, 18 Nov 2026 20:01:30 GMT' }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'soon', date }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{}, undefined],
])('%j', (headers, expected) => {
  expect(readRetryAfterMs(makeAnswer(429, '', headers as Record<string, string>))).toBe(expected);
});
