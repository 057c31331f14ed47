import type { Network } from '../network.js';
import { openTikTokEventsApi } from './events-api.js';
import { prepareTikTokFacts } from './facts.js';
import { checkTikTokMapping, defaultTikTokMapping } from './mapping.js';
import { TIKTOK_VARIABLES } from './variables.js';

/** TikTok: the Events API 2.0, for the web events of one pixel. Its tokens are not renewed. */
export const tiktok: Network = {
  name: 'tiktok',
  title: 'TikTok',
  testArea: 'test event code (--test-code)',
  sharesEventIds: true,
  variables: TIKTOK_VARIABLES,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).tiktokConnector,
  defaultMapping: defaultTikTokMapping,
  checkMapping: checkTikTokMapping,
  prepare: prepareTikTokFacts,
  open: openTikTokEventsApi,
};
