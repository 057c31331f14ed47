import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { X_VARIABLES } from './variables.js';

/** What X declares for the rest of the program. */
export const X_PROFILE = {
  name: 'x',
  title: 'X Ads',
  brand: 'X',
  clickIds: ['twclid'],
  clickAliases: { _twclid: 'twclid' },
  sourcesWithMedium: ['x', 'twitter'],
  snowplowNames: { twitter: 'twclid' },
  destinations: {
    parts: ['twitter'],
    // `xads` in `Dropbox Ads` is not X: these stand at the beginning of a name.
    starts: ['xads', 'xpixel', 'xconversion', 'xcapi', 'xcorp', 'xaudience'],
    whole: ['x'],
  },
  secretHeaders: ['x-pixel-token'],
  syntheticProperties: { twclid: SYNTHETIC_CLICK },
  connect: { by: 'token', accountWord: 'pixel', accountFlag: '--pixel' },
  mappingWords: 'the id of an event tag',
  variables: X_VARIABLES,
} as const satisfies NetworkProfile;
