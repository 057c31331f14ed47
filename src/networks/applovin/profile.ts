import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { APPLOVIN_VARIABLES } from './variables.js';

/** What AppLovin declares for the rest of the program. */
export const APPLOVIN_PROFILE = {
  name: 'applovin',
  title: 'AppLovin Axon Conversion API',
  brand: 'AppLovin',
  clickIds: ['alart', 'aleid'],
  browserIds: ['axwrt'],
  // Cookies of the Axon Pixel, and those that a server sets in their place
  // (docs/reference/applovin.md#click-ids).
  clickAliases: {
    _axart: 'alart',
    axart: 'alart',
    _axeid: 'aleid',
    axeid: 'aleid',
    _axwrt: 'axwrt',
  },
  sourcesWithMedium: ['applovin', 'axon'],
  destinations: { parts: ['applovin'], starts: ['axon'] },
  // AppLovin requires page, IP address and user agent of every event, and an item and money of a
  // purchase. example.com and 192.0.2.1 are reserved (RFC 2606, RFC 5737).
  syntheticProperties: {
    alart: SYNTHETIC_CLICK,
    page_url: 'https://example.com/',
    ip: '192.0.2.1',
    user_agent: 'postback',
    value: '1.00',
    currency: 'USD',
    item_id: 'postback-test',
  },
  connect: { by: 'token', accountWord: 'pixel', accountFlag: '--pixel' },
  variables: APPLOVIN_VARIABLES,
} as const satisfies NetworkProfile;
