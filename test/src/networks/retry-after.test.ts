import { expect, test } from 'vitest';
import { readRetryAfterMs } from '../../../src/networks/retry-after.js';
import { makeAnswer } from '../../kit/amazon.js';

const date = 'Wed, 18 Nov 2026 20:00:00 GMT';

const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1000;

test.each([
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': ' 0 ' }, 0],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after': 'Wed, 18 Nov 2026 20:01:30 GMT', date }, 90_000],
  [{ 'retry-after': 'Wed, 18 Nov 2026 19:00:00 GMT', date }, 0],
  [{ 'retry-after': 'Wed, 18 Nov 2026 20:01:30 GMT' }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': '-5', date }, undefined],
  [{ 'retry-after': '1234567890' }, TEN_YEARS_MS],
  [{ 'retry-after': '9'.repeat(400) }, TEN_YEARS_MS],
  [{ 'retry-after': '7200' }, 7_200_000],
  [{ 'retry-after': 'Wed, 18 Nov 2066 20:00:00 GMT', date }, TEN_YEARS_MS],
  [{ 'retry-after': 'Wednesday, 18-Nov-26 20:01:30 GMT', date }, 90_000],
  [{ 'retry-after': 'Wed Nov 18 20:01:30 2026', date }, 90_000],
  [{ 'retry-after': '2026-11-18T20:01:30Z', date }, 90_000],
  [{ 'retry-after': 'soon', date }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{}, undefined],
])('A18: %j', (headers, expected) => {
  expect(readRetryAfterMs(makeAnswer(429, '', headers as Record<string, string>))).toBe(expected);
});

test("A18: a date without the server's own Date is measured against the time of receipt", () => {
  const answer = makeAnswer(429, '', { 'retry-after': 'Wed, 18 Nov 2026 20:01:30 GMT' });
  expect(readRetryAfterMs({ ...answer, receivedMs: Date.parse(date) })).toBe(90_000);
});
