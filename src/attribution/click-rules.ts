import { UNSERVED_CLICK_IDS, type ClickField } from '../events/conversion-event.js';
import { PROFILES, type NetworkName } from '../networks/profiles.js';

/** Who owns a click. `other` is a paid click at a network that this program does not serve. */
export type ClickOwner = NetworkName | 'other';

/**
 * Click parameters and their owner, in the order of the product's own classification, with Amazon's
 * `aref` first. That is the order of the profiles.
 */
export const CLICK_ID_OWNERS: readonly (readonly [ClickField, ClickOwner])[] = [
  ...PROFILES.flatMap(({ name, clickIds }) =>
    clickIds.map((field): [ClickField, ClickOwner] => [field as ClickField, name]),
  ),
  ...(Object.keys(UNSERVED_CLICK_IDS) as ClickField[]).map((field): [ClickField, ClickOwner] => [
    field,
    'other',
  ]),
];

/** Cookies of an earlier visit and their owner: any click of this one goes before them. */
export const LATE_CLICK_IDS: readonly (readonly [ClickField, NetworkName])[] = PROFILES.flatMap(
  ({ name, lateClickIds = [] }) =>
    lateClickIds.map((field): [ClickField, NetworkName] => [field as ClickField, name]),
);

/** UTM sources that are paid by themselves (A9). */
export const PAID_SOURCES: ReadonlyMap<string, ClickOwner> = new Map<string, ClickOwner>([
  ['ironsource', 'other'],
  ...listSources('paidSources'),
]);

/** UTM sources that count with a paid medium only (A10). */
export const SOURCES_WITH_MEDIUM: ReadonlyMap<string, ClickOwner> = new Map<string, ClickOwner>([
  ['linkedin', 'other'],
  ...listSources('sourcesWithMedium'),
]);

function listSources(kind: 'paidSources' | 'sourcesWithMedium'): [string, ClickOwner][] {
  return PROFILES.flatMap((profile) =>
    (profile[kind] ?? []).map((source): [string, ClickOwner] => [source, profile.name]),
  );
}

const PAID_MEDIA = new Set([
  'paid',
  'paid_social',
  'paidsocial',
  'cpc',
  'cpm',
  'ppc',
  'ads',
  'sponsored_post',
]);

/**
 * Returns the name of a network that this program does not serve, by the click field that named it.
 * @param source the `utm_source` of the click, where that is the field
 */
export function nameOtherNetwork(field: string, source: string | undefined): string {
  return (
    (UNSERVED_CLICK_IDS as Readonly<Record<string, string>>)[field] ??
    source?.toLowerCase() ??
    field
  );
}

/** Whether a UTM medium is paid (A10). */
export function isPaidMedium(medium: string): boolean {
  return PAID_MEDIA.has(medium) || medium.startsWith('pmax');
}
