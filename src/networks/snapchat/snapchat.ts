import type { Network } from '../network.js';
import { openSnapchat } from './channel.js';
import { checkSnapchatMapping, findSnapchatDefault } from './mapping.js';
import { prepareSnapchatPayload, type SnapchatPayload } from './payload.js';
import { SNAPCHAT_PROFILE } from './profile.js';

/** Snapchat: the Conversions API v3, for the events of one pixel or one app. */
export const snapchat: Network<SnapchatPayload, string> = {
  name: SNAPCHAT_PROFILE.name,
  title: SNAPCHAT_PROFILE.title,
  sharesEventIds: true,
  testCaution: 'Snapchat only validates test events. It shows them in Events Manager for a day.',
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).snapchatConnector,
  defaultMapping: findSnapchatDefault,
  checkMapping: checkSnapchatMapping,
  prepare: prepareSnapchatPayload,
  open: openSnapchat,
};
