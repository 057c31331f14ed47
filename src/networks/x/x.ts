import type { Network } from '../network.js';
import { openX } from './channel.js';
import { prepareXFacts } from './facts.js';
import { checkXMapping } from './mapping.js';
import { X_VARIABLES } from './variables.js';

/** X Ads: web conversions. Every goal needs an event tag, and there is no test mode. */
export const x: Network = {
  name: 'x',
  title: 'X Ads',
  sharesEventIds: true,
  variables: X_VARIABLES,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).xConnector,
  checkMapping: checkXMapping,
  prepare: prepareXFacts,
  open: openX,
};
