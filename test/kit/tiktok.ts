import { defaultSettings, type Settings } from '../../src/config/settings.js';
import type { ConversionEvent } from '../../src/events/conversion-event.js';
import type { Mapping } from '../../src/goals/goal.js';
import type { Channel, Connection, Outgoing } from '../../src/networks/network.js';
import { tiktok } from '../../src/networks/tiktok/tiktok.js';
import { DEDUPE_ID, makeConversion } from './amazon.js';

export const TTCLID = 'E.C.P.CtsBdHQ-Click_Id.2.0';
export const PAGE_URL = 'https://game.example/shop';

/** The smallest event that TikTok takes: a click and a page. */
export function makeTikTokEvent(parts: Partial<ConversionEvent> = {}): ConversionEvent {
  return makeConversion({ click: { fields: { ttclid: TTCLID } }, pageUrl: PAGE_URL, ...parts });
}

/** What delivery would send of `event`. */
export function makeTikTokOutgoing(
  event: ConversionEvent,
  mapping: Mapping = 'Purchase',
  settings: Partial<Settings> = {},
): Outgoing {
  const postback = {
    id: DEDUPE_ID,
    dedupeId: DEDUPE_ID,
    network: 'tiktok' as const,
    goal: 'first-purchase',
    goalName: 'First Purchase',
    event: event.name,
    eventId: event.id,
    eventTimeMs: event.timeMs,
    test: event.test,
    facts: tiktok.prepare(event, { ...defaultSettings(), ...settings }),
  };
  return { postback, mapping };
}

export function openTikTok(connection: Partial<Connection> = {}): Channel {
  const full: Connection = {
    network: 'tiktok',
    account: 'C4A7EXAMPLEPIXEL0001',
    source: 'store',
    ...connection,
  };
  return tiktok.open(full, defaultSettings());
}
