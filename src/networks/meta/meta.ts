import type { Network } from '../network.js';
import { openConversionsApi } from './conversions-api.js';
import { prepareMetaPayload, type MetaPayload } from './payload.js';
import { checkMetaMapping, findMetaDefault } from './mapping.js';
import { META_PROFILE } from './profile.js';

/** Meta: the Conversions API, by event name. */
export const meta: Network<MetaPayload, string> = {
  name: META_PROFILE.name,
  title: META_PROFILE.title,
  defaultMapping: findMetaDefault,
  testArea: 'test_event_code',
  testCaution:
    'Meta shows test events in Events Manager and counts them like real events. Use them ' +
    'sparingly.',
  sharesEventIds: true,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).metaConnector,
  checkMapping: checkMetaMapping,
  prepare: prepareMetaPayload,
  open: openConversionsApi,
};
