import type { Network } from '../network.js';
import { openDataManager } from './data-manager.js';
import { prepareGoogleFacts } from './facts.js';
import { makeGoogleLogin } from './login.js';
import { checkGoogleMapping } from './mapping.js';
import { GOOGLE_VARIABLES } from './variables.js';

/** Google Ads through the Data Manager API. The older upload is closed to newcomers (docs/networks/google.md). */
export const google: Network = {
  name: 'google',
  title: 'Google Ads',
  sharesEventIds: true,
  testCaution: 'Google only checks test events (validateOnly): nothing of them is kept or shown.',
  variables: GOOGLE_VARIABLES,
  findLogin: makeGoogleLogin,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).googleConnector,
  checkMapping: checkGoogleMapping,
  prepare: prepareGoogleFacts,
  open: openDataManager,
};
