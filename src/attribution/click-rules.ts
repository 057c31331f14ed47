import type { ClickField } from '../events/conversion-event.js';
import type { NetworkName } from '../networks/names.js';

/** Who owns a click. `other` is a paid click at a network that this program does not serve. */
export type ClickOwner = NetworkName | 'other';

/**
 * Click parameters and their owner, in the order of the product's own classification, with Amazon's `aref` first:
 * it is the only parameter that names an Amazon click (product-behaviour.md A8 and "what the click ID really is").
 */
export const CLICK_ID_OWNERS: readonly (readonly [ClickField, ClickOwner])[] = [
  ['aref', 'amazon'],
  ['amazon_ad_event_key', 'amazon'],
  ['fbclid', 'meta'],
  ['fbc', 'meta'],
  ['ttclid', 'tiktok'],
  ['gclid', 'google'],
  ['gbraid', 'google'],
  ['wbraid', 'google'],
  ['dclid', 'google'],
  ['rdt_cid', 'reddit'],
  ['twclid', 'x'],
  ['msclkid', 'other'],
  ['li_fat_id', 'other'],
];

/** UTM sources that are paid by themselves (A9). */
export const PAID_SOURCES: ReadonlyMap<string, ClickOwner> = new Map<string, ClickOwner>([
  ['amazon_ads', 'amazon'],
  ['adwords', 'google'],
  ['ironsource', 'other'],
]);

/** UTM sources that count with a paid medium only (A10). */
export const SOURCES_WITH_MEDIUM: ReadonlyMap<string, ClickOwner> = new Map<string, ClickOwner>([
  ['facebook', 'meta'],
  ['fb', 'meta'],
  ['meta', 'meta'],
  ['instagram', 'meta'],
  ['ig', 'meta'],
  ['tiktok', 'tiktok'],
  ['google', 'google'],
  ['youtube', 'google'],
  ['reddit', 'reddit'],
  ['x', 'x'],
  ['twitter', 'x'],
  ['linkedin', 'other'],
]);

const PAID_MEDIA = new Set(['paid', 'paid_social', 'paidsocial', 'cpc', 'cpm', 'ppc', 'ads', 'sponsored_post']);

/** Whether a UTM medium is paid (A10). */
export function isPaidMedium(medium: string): boolean {
  return PAID_MEDIA.has(medium) || medium.startsWith('pmax');
}
