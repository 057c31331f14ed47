import fc from '../../kit/property.js';
import { expect, it } from 'vitest';

import { quoteJson } from '../../../src/networks/json-text.js';

it('quotes any text as JSON.stringify does', () => {
  const unit = fc.oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0xd800, max: 0xdfff }),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(unit, { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(text, (one) => {
      expect(quoteJson(one)).toBe(JSON.stringify(one));
    }),
    { numRuns: 2_000 },
  );
  // Each unit by itself, so that none is left to chance.
  for (let code = 0; code <= 0xffff; code++) {
    const one = String.fromCharCode(code);
    if (quoteJson(one) !== JSON.stringify(one)) expect.fail(`unit ${code} is quoted otherwise`);
  }
});
