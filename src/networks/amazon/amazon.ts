import { ConfigError } from '../../errors.js';
import type { Network } from '../network.js';
import { openAmazonAudiences } from './audience-channel.js';
import { openCapiV1 } from './capi-v1.js';
import { openEventsApi } from './events-api.js';
import { prepareAmazonFacts } from './facts.js';
import { makeAmazonLogin } from './login.js';
import { AMAZON_APIS, checkAmazonMapping } from './mapping.js';
import { isRegion } from './regions.js';
import { AMAZON_VARIABLES } from './variables.js';

/** Amazon Ads: two contracts behind one mapping, CAPI v1 by default. */
export const amazon: Network = {
  name: 'amazon',
  title: 'Amazon Ads',
  sharesEventIds: false,
  variables: AMAZON_VARIABLES,
  findLogin: ({ region }) => makeAmazonLogin(isRegion(region) ? region : 'na'),
  loadConnector: async () => (await import('./connector.js')).amazonConnector,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadDefinitions: async () => (await import('./definition-list.js')).listDefinitions,
  checkMapping: checkAmazonMapping,
  prepare: prepareAmazonFacts,
  openAudiences: openAmazonAudiences,
  open(connection, settings) {
    const { api = 'capi-v1' } = connection;
    if (api === 'capi-v1') return openCapiV1(connection, settings);
    if (api === 'events-api') return openEventsApi(connection, settings);
    throw new ConfigError('unknown_api', `Amazon has no contract "${api}"; expected ${AMAZON_APIS.join(' or ')}`, {
      next: 'postback connect amazon --api capi-v1',
    });
  },
};
