import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { GOOGLE_VARIABLES } from './variables.js';

/** What Google Ads declares for the rest of the program. */
export const GOOGLE_PROFILE = {
  name: 'google',
  title: 'Google Ads',
  brand: 'Google',
  clickIds: ['gclid', 'gbraid', 'wbraid', 'dclid'],
  clickAliases: { _gcl_aw: 'gclid', _gcl_gb: 'wbraid', _gcl_ag: 'gbraid', _gcl_dc: 'dclid' },
  paidSources: ['adwords'],
  sourcesWithMedium: ['google', 'youtube'],
  snowplowNames: { doubleclick: 'dclid' },
  destinations: {
    parts: [
      'googleads',
      'adwords',
      'googleconversion',
      'googleenhancedconversion',
      'googleofflineconversion',
      'googledatamanager',
      'googlecustomermatch',
      'googleremarketing',
    ],
  },
  secretHeaders: ['developer-token'],
  settings: {
    'google.withoutClickId': {
      rule: { kind: 'choice', values: ['skip', 'send'] },
      default: 'skip',
      about:
        'for a Google conversion without a click id: skip it, or send it with a hashed email ' +
        'address or phone number',
    },
  },
  syntheticProperties: { gclid: SYNTHETIC_CLICK },
  connect: { by: 'browser', accountWord: 'customer', accountFlag: '--customer' },
  mappingWords: 'the id of a conversion action',
  variables: GOOGLE_VARIABLES,
} as const satisfies NetworkProfile;
