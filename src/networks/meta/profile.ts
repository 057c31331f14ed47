import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { META_VARIABLES } from './variables.js';

/** What Meta declares for the rest of the program. */
export const META_PROFILE = {
  name: 'meta',
  title: 'Meta Conversions API',
  brand: 'Meta',
  clickIds: ['fbclid', 'fbc'],
  browserIds: ['fbp'],
  // What the Audience SDK calls the cookie `_fbc`.
  lateClickIds: ['fb_click_id'],
  clickAliases: { fb_browser_id: 'fbp', _fbc: 'fb_click_id', _fbp: 'fbp' },
  sourcesWithMedium: ['facebook', 'fb', 'meta', 'instagram', 'ig'],
  snowplowNames: { facebook: 'fbclid' },
  destinations: {
    parts: [
      'facebook',
      'instagram',
      'metaads',
      'metaconversion',
      'metapixel',
      'metacapi',
      'fbpixel',
      'fbconversion',
      'fbcustomaudience',
      'fbads',
      'fbcapi',
    ],
    whole: ['meta', 'fb'],
  },
  secretValues: ['appsecret_proof', 'fb_exchange_token', 'input_token'],
  syntheticProperties: { fbclid: SYNTHETIC_CLICK },
  connect: { by: 'browser', accountWord: 'pixel', accountFlag: '--pixel', hasTestCode: true },
  variables: META_VARIABLES,
} as const satisfies NetworkProfile;
