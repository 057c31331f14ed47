import { describe, expect, test } from 'vitest';
import { attributeClick } from '../../../src/attribution/attribute.js';
import { defaultSettings } from '../../../src/config/settings.js';
import { readAudienceMessage } from '../../../src/events/formats/audience.js';
import type { Mapping } from '../../../src/goals/goal.js';
import type { JsonObject } from '../../../src/json.js';
import { NETWORK_NAMES, type NetworkName } from '../../../src/networks/names.js';
import type { Connection } from '../../../src/networks/network.js';
import { findNetwork } from '../../../src/networks/registry.js';
import { profileOf } from '../../../src/networks/profiles.js';
import { SANDBOX_SEEDS } from '../../../src/sandbox/networks.js';

/** Whether a line with these properties is this network's, and what it takes. */
function isTaken(name: NetworkName, properties: JsonObject): boolean {
  const network = findNetwork(name)!;
  const seed = SANDBOX_SEEDS.find(({ connection }) => connection.network === name)!;
  // The Events API in the EU requires the most that any connection does.
  const strict: Partial<Connection> = name === 'amazon' ? { api: 'events-api', region: 'eu' } : {};
  const channel = network.open(
    { ...seed.connection, ...strict, source: 'store' },
    defaultSettings(),
  );
  const event = readAudienceMessage({
    type: 'track',
    messageId: 'm-1',
    eventTimestamp: '2026-11-18T20:14:05Z',
    anonymousId: 'a-1',
    eventName: 'postback_check',
    consentLevel: 'full',
    properties,
  });
  if (attributeClick(event.click)?.owner !== name) return false;
  const mapping: Mapping =
    name === 'amazon'
      ? { name: 'Check', type: 'OTHER', source: 'WEBSITE' }
      : (network.defaultMapping?.('wishlist_add', 'wishlist-add') ??
        seed.mappings?.['first-purchase'] ??
        network.defaultMapping?.('purchase', 'first-purchase') ??
        '');
  return channel.check(network.prepare(event, defaultSettings()), mapping) === undefined;
}

describe('a probe has what an ordinary line needs, and no field more', () => {
  test.each(NETWORK_NAMES)('%s takes it as it is', (name) => {
    expect(isTaken(name, profileOf(name).syntheticProperties)).toBe(true);
  });

  test.each(NETWORK_NAMES)('%s takes it with no field less', (name) => {
    for (const field of Object.keys(profileOf(name).syntheticProperties)) {
      const { [field]: _, ...rest } = profileOf(name).syntheticProperties;
      expect(isTaken(name, rest), field).toBe(false);
    }
  });
});
