import type { Origin } from '../../../identity/hash-identifiers.js';
import { dropCountry, findStateCode } from '../../../identity/state-codes.js';

/** Codes that Amazon's table, which is read here for the others, does not have. */
const MORE_CODES: Readonly<Record<string, string>> = { DISTRICTOFCOLUMBIA: 'DC', PUERTORICO: 'PR' };
const NOT_LETTERS = /[^A-Z]+/g;
const NOT_IN_STATE = /[\s\p{P}\p{S}]+/gu;

/**
 * The ANSI code of a state of the US in lower case (`California` is `ca`); elsewhere the name in
 * lower case without punctuation and blanks (customer-information-parameters, `st`). Meta knows
 * only the codes of the US.
 */
export function normaliseState(text: string, { country }: Origin): string {
  const state = dropCountry(text, country);
  const code =
    country === 'US' ? findCode(state.toUpperCase().replace(NOT_LETTERS, '')) : undefined;
  return code?.toLowerCase() ?? state.normalize('NFC').toLowerCase().replace(NOT_IN_STATE, '');
}

function findCode(letters: string): string | undefined {
  return findStateCode('US', letters) ?? MORE_CODES[letters];
}
