import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { TIKTOK_VARIABLES } from './variables.js';

/** What TikTok declares for the rest of the program. */
export const TIKTOK_PROFILE = {
  name: 'tiktok',
  title: 'TikTok',
  brand: 'TikTok',
  clickIds: ['ttclid'],
  browserIds: ['ttp'],
  clickAliases: { _ttp: 'ttp' },
  sourcesWithMedium: ['tiktok'],
  destinations: { parts: ['tiktok'] },
  secretHeaders: ['access-token'],
  syntheticProperties: { ttclid: SYNTHETIC_CLICK, page_url: 'https://example.com/' },
  connect: { by: 'browser', accountWord: 'pixel', accountFlag: '--pixel', hasTestCode: true },
  variables: TIKTOK_VARIABLES,
} as const satisfies NetworkProfile;
