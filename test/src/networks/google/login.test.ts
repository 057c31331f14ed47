import { expect, test } from 'vitest';
import { makeGoogleLogin } from '../../../../src/networks/google/login.js';

const DAY_MS = 86_400_000;
const CONNECTED_MS = Date.UTC(2026, 10, 1);

/**
 * What is said of a grant that is refused so many days after it was connected, and worked for so
 * many.
 */
function explain(ageDays: number, workedDays?: number): string | undefined {
  const history = {
    nowMs: CONNECTED_MS + ageDays * DAY_MS,
    connectedAtMs: CONNECTED_MS,
    ...(workedDays === undefined ? {} : { workedUntilMs: CONNECTED_MS + workedDays * DAY_MS }),
  };
  return makeGoogleLogin().explainRefusal?.(history);
}

test.each([
  [7, 6.9, '7 days ago'],
  [7.3, 7.02, '7 days ago'],
  [8, undefined, '8 days ago'],
  [6.6, 6, '7 days ago'],
])('refused after %d days, worked for %s: the trap is named with its day', (age, worked, words) => {
  expect(explain(age, worked)).toContain(`It was connected ${words}. Google ends grants`);
});

test.each([
  [2, 1],
  [30, 6],
])('refused after %d days, worked for %d: it may be the trap', (age, worked) => {
  expect(explain(age, worked)).toMatch(
    /^Google ends grants of a consent screen.*If yours is, publish it/,
  );
});

test('a grant that has worked for longer was none of those', () => {
  expect(explain(8, 7.5)).toBeUndefined();
  expect(explain(200, 199)).toBeUndefined();
});

test('a token of the environment does not say when it was given', () => {
  expect(makeGoogleLogin().explainRefusal?.({ nowMs: CONNECTED_MS })).toContain('If yours is');
});
