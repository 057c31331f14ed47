import type { ClickField } from './conversion-event.js';

/**
 * Other names of click fields: those that the Audience SDK writes, and the cookies of the networks' own tags, whose values
 * are read as cookies (`click-id.ts`).
 */
export const CLICK_ALIASES = {
  fb_browser_id: 'fbp',
  _fbc: 'fb_click_id',
  _fbp: 'fbp',
  _gcl_aw: 'gclid',
  _gcl_gb: 'wbraid',
  _gcl_ag: 'gbraid',
  _gcl_dc: 'dclid',
  _ttp: 'ttp',
  _rdt_cid: 'rdt_cid',
  _rdt_uuid: 'rdt_uuid',
  _twclid: 'twclid',
} as const satisfies Readonly<Record<string, ClickField>>;
