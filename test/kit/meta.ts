import { defaultSettings, type Settings } from '../../src/config/settings.js';
import type {
  ClickField,
  ConversionEvent,
  Identifiers,
} from '../../src/events/conversion-event.js';
import type { Mapping } from '../../src/goals/goal.js';
import { meta } from '../../src/networks/meta/meta.js';
import type { MetaPayload } from '../../src/networks/meta/payload.js';
import type { Channel, Connection, Outgoing } from '../../src/networks/network.js';
import { makeConversion } from './amazon.js';

export const META_PIXEL = '1234567890123456';

/** An event with these identifiers and this click. */
export function makeMetaEvent(
  identifiers: Partial<Identifiers> = {},
  fields: Partial<Record<ClickField, string>> = {},
  parts: Partial<ConversionEvent> = {},
): ConversionEvent {
  const full = { plain: {}, hashed: {}, ...identifiers };
  return makeConversion({
    value: '9.99',
    currency: 'USD',
    identifiers: full,
    click: { fields },
    ...parts,
  });
}

export function prepareMeta(event: ConversionEvent, settings: Partial<Settings> = {}): MetaPayload {
  return meta.prepare(event, { ...defaultSettings(), ...settings });
}

/** What delivery would send of `event`. */
export function makeMetaOutgoing(
  event: ConversionEvent,
  mapping: Mapping = 'Purchase',
  id = 'a'.repeat(32),
): Outgoing {
  return {
    postback: {
      id,
      dedupeId: id,
      network: 'meta',
      goal: 'first-purchase',
      goalName: 'First Purchase',
      event: event.name,
      eventId: event.id,
      eventTimeMs: event.timeMs,
      test: event.test,
      facts: prepareMeta(event),
    },
    mapping,
  };
}

export function openMeta(connection: Partial<Connection> = {}): Channel {
  return meta.open(
    { network: 'meta', account: META_PIXEL, source: 'store', ...connection },
    defaultSettings(),
  );
}
