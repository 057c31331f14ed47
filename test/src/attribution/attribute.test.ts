import { expect, test } from 'vitest';

import { attributeClick } from '../../../src/attribution/attribute.js';
import type { Click } from '../../../src/events/conversion-event.js';

// Rules A8 to A10 of product-behaviour.md; Amazon's own click fields first.
test.each<[Click['fields'], string | undefined, string?]>([
  [{ aref: 'A1b2C3d4E5.1794945600000' }, 'amazon', 'click_id'],
  [{ amazon_ad_event_key: 'k' }, 'amazon', 'click_id'],
  [{ utm_source: 'amazon_ads', utm_medium: 'amazon' }, 'amazon', 'utm'],
  [{ utm_source: 'Amazon_Ads' }, 'amazon', 'utm'],
  [{ fbclid: 'x' }, 'meta', 'click_id'],
  [{ ttclid: 'x' }, 'tiktok', 'click_id'],
  [{ gclid: 'x' }, 'google', 'click_id'],
  [{ dclid: 'x' }, 'google', 'click_id'],
  [{ rdt_cid: 'x' }, 'reddit', 'click_id'],
  [{ twclid: 'x' }, 'x', 'click_id'],
  [{ msclkid: 'x' }, 'other', 'click_id'],
  [{ li_fat_id: 'x' }, 'other', 'click_id'],
  [{ fbclid: 'x', gclid: 'y' }, 'meta', 'click_id'],
  [{ gclid: 'y', utm_source: 'amazon_ads' }, 'google', 'click_id'],
  [{ utm_source: 'adwords' }, 'google', 'utm'],
  [{ utm_source: 'ironsource' }, 'other', 'utm'],
  [{ utm_source: 'facebook', utm_medium: 'paid_social' }, 'meta', 'utm'],
  [{ utm_source: 'ig', utm_medium: 'CPC' }, 'meta', 'utm'],
  [{ utm_source: 'youtube', utm_medium: 'pmax_video' }, 'google', 'utm'],
  [{ utm_source: 'twitter', utm_medium: 'ads' }, 'x', 'utm'],
  [{ utm_source: 'linkedin', utm_medium: 'cpc' }, 'other', 'utm'],
  [{ utm_source: 'facebook', utm_medium: 'social' }, undefined],
  [{ utm_source: 'facebook' }, undefined],
  [{ utm_source: 'newsletter', utm_medium: 'cpc' }, undefined],
  [{ fbp: 'fb.1.1.1', ttp: 't' }, undefined],
  [{}, undefined],
])('%j belongs to %s', (fields, owner, by) => {
  const attribution = attributeClick({ fields });
  expect(attribution?.owner).toBe(owner);
  expect(attribution?.by).toBe(by);
});
