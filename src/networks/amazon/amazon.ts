import { ConfigError } from '../../errors.js';
import type { Mapping } from '../../goals/goal.js';
import type { Network } from '../network.js';
import { openAmazonAudiences } from './audience-channel.js';
import { openCapiV1 } from './capi-v1.js';
import { openEventsApi } from './events-api.js';
import { prepareAmazonPayload, type AmazonPayload } from './payload.js';
import { makeAmazonLogin } from './login.js';
import { AMAZON_APIS, checkAmazonMapping } from './mapping.js';
import { isRegion } from './regions.js';
import { AMAZON_PROFILE } from './profile.js';

/** Amazon Ads, with two APIs: CAPI v1 (default) and the Events API. */
export const amazon: Network<AmazonPayload, Mapping> = {
  name: AMAZON_PROFILE.name,
  title: AMAZON_PROFILE.title,
  sharesEventIds: false,
  findLogin: ({ region }) => makeAmazonLogin(isRegion(region) ? region : 'na'),
  loadConnector: async () => (await import('./connector.js')).amazonConnector,
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadDefinitions: async () => (await import('./definition-list.js')).listDefinitions,
  checkMapping: checkAmazonMapping,
  mappingWords: (api) =>
    api === 'events-api' ? '--name NAME --type TYPE --source SOURCE' : 'VALUE',
  prepare: prepareAmazonPayload,
  openAudiences: openAmazonAudiences,
  open(connection, settings) {
    const { api = 'capi-v1' } = connection;
    if (api === 'capi-v1') return openCapiV1(connection, settings);
    if (api === 'events-api') return openEventsApi(connection, settings);
    throw new ConfigError(
      'unknown_api',
      `Unknown Amazon API "${api}"; expected ${AMAZON_APIS.join(' or ')}`,
      {
        next: 'postback connect amazon --api capi-v1',
      },
    );
  },
};
