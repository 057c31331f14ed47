import type { Network } from '../network.js';
import { openTikTokEventsApi } from './events-api.js';
import { prepareTikTokPayload, type TikTokPayload } from './payload.js';
import { checkTikTokMapping, defaultTikTokMapping } from './mapping.js';
import { TIKTOK_PROFILE } from './profile.js';

/** TikTok: the Events API 2.0, for the web events of one pixel. Its tokens are not renewed. */
export const tiktok: Network<TikTokPayload, string> = {
  name: TIKTOK_PROFILE.name,
  title: TIKTOK_PROFILE.title,
  testArea: 'test event code (--test-code)',
  sharesEventIds: true,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).tiktokConnector,
  defaultMapping: defaultTikTokMapping,
  checkMapping: checkTikTokMapping,
  prepare: prepareTikTokPayload,
  open: openTikTokEventsApi,
};
