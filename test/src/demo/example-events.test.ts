import { describe, expect, test } from 'vitest';
import { formatExampleEvents, makeExampleEvents } from '../../../src/demo/example-events.js';
import type { ExampleFate } from '../../../src/demo/scenarios.js';
import { createEventParser, type ParsedRecord } from '../../../src/events/event-parser.js';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;

/** How many lines of each fate the demo promises. */
const FATES: Partial<Record<ExampleFate, number>> = {
  delivered: 175,
  organic: 24,
  no_goal: 14,
  already_counted: 12,
  not_connected: 12,
  silent: 12,
  too_old: 9,
  consent_none: 8,
  unmapped_goal: 8,
  filter_not_met: 6,
  consent_unknown: 5,
  no_match_key: 5,
  invalid: 5,
  test_event: 4,
  duplicate: 3,
  no_country: 3,
  unsupported_currency: 2,
  incomplete_event: 2,
  in_future: 1,
};

/** One line, read as `send` reads it. */
function parse(text: string): ParsedRecord {
  return createEventParser({ format: 'audience', input: 'test' }).parse({ number: 1, text })[0]!;
}

const lines = makeExampleEvents(NOW_MS);
const events = lines.flatMap(({ text, fate }) => {
  const parsed = parse(text);
  return 'event' in parsed ? [{ ...parsed.event, fate }] : [];
});

describe('makeExampleEvents', () => {
  test('makes so many lines of each fate', () => {
    const counts: Partial<Record<ExampleFate, number>> = {};
    for (const { fate } of lines) counts[fate] = (counts[fate] ?? 0) + 1;
    expect(counts).toEqual(FATES);
  });

  test('says the same for the same moment, and tells of other people a day later', () => {
    expect(makeExampleEvents(NOW_MS)).toEqual(lines);
    expect(makeExampleEvents(NOW_MS, 7)).not.toEqual(lines);
    const idsOf = (text: string) => text.match(/"(?:messageId|userId|anonymousId)":"[^"]+"/g) ?? [];
    const ids = new Set(lines.flatMap(({ text }) => idsOf(text)));
    const later = makeExampleEvents(NOW_MS + DAY_MS).flatMap(({ text }) => idsOf(text));
    expect(later.filter((id) => ids.has(id))).toEqual([]);
  });

  test('breaks the lines that shall be invalid and no other, each in its own way', () => {
    const problems = lines.map(({ text, fate }) => ({ fate, parsed: parse(text) }));
    for (const { fate, parsed } of problems)
      expect('invalid' in parsed, fate).toBe(fate === 'invalid');
    const codes = problems.flatMap(({ parsed }) =>
      'invalid' in parsed ? [`${parsed.invalid.field} ${parsed.invalid.code}`] : [],
    );
    expect(codes.sort()).toEqual([
      ' not_json',
      ' not_json',
      'eventTimestamp invalid_format',
      'messageId missing_required_field',
      'properties.value invalid_value',
    ]);
  });

  test('keeps what is to be delivered within five days, in the order of time, each with an id of its own', () => {
    const good = events.filter(({ fate }) => fate === 'delivered');
    for (const { timeMs } of good) {
      expect(timeMs).toBeGreaterThan(NOW_MS - 5.1 * DAY_MS);
      expect(timeMs).toBeLessThan(NOW_MS);
    }
    expect(new Set(good.map(({ id }) => id)).size).toBe(good.length);
    const times = events.map(({ timeMs }) => timeMs);
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  test('carries clicks in the right form, several currencies, and identifiers plain and hashed', () => {
    const tokens = events.flatMap(({ click }) => click.fields.aref ?? []);
    expect(tokens.length).toBeGreaterThan(150);
    for (const token of tokens) expect(token).toMatch(/^[0-9A-Za-z]{10}\.\d{13}$/);
    const currencies = new Set(events.flatMap(({ currency }) => currency ?? []));
    expect([...currencies].sort()).toEqual(['AUD', 'CAD', 'EUR', 'GBP', 'PLN', 'USD']);
    expect(
      events.some(({ identifiers }) => identifiers.plain.email && identifiers.plain.phone),
    ).toBe(true);
    expect(
      events.some(({ identifiers }) => identifiers.hashed.email && identifiers.hashed.phone),
    ).toBe(true);
  });

  test('names nobody', () => {
    const text = formatExampleEvents(lines);
    const addresses = text.match(/[\w.]+@[\w.]+/g) ?? [];
    expect(addresses.length).toBeGreaterThan(100);
    for (const address of addresses) expect(address.toLowerCase()).toMatch(/@example\.com$/);
  });
});
