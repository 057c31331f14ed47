import type { Mapping } from '../../goals/goal.js';

/** What a mapping of an endpoint looks like. */
export const EXPECTED_NAME = 'expected the name that the endpoint has for the goal, such as sale';

const MAX_LENGTH = 256;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Returns what is expected if `mapping` cannot name a goal at an endpoint, otherwise undefined. */
export function checkEndpointMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') return EXPECTED_NAME;
  if (mapping.length > MAX_LENGTH) return `${EXPECTED_NAME}, at most ${MAX_LENGTH} characters`;
  return CONTROL.test(mapping) ? `${EXPECTED_NAME}, without control characters` : undefined;
}
