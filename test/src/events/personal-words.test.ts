import { describe, expect, test } from 'vitest';
import { toEventId } from '../../../src/events/event-id.js';
import type { FormatChoice } from '../../../src/events/event-parser.js';
import { sha256Hex } from '../../../src/identity/hash.js';
import type { JsonObject } from '../../../src/json.js';
import { parseLine } from '../../kit/events.js';
import { CONVERSION, RECORD_BUILDERS } from '../../kit/foreign-events.js';

function parse(format: string, changes: JsonObject) {
  const record = { ...RECORD_BUILDERS[format]!(CONVERSION), ...changes };
  return parseLine(JSON.stringify(record), format as FormatChoice);
}

describe('B3: an e-mail address in the name of an event', () => {
  test.each([
    ['audience', 'eventName'],
    ['segment', 'event'],
    ['ga4', 'event_name'],
    ['snowplow', 'event_name'],
  ])('%s: is masked', (format, field) => {
    const parsed = parse(format, { [field]: 'signup jane.doe@example.com' });
    expect(parsed).toMatchObject({ event: { name: 'signup ***' } });
  });
});

describe('B3: a personal word in a field of choices is not quoted', () => {
  test.each([
    [{ consentLevel: 'Jane Doe' }, 'a text of 8 characters'],
    [{ type: 'jane.doe@example.com' }, 'a text of 20 characters'],
    [{ type: '+1 206 555 0173' }, 'a text of 15 characters'],
    [{ type: 'trak' }, '"trak"'],
  ])('%j', (changes, quoted) => {
    const parsed = parse('audience', changes);
    const said = JSON.stringify(parsed);
    if ('invalid' in parsed) expect(parsed.invalid.message).toContain(`is ${quoted}`);
    expect(said.includes('Jane') || said.includes('jane') || said.includes('206')).toBe(false);
  });
});

describe('B3: an event id that names a person', () => {
  test('is stored as a hash, the same each time', () => {
    const id = 'jane.doe@example.com-2026-11-30';
    expect(parse('audience', { messageId: id })).toMatchObject({ event: { id: toEventId(id) } });
    expect(toEventId(id)).toBe(`hashed-${sha256Hex(id).slice(0, 32)}`);
  });

  test.each(['T-1001', CONVERSION.id, 'order@shop', '2026-11-30T12:00:00+00:00'])(
    '%s stays',
    (id) => {
      expect(toEventId(id)).toBe(id);
    },
  );
});
