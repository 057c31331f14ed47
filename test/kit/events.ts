import {
  createEventParser,
  type FormatChoice,
  type ParsedRecord,
} from '../../src/events/event-parser.js';
import { WarningTally } from '../../src/events/warnings.js';
import type { JsonObject } from '../../src/json.js';

/**
 * A purchase that passes every gate at Amazon, as an Audience message; `changes` replace fields,
 * undefined drops them.
 */
export function makePurchase(changes: JsonObject = {}, properties: JsonObject = {}): JsonObject {
  const message: JsonObject = {
    type: 'track',
    messageId: '7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
    eventTimestamp: '2026-11-18T20:14:05.120Z',
    anonymousId: '3b0f7a1e-52f4-4c58-8a8e-6d6f8f3f1a77',
    userId: 'player-17',
    surface: 'unity',
    consentLevel: 'full',
    eventName: 'purchase',
    context: { library: 'test', libraryVersion: '1.0.0' },
    ...changes,
    properties: {
      currency: 'USD',
      value: '9.99',
      utm_source: 'amazon_ads',
      utm_medium: 'amazon',
      country: 'US',
      email: 'test@example.com',
      ...properties,
    },
  };
  return message;
}

/**
 * `count` purchases with ids of their own, as JSON Lines; the first happened `ageMs` before
 * `nowMs`, a second apart.
 */
export function makeLines(
  count: number,
  nowMs: number,
  ageMs = 3_600_000,
  properties: JsonObject = {},
): string {
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify(
      makePurchase(
        {
          messageId: makeUuid(index),
          eventTimestamp: new Date(nowMs - ageMs + index * 10).toISOString(),
          userId: `player-${index}`,
        },
        { email: `player${index}@example.com`, transaction_id: `T-${index}`, ...properties },
      ),
    ),
  );
  return `${lines.join('\n')}\n`;
}

/** The same UUID for the same number. */
export function makeUuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Reads one line as an input of its own, with the warnings that it causes. */
export function parseWithWarnings(text: string, format: FormatChoice = 'audience') {
  const warnings = new WarningTally();
  const [parsed] = createEventParser({ format, input: 'events.jsonl', warnings }).parse({
    number: 1,
    text,
  });
  return { parsed: parsed as ParsedRecord, warnings: warnings.types };
}

/** Reads one line as an input of its own. */
export function parseLine(text: string, format: FormatChoice = 'audience'): ParsedRecord {
  const [parsed] = createEventParser({ format, input: 'events.jsonl' }).parse({ number: 1, text });
  return parsed as ParsedRecord;
}
