import type { Network } from '../network.js';
import { openAppLovin } from './channel.js';
import { checkAppLovinMapping, findAppLovinDefault } from './mapping.js';
import { prepareAppLovinPayload, type AppLovinPayload } from './payload.js';
import { APPLOVIN_PROFILE } from './profile.js';

/** AppLovin: the Axon Conversion API, for the events of one pixel. There is no test mode. */
export const applovin: Network<AppLovinPayload, string> = {
  name: APPLOVIN_PROFILE.name,
  title: APPLOVIN_PROFILE.title,
  sharesEventIds: true,
  testCaution: 'AppLovin has no test mode: it counts test events under their own mapping.',
  loadPreflight: async () => (await import('./preflight.js')).preflight,
  loadConnector: async () => (await import('./connector.js')).applovinConnector,
  defaultMapping: findAppLovinDefault,
  checkMapping: checkAppLovinMapping,
  prepare: prepareAppLovinPayload,
  open: openAppLovin,
};
