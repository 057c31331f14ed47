import { defaultSettings, type Settings } from '../../src/config/settings.js';
import type { ConversionEvent } from '../../src/events/conversion-event.js';
import type { Mapping } from '../../src/goals/goal.js';
import type { HttpAnswer } from '../../src/http/http.js';
import { amazon } from '../../src/networks/amazon/amazon.js';
import type { Channel, Connection, Outgoing } from '../../src/networks/network.js';

const EVENT_TIME_MS = Date.UTC(2026, 10, 18, 20, 14, 5, 678);
export const DEDUPE_ID = '00112233445566778899aabbccddeeff';
export const EVENT_DESCRIPTION = {
  name: 'First purchase',
  type: 'OFF_AMAZON_PURCHASES',
  source: 'WEBSITE',
};

/** A conversion event with nothing but what every line has. */
export function makeConversion(parts: Partial<ConversionEvent> = {}): ConversionEvent {
  return {
    id: 'event-1',
    type: 'track',
    name: 'purchase',
    timeMs: EVENT_TIME_MS,
    consentLevel: 'full',
    test: false,
    identifiers: { plain: {}, hashed: {} },
    click: { fields: {} },
    consent: {},
    properties: {},
    ...parts,
  };
}

/** What delivery would send of `event`. */
export function makeOutgoing(
  event: ConversionEvent,
  mapping: Mapping,
  settings: Partial<Settings> = {},
): Outgoing {
  const facts = amazon.prepare(event, { ...defaultSettings(), ...settings });
  return {
    postback: {
      id: DEDUPE_ID,
      dedupeId: DEDUPE_ID,
      network: 'amazon',
      goal: 'first-purchase',
      goalName: 'First Purchase',
      event: event.name,
      eventId: event.id,
      eventTimeMs: event.timeMs,
      test: event.test,
      facts,
    },
    mapping,
  };
}

export function makeAmazonConnection(parts: Partial<Connection> = {}): Connection {
  return {
    network: 'amazon',
    account: '4567890123',
    region: 'na',
    clientId: 'amzn1.application-oa2-client.1',
    source: 'store',
    ...parts,
  };
}

export function openAmazon(
  connection: Partial<Connection> = {},
  settings: Partial<Settings> = {},
): Channel {
  return amazon.open(makeAmazonConnection(connection), { ...defaultSettings(), ...settings });
}

export function makeAnswer(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: Buffer.from(text), latencyMs: 1 };
}
