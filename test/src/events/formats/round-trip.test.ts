import fc from '../../../kit/property.js';
import { expect, it, test } from 'vitest';

import { detectFormat } from '../../../../src/events/detect-format.js';
import { FORMAT_CHOICES } from '../../../../src/events/event-parser.js';
import { parseLine } from '../../../kit/events.js';
import { CONVERSION, type Conversion, RECORD_BUILDERS } from '../../../kit/foreign-events.js';
import { planEvent } from '../../../kit/planning.js';
import { makePlanContext } from '../../../kit/plan-context.js';

const NOW_MS = Date.UTC(2026, 10, 19);
/** One for all: people are named by a salt of its own. */
const PLAN_CONTEXT = makePlanContext();
const FORMATS = Object.keys(RECORD_BUILDERS);

/** The postback at Amazon without its ids, which the formats make in ways of their own. */
function planOf(format: string, conversion: Conversion) {
  const parsed = parseLine(JSON.stringify(RECORD_BUILDERS[format]!(conversion)), 'auto');
  if ('invalid' in parsed)
    throw new Error(`${format}: ${parsed.invalid.field} ${parsed.invalid.message}`);
  const { outgoing, skips } = planEvent(parsed.event, PLAN_CONTEXT, NOW_MS);
  expect(skips).toEqual([]);
  return outgoing.map(
    ({
      postback: { id: _id, eventId: _eventId, members: _members, dedupeId: _dedupeId, ...postback },
    }) => postback,
  );
}

test('there is a conversion for every format', () => {
  expect(['auto', ...FORMATS].sort()).toEqual([...FORMAT_CHOICES].sort());
});

test.each(FORMATS)(
  '%s is recognised and makes one postback with money, a hashed address and the click',
  (format) => {
    expect(detectFormat(RECORD_BUILDERS[format]!(CONVERSION))).toBe(format);
    expect(planOf(format, CONVERSION)).toMatchObject([
      {
        network: 'amazon',
        goal: 'purchase',
        value: '9.99',
        currency: 'USD',
        facts: { country: 'US' },
      },
    ]);
  },
);

it('makes the same postback whatever the format', () => {
  const conversions = fc.record<Conversion>({
    id: fc.uuid(),
    timeMs: fc
      .integer({ min: NOW_MS / 1000 - 86_400, max: NOW_MS / 1000 - 60 })
      .map((seconds) => seconds * 1000),
    userId: fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,40}$/),
    anonymousId: fc.stringMatching(/^[a-z0-9][a-z0-9.]{1,40}$/),
    value: fc.integer({ min: 1, max: 99_999_999 }).map((cents) => String(cents / 100)),
    currency: fc.constantFrom('USD', 'JPY', 'CAD'),
    order: fc.stringMatching(/^[A-Z0-9][A-Z0-9-]{1,40}$/),
    email: fc.stringMatching(/^[a-z0-9][a-z0-9.]{1,20}@[a-z]{2,10}\.example$/),
    country: fc.constantFrom({ code: 'US', name: 'United States' }, { code: 'JP', name: 'Japan' }),
    aref: fc.stringMatching(/^[A-Za-z0-9]{10}\.17949[0-9]{8}$/),
  });
  fc.assert(
    fc.property(conversions, (conversion) => {
      const native = planOf('audience', conversion);
      for (const format of FORMATS) expect(planOf(format, conversion), format).toEqual(native);
    }),
    { numRuns: 60 },
  );
});
