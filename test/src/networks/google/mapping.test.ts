import { expect, test } from 'vitest';
import type { Mapping } from '../../../../src/goals/goal.js';
import { checkGoogleMapping } from '../../../../src/networks/google/mapping.js';

test.each<[Mapping, RegExp | undefined]>([
  ['987654321', undefined],
  ['1', undefined],
  ['18446744073709551615', undefined],
  ['', /numeric id/],
  ['123456789012345678901', /numeric id/],
  ['12a', /"12a" is not a conversion action id.*ctId=/],
  ['AW-123456789', /website tag id/],
  ['AW-123456789/AbC-D_efG', /website tag id/],
  ['customers/1234567890/conversionActions/987654321', /only its id: 987654321/],
  ['Purchase', /numeric id/],
  [{ name: 'n', type: 'OTHER', source: 'WEBSITE' }, /by number/],
])('%j', (mapping, expected) => {
  const problem = checkGoogleMapping(mapping);
  if (expected === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatch(expected);
});
