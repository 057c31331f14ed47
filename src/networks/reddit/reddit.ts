import type { Network } from '../network.js';
import { openReddit } from './channel.js';
import { prepareRedditFacts } from './facts.js';
import { makeRedditLogin } from './login.js';
import { checkRedditMapping, findRedditDefault } from './mapping.js';
import { REDDIT_VARIABLES } from './variables.js';

/** Reddit Ads: the Conversions API v3. */
export const reddit: Network = {
  name: 'reddit',
  title: 'Reddit Ads',
  defaultMapping: findRedditDefault,
  testArea: 'test_id',
  sharesEventIds: true,
  variables: REDDIT_VARIABLES,
  findLogin: () => makeRedditLogin(),
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).redditConnector,
  checkMapping: checkRedditMapping,
  prepare: prepareRedditFacts,
  open: openReddit,
};
