import type { Network } from '../network.js';
import { openPinterest } from './channel.js';
import { checkPinterestMapping, findPinterestDefault } from './mapping.js';
import { preparePinterestPayload, type PinterestPayload } from './payload.js';
import { PINTEREST_PROFILE } from './profile.js';

/** Pinterest: the Conversions API of version 5, for one ad account. */
export const pinterest: Network<PinterestPayload, string> = {
  name: PINTEREST_PROFILE.name,
  title: PINTEREST_PROFILE.title,
  sharesEventIds: true,
  testCaution: 'Pinterest only checks test events (?test=true). It does not record or show them.',
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).pinterestConnector,
  defaultMapping: findPinterestDefault,
  checkMapping: checkPinterestMapping,
  prepare: preparePinterestPayload,
  open: openPinterest,
};
