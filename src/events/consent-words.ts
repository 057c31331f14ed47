import type { ConsentLevel } from './conversion-event.js';

const ADVERTISING = /^(?:.*[^a-z])?(?:advertising|advertisement|ads|marketing|targeting)(?:[^a-z].*)?$/i;
const ANALYTICS = /^(?:.*[^a-z])?(?:analytics|statistics|performance|measurement)(?:[^a-z].*)?$/i;

/**
 * The level that consent categories mean: advertising is `full`, analytics `anonymous`, a refusal of either `none`, and so
 * is the refusal of everything. Categories are the operator's own words: those that we do not know tell nothing
 * (docs/decisions/consent-words.md).
 */
export function levelOfCategories(categories: Readonly<Record<string, unknown>>): ConsentLevel {
  const given = Object.entries(categories).filter(([, value]) => typeof value === 'boolean');
  const says = (words: RegExp, answer: boolean): boolean =>
    given.some(([name, value]) => value === answer && words.test(name));
  if (says(ADVERTISING, true)) return 'full';
  if (says(ANALYTICS, true)) return 'anonymous';
  const isRefused = says(ADVERTISING, false) || says(ANALYTICS, false) || given.every(([, value]) => value === false);
  return given.length > 0 && isRefused ? 'none' : 'not_set';
}

/** The level that a list of granted purposes means: what is not in it is refused. */
export function levelOfScopes(granted: readonly string[]): ConsentLevel {
  if (granted.some((name) => ADVERTISING.test(name))) return 'full';
  return granted.some((name) => ANALYTICS.test(name)) ? 'anonymous' : 'none';
}

/**
 * The level that Google's storage consent means (product-behaviour.md C6): without analytics `none`, with it `anonymous`,
 * with advertising too `full`. Undefined: nothing was said.
 */
export function levelOfStorage(analytics: boolean | undefined, ads: boolean | undefined): ConsentLevel {
  if (analytics === undefined && ads === undefined) return 'not_set';
  if (analytics !== true) return 'none';
  return ads === true ? 'full' : 'anonymous';
}
