import type { Origin } from '../../../identity/hash-identifiers.js';
import { dropCountry, findStateCode } from '../../../identity/state-codes.js';

const NOT_LETTERS = /[^A-Z]+/g;

/**
 * The two-letter code of a state or province, lower-case: by name in the US, Canada, Germany,
 * France, Spain and Italy (`California` is `ca`), else the first two letters, as Amazon's
 * normaliser has it (docs/reference/identity.md#amazon). Letters with accents go first, so that
 * `Québec` is `qu`.
 */
export function normaliseState(text: string, origin: Origin): string {
  const letters = dropCountry(text, origin.country)
    .normalize('NFC')
    .toUpperCase()
    .replace(NOT_LETTERS, '');
  const code = origin.country === undefined ? undefined : findStateCode(origin.country, letters);
  return (code ?? letters.slice(0, 2)).toLowerCase();
}
