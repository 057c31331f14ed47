import type { Network } from '../network.js';
import { openConversionsApi } from './conversions-api.js';
import { prepareMetaFacts } from './facts.js';
import { checkMetaMapping, findMetaDefault } from './mapping.js';
import { META_VARIABLES } from './variables.js';

/** Meta: the Conversions API, by event name. */
export const meta: Network = {
  name: 'meta',
  title: 'Meta Conversions API',
  defaultMapping: findMetaDefault,
  testArea: 'test_event_code',
  testCaution: 'Meta shows test events in Events Manager and counts them like others: use them sparingly.',
  sharesEventIds: true,
  variables: META_VARIABLES,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).metaConnector,
  checkMapping: checkMetaMapping,
  prepare: prepareMetaFacts,
  open: openConversionsApi,
};
