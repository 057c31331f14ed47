import type { Network } from '../network.js';
import { openDataManager } from './data-manager.js';
import { prepareGooglePayload, type GooglePayload } from './payload.js';
import { makeGoogleLogin } from './login.js';
import { checkGoogleMapping } from './mapping.js';
import { GOOGLE_PROFILE } from './profile.js';

/**
 * Google Ads through the Data Manager API. The older upload is closed to newcomers
 * (docs/networks/google.md).
 */
export const google: Network<GooglePayload, string> = {
  name: GOOGLE_PROFILE.name,
  title: GOOGLE_PROFILE.title,
  sharesEventIds: true,
  testCaution: 'Google only validates test events (validateOnly). It does not store or show them.',
  findLogin: makeGoogleLogin,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).googleConnector,
  checkMapping: checkGoogleMapping,
  prepare: prepareGooglePayload,
  open: openDataManager,
};
