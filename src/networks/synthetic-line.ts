import type { JsonObject } from '../json.js';
import type { NetworkName } from './names.js';

const MADE_UP = 'postback-test';

/**
 * The properties that an ordinary line needs at each network, and no more: a click that nobody made, and
 * what the network requires of every conversion. A field beyond these would hide what an ordinary line
 * lacks: `source` hid that Google refuses events without an event source.
 */
export const SYNTHETIC_PROPERTIES: Readonly<Record<NetworkName, JsonObject>> = {
  // example.com belongs to nobody (RFC 2606). Accounts of the region EU require the consent signal.
  amazon: {
    utm_source: 'amazon_ads',
    email: 'test@example.com',
    country: 'US',
    amzn_user_data: 'GRANTED',
  },
  meta: { fbclid: MADE_UP },
  tiktok: { ttclid: MADE_UP, page_url: 'https://example.com/' },
  google: { gclid: MADE_UP },
  reddit: { rdt_cid: MADE_UP },
  x: { twclid: MADE_UP },
};
