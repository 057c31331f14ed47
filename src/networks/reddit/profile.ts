import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { REDDIT_VARIABLES } from './variables.js';

/** What Reddit declares for the rest of the program. */
export const REDDIT_PROFILE = {
  name: 'reddit',
  title: 'Reddit Ads',
  brand: 'Reddit',
  clickIds: ['rdt_cid'],
  browserIds: ['rdt_uuid'],
  clickAliases: { _rdt_cid: 'rdt_cid', _rdt_uuid: 'rdt_uuid' },
  sourcesWithMedium: ['reddit'],
  destinations: { parts: ['reddit'] },
  syntheticProperties: { rdt_cid: SYNTHETIC_CLICK },
  connect: { by: 'token', accountWord: 'pixel', accountFlag: '--pixel', hasTestCode: true },
  variables: REDDIT_VARIABLES,
} as const satisfies NetworkProfile;
