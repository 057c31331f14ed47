import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { packDetails, packIds, unpackDetails, unpackIds } from '../../../src/log/packing.js';

describe('packIds', () => {
  it('takes 16 bytes for each UUID', () => {
    const ids = ['7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10', '00000000-0000-4000-8000-000000000001'];
    const packed = packIds(ids);
    expect(packed).toHaveLength(32);
    expect(unpackIds(packed)).toEqual(ids);
  });

  it('gives back any ids, also those that only look like a UUID', () => {
    const id = fc.oneof(
      fc.string(),
      fc.uuid(),
      fc.uuid().map((uuid) => uuid.toUpperCase()),
    );
    fc.assert(
      fc.property(fc.array(id, { minLength: 1 }), (ids) => {
        expect(unpackIds(packIds(ids))).toEqual(ids);
      }),
    );
  });
});

it('gives back the details of any request', () => {
  const detail = fc.record(
    {
      kind: fc.nat(),
      eventTimeMs: fc.nat({ max: 2 ** 45 }),
      value: fc.constantFrom('9.99', '0', '-3', '12345678901234567890.12'),
      attempt: fc.integer({ min: 1, max: 40 }),
    },
    { requiredKeys: ['kind', 'eventTimeMs', 'attempt'] },
  );
  fc.assert(
    fc.property(fc.array(detail), fc.nat({ max: 2 ** 45 }), (details, startedMs) => {
      expect(unpackDetails(packDetails(details, startedMs), startedMs)).toEqual(details);
    }),
  );
});
