import { expect, test } from 'vitest';
import type { Mapping } from '../../../../src/goals/goal.js';
import { checkGoogleMapping } from '../../../../src/networks/google/mapping.js';

test.each<[Mapping, RegExp | undefined]>([
  ['987654321', undefined],
  ['1', undefined],
  ['18446744073709551615', undefined],
  ['', /digits/],
  ['123456789012345678901', /digits/],
  ['12a', /"12a" is no conversion action id.*ctId=/],
  ['AW-123456789', /tag of a website/],
  ['AW-123456789/AbC-D_efG', /tag of a website/],
  ['customers/1234567890/conversionActions/987654321', /its id alone: 987654321/],
  ['Purchase', /digits/],
  [{ name: 'n', type: 'OTHER', source: 'WEBSITE' }, /by number/],
])('%j', (mapping, expected) => {
  const problem = checkGoogleMapping(mapping);
  if (expected === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatch(expected);
});
