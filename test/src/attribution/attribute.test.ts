import fc from '../../kit/property.js';
import { expect, test } from 'vitest';

import type { Attribution } from '../../../src/attribution/attribute.js';
import { attributeClick } from '../../../src/attribution/attribute.js';
import {
  CLICK_ID_OWNERS,
  isPaidMedium,
  PAID_SOURCES,
  SOURCES_WITH_MEDIUM,
} from '../../../src/attribution/click-rules.js';
import { CLICK_FIELDS, type Click } from '../../../src/events/conversion-event.js';

// Amazon's own click fields come first.
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
  // The cookie of an earlier visit counts where this one has no click.
  [{ fb_click_id: 'x' }, 'meta', 'click_id'],
  [{ fb_click_id: 'x', gclid: 'y' }, 'google', 'click_id'],
  [{ fb_click_id: 'x', utm_source: 'amazon_ads' }, 'amazon', 'utm'],
  [{}, undefined],
])('%j belongs to %s', (fields, owner, by) => {
  const attribution = attributeClick({ fields });
  expect(attribution?.owner).toBe(owner);
  expect(attribution?.by).toBe(by);
});

/**
 * The rules as they are told: each click id in the order of the list, then the source, then the
 * source with its medium.
 */
function attributeSlowly({ fields }: Click): Attribution | undefined {
  for (const [field, owner] of CLICK_ID_OWNERS)
    if (fields[field] !== undefined) return { owner, by: 'click_id', field };
  const source = fields.utm_source?.toLowerCase() ?? '';
  const medium = fields.utm_medium?.toLowerCase() ?? '';
  const owner =
    PAID_SOURCES.get(source) ??
    (isPaidMedium(medium) ? SOURCES_WITH_MEDIUM.get(source) : undefined);
  if (owner) return { owner, by: 'utm', field: 'utm_source' };
  return fields.fb_click_id === undefined
    ? undefined
    : { owner: 'meta', by: 'click_id', field: 'fb_click_id' };
}

test('any click belongs to whom the rules name, in whatever order its fields stand', () => {
  const source = fc.constantFrom(
    ...PAID_SOURCES.keys(),
    ...SOURCES_WITH_MEDIUM.keys(),
    'newsletter',
    'toString',
  );
  const medium = fc.constantFrom('cpc', 'Paid', 'pmax', 'PMAX_video', 'social', 'amazon', '');
  const text = fc.mixedCase(fc.oneof(source, medium));
  const field = fc.oneof(
    fc.tuple(fc.constantFrom(...CLICK_FIELDS), fc.oneof(text, fc.string(), fc.constant(undefined))),
    fc.tuple(fc.constant('utm_source'), fc.mixedCase(source)),
    fc.tuple(fc.constant('utm_medium'), fc.mixedCase(medium)),
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 5 }), (entries) => {
      const click: Click = { fields: Object.fromEntries(entries) };
      expect(attributeClick(click)).toEqual(attributeSlowly(click));
    }),
    { numRuns: 2_000 },
  );
});
