import type { Network } from '../network.js';
import { openX } from './channel.js';
import { prepareXPayload, type XPayload } from './payload.js';
import { checkXMapping } from './mapping.js';
import { X_PROFILE } from './profile.js';

/** X Ads: web conversions. Every goal needs an event tag, and there is no test mode. */
export const x: Network<XPayload, string> = {
  name: X_PROFILE.name,
  title: X_PROFILE.title,
  sharesEventIds: true,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).xConnector,
  checkMapping: checkXMapping,
  prepare: prepareXPayload,
  open: openX,
};
