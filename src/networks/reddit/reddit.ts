import type { Network } from '../network.js';
import { openReddit } from './channel.js';
import { prepareRedditPayload, type RedditPayload } from './payload.js';
import { makeRedditLogin } from './login.js';
import { checkRedditMapping, findRedditDefault } from './mapping.js';
import { REDDIT_PROFILE } from './profile.js';

/** Reddit Ads: the Conversions API v3. */
export const reddit: Network<RedditPayload, string> = {
  name: REDDIT_PROFILE.name,
  title: REDDIT_PROFILE.title,
  defaultMapping: findRedditDefault,
  testArea: 'test_id',
  sharesEventIds: true,
  findLogin: () => makeRedditLogin(),
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).redditConnector,
  checkMapping: checkRedditMapping,
  prepare: prepareRedditPayload,
  open: openReddit,
};
