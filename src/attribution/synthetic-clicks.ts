import type { ClickField } from '../events/conversion-event.js';
import type { NetworkName } from '../networks/names.js';

const MADE_UP = 'postback-test';

/** What makes a test conversion belong to a network: no click that anybody made. Amazon has a paid `utm_source` for it. */
export const SYNTHETIC_CLICKS: Readonly<Record<NetworkName, Partial<Record<ClickField, string>>>> = {
  amazon: { utm_source: 'amazon_ads', utm_medium: 'amazon' },
  meta: { fbclid: MADE_UP },
  tiktok: { ttclid: MADE_UP },
  google: { gclid: MADE_UP },
  reddit: { rdt_cid: MADE_UP },
  x: { twclid: MADE_UP },
};
