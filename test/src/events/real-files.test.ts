import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { attributeClick } from '../../../src/attribution/attribute.js';
import type { ConversionEvent, InvalidLine } from '../../../src/events/conversion-event.js';
import { openParser, readLines } from '../../../src/events/input.js';
import { WarningTally } from '../../../src/events/warnings.js';

/** Public files that this project may read and does not hold (docs/events.md). */
const FOLDER = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const isThere = existsSync(FOLDER);
if (!isThere)
  console.warn('Skipped: the public sample files are not next to this project (../shared/data).');

async function readFile(name: string) {
  const input = { name, path: FOLDER + name };
  const warnings = new WarningTally();
  const parser = openParser(input, { warnings });
  const events: ConversionEvent[] = [];
  const problems: InvalidLine[] = [];
  for await (const lines of readLines(input)) {
    for (const line of lines) {
      for (const parsed of parser.parse(line)) {
        if ('event' in parsed) events.push(parsed.event);
        else problems.push(parsed.invalid);
      }
    }
  }
  const owners = events.flatMap((event) => attributeClick(event.click)?.owner ?? []);
  return { format: parser.format, warnings: warnings.types, events, problems, owners };
}

const countBy = (values: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(values)]
      .sort()
      .map((value) => [value, values.filter((one) => one === value).length]),
  );

describe.skipIf(!isThere)('public sample files', () => {
  test('Snowplow: 160 events, none wrong, 12 by a Google click', async () => {
    const { format, events, problems, warnings, owners } = await readFile(
      'snowplow-web-events.jsonl',
    );
    expect({ format, problems, warnings }).toEqual({
      format: 'snowplow',
      problems: [],
      warnings: [],
    });
    expect(events).toHaveLength(160);
    expect(countBy(owners)).toEqual({ google: 12 });
    expect(countBy(events.map(({ type }) => type))).toEqual({ page: 58, track: 102 });
    // Three ids are there twice.
    expect(new Set(events.map(({ id }) => id)).size).toBe(157);
    expect(countBy(events.map(({ identifiers }) => identifiers.country ?? 'none'))).toEqual({
      AU: 17,
      DE: 14,
      GB: 50,
      GR: 65,
      IE: 11,
      ML: 2,
      NO: 1,
    });
    expect(countBy(events.map(({ consentLevel }) => consentLevel))).toEqual({
      anonymous: 8,
      full: 15,
      none: 9,
      not_set: 128,
    });
    expect(events[0]).toMatchObject({
      timeMs: Date.UTC(2021, 2, 3, 21, 27, 32, 695),
      name: 'link_clicked',
    });
    expect(
      events.every(({ userId, anonymousId }) => userId !== undefined && anonymousId !== undefined),
    ).toBe(true);
  });

  test('Data Manager: 4 purchases, 2 by a Google click', async () => {
    const { format, events, problems, warnings, owners } = await readFile(
      'google-data-manager-events.json',
    );
    expect({ format, problems }).toEqual({ format: 'google', problems: [] });
    expect(warnings).toMatchObject([{ code: 'assumed_event', count: 4 }]);
    expect(owners).toEqual(['google', 'google']);
    expect(events.map(({ id, value, currency, timeMs }) => [id, value, currency, timeMs])).toEqual([
      ['ABC1234567', '5.31', 'USD', Date.UTC(2025, 5, 6, 4, 10, 12)],
      ['DEF987654321', '1.99', 'USD', Date.UTC(2025, 5, 6, 16, 45, 9, 333)],
      ['GHI5656565656', '0.52', 'EUR', Date.UTC(2025, 5, 5, 8, 42, 17, 177)],
      ['JKL333333333', '3.99', 'GBP', Date.UTC(2025, 5, 6, 9, 22, 16)],
    ]);
    expect(events.every(({ identifiers }) => identifiers.plain.email !== undefined)).toBe(true);
  });

  test('ECAPI’s own example: one purchase, no click that names its network, twelve oddities', async () => {
    const { format, events, problems, warnings, owners } = await readFile('ecapi-example.json');
    expect({ format, problems, owners }).toEqual({ format: 'ecapi', problems: [], owners: [] });
    expect(countBy(warnings.map(({ code }) => code))).toEqual({
      alias_field: 10,
      unusable_field: 2,
    });
    expect(events).toMatchObject([
      {
        id: '12ab123456c1234',
        name: 'purchase',
        value: '22',
        currency: 'USD',
        transactionId: 'AAA123456789A',
        consentLevel: 'not_set',
        identifiers: {
          plain: {},
          hashed: {
            email: 'd7133d32a78e3ceb672ca127d549dbbaab93d4f7276656099c07ffe1889b3783',
            phone: '1fa6b8d986d9b9cd01bf36951815158bbde9f520c0567c835dfe34783d0a4231',
          },
          phoneHashHasPlus: true,
        },
      },
    ]);
    expect(events[0]?.identifiers.country).toBeUndefined();
  });
});
