import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { SNAPCHAT_VARIABLES } from './variables.js';

/** What Snapchat declares for the rest of the program. */
export const SNAPCHAT_PROFILE = {
  name: 'snapchat',
  title: 'Snapchat Conversions API',
  brand: 'Snapchat',
  clickIds: ['sc_click_id'],
  browserIds: ['sc_cookie1'],
  // `ScCid` is the parameter of the landing page, `_scid` the cookie of the Snap Pixel
  // (docs/reference/snapchat.md#click-id).
  clickAliases: { ScCid: 'sc_click_id', sccid: 'sc_click_id', _scid: 'sc_cookie1' },
  sourcesWithMedium: ['snapchat', 'snap'],
  destinations: { parts: ['snapchat', 'snappixel', 'snapconversion'] },
  // Snapchat takes no event without an email address, a phone number, a mobile id, or IP address
  // and user agent. example.com is reserved (RFC 2606).
  syntheticProperties: {
    sc_click_id: SYNTHETIC_CLICK,
    email: 'test@example.com',
    page_url: 'https://example.com/',
  },
  connect: {
    by: 'token',
    accountWord: 'pixel',
    accountFlag: '--pixel',
    apis: ['pixel', 'app'],
  },
  variables: SNAPCHAT_VARIABLES,
} as const satisfies NetworkProfile;
