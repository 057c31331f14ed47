import type { JsonObject } from '../../json.js';
import { type Answer, readAnswer } from '../consent-words.js';
import type { ConsentLevel, ConversionEvent } from '../conversion-event.js';
import { Draft } from '../draft.js';
import { readSideObject } from '../field-values.js';
import { toFlag } from '../scalars.js';
import type { Warn } from '../warnings.js';
import { type Ga4Parameters, readGa4Parameters } from './ga4-parameters.js';

/** Events that GA4 collects of visits: they bring clicks, and are not conversions. */
const VISITS: readonly unknown[] = [
  'page_view',
  'session_start',
  'first_visit',
  'user_engagement',
  'scroll',
];

/**
 * What tells two events of the export apart that share device, time and name: GA4 sends events in
 * batches, and those of one batch have one time
 * (https://support.google.com/analytics/answer/7029846, 2026-11-30).
 */
const BATCH_FIELDS = ['batch_page_id', 'batch_ordering_id', 'batch_event_index'] as const;

/** Reads one row of GA4's BigQuery export. @throws FieldProblem */
export function readGa4(record: JsonObject, warn: Warn): ConversionEvent {
  const { event_name: name, event_timestamp: stamp, user_pseudo_id: device } = record;
  const parameters = readGa4Parameters(record['event_params'], 'event_params');
  const draft = new Draft({ properties: parameters.values, prefix: 'event_params.', warn });
  putName(draft, name, 'event_name');
  draft.setTime(stamp, 'event_timestamp');
  draft.set('anonymousId', device, 'user_pseudo_id');
  draft.set('userId', record['user_id'], 'user_id');
  const ecommerce = readSideObject(record, 'ecommerce', 'ecommerce', warn);
  const transaction = parameters.values['transaction_id'] ?? ecommerce['transaction_id'];
  // No id of its own: the device's would be in it, which the log must not hold.
  const parts = [
    'ga4',
    device,
    String(stamp),
    name,
    record['event_bundle_sequence_id'],
    transaction,
  ];
  draft.setDerivedId([...parts, ...batchOf(record)]);
  putConsent(draft, record);
  putMoney(draft, record, parameters, name);
  draft.put('value', ecommerce['purchase_revenue'], 'ecommerce.purchase_revenue');
  draft.put('transaction_id', transaction, 'ecommerce.transaction_id');
  putGoods(draft, record['items'], 'items');
  putVisit(draft, record);
  putPage(draft);
  putCheckpoint(draft, record);
  putUser(draft, record['user_properties']);
  return draft.toEvent({ mayBeNobody: true });
}

function putName(draft: Draft, name: unknown, path: string): void {
  draft.set(
    'type',
    VISITS.includes(name) ? 'page' : name === 'screen_view' ? 'screen' : 'track',
    path,
  );
  draft.setName(name, path);
}

/** Batch fields that a row has: exports from before they existed keep the ids that they had. */
function batchOf(record: JsonObject): string[] {
  return BATCH_FIELDS.flatMap((name) => {
    const value = record[name];
    return typeof value === 'string' || typeof value === 'number' ? [`${name}=${value}`] : [];
  });
}

/**
 * Events that Google's SDK collects from the store by itself; nobody else can send their names
 * (https://support.google.com/analytics/answer/9234069, 2026-11-30).
 */
const STORE_EVENTS: readonly unknown[] = [
  'in_app_purchase',
  'app_store_refund',
  'app_store_subscription_cancel',
  'app_store_subscription_convert',
  'app_store_subscription_renew',
];

/**
 * Whole numbers of store events are micros of the currency
 * (docs/development/decisions/ga4-micros.md).
 */
function putMoney(
  draft: Draft,
  record: JsonObject,
  { values, integers }: Ga4Parameters,
  name: unknown,
): void {
  if (!STORE_EVENTS.includes(name)) return;
  const { event_value_in_usd: usd } = record;
  if (integers.has('value')) draft.replaceByMicros('value', values['value'], 'event_params.value');
  const hasMoney = draft.has('value') && draft.has('currency');
  if (hasMoney || usd === undefined || usd === null) return;
  draft.replace('value', usd, 'event_value_in_usd');
  draft.replace('currency', 'USD', 'event_value_in_usd');
}

/** Adds user_properties, which apply to every event and have the form of parameters. */
function putUser(draft: Draft, properties: unknown): void {
  if (!Array.isArray(properties) || properties.length === 0) return;
  draft.setTraits(readGa4Parameters(properties, 'user_properties').values, undefined);
}

function putGoods(draft: Draft, items: unknown, path: string): void {
  draft.putItem(items, { id: ['item_id'], name: ['item_name'] }, path);
  // Store events name the product in parameters.
  draft.put('item_id', draft.get('product_id'), 'event_params.product_id');
  draft.put('item_name', draft.get('product_name'), 'event_params.product_name');
}

/** Without analytics storage nothing may be measured; with it and advertising storage, reported. */
function putConsent(draft: Draft, record: JsonObject): void {
  const nested = readSideObject(record, 'privacy_info', 'privacy_info', draft.warn);
  // A flattened export names the column after the record and the field.
  const read = (name: string): Answer | undefined =>
    readAnswer(nested[name] ?? record[`privacy_info_${name}`] ?? record[`privacy_info.${name}`]);
  const [analytics, ads] = [read('analytics_storage'), read('ads_storage')];
  const says = `analytics_storage ${analytics ?? 'unset'}, ads_storage ${ads ?? 'unset'}`;
  draft.consent.state({ level: levelOfStorage(analytics, ads), says }, 'privacy_info');
  draft.consent.read(record, '');
}

function levelOfStorage(
  analytics: Answer | undefined,
  ads: Answer | undefined,
): ConsentLevel | 'unclear' {
  if (analytics === 'unclear' || (ads === 'unclear' && analytics !== 'denied')) return 'unclear';
  const isSaid = (answer: Answer | undefined): boolean =>
    answer !== undefined && answer !== 'unset';
  if (!isSaid(analytics) && !isSaid(ads)) return 'not_set';
  if (analytics !== 'granted') return 'none';
  return ads === 'granted' ? 'full' : 'anonymous';
}

/** `traffic_source` is the first visit's, perhaps years ago, and is not read. */
function putVisit(draft: Draft, record: JsonObject): void {
  const visit = readSideObject(
    record,
    'collected_traffic_source',
    'collected_traffic_source',
    draft.warn,
  );
  for (const [name, field] of [
    ['gclid', 'gclid'],
    ['dclid', 'dclid'],
    ['manual_source', 'utm_source'],
    ['manual_medium', 'utm_medium'],
    ['manual_campaign_name', 'utm_campaign'],
    ['manual_content', 'utm_content'],
    ['manual_term', 'utm_term'],
  ] as const) {
    draft.put(field, visit[name], `collected_traffic_source.${name}`);
  }
}

function putPage(draft: Draft): void {
  const page = draft.get('page_location');
  draft.putQuery(page, 'event_params.page_location');
  draft.put('page_url', page, 'event_params.page_location');
}

const PLATFORMS = new Map([
  ['WEB', 'website'],
  ['IOS', 'ios'],
  ['ANDROID', 'android'],
]);

function putCheckpoint(draft: Draft, record: JsonObject): void {
  const geo = readSideObject(record, 'geo', 'geo', draft.warn);
  const device = readSideObject(record, 'device', 'device', draft.warn);
  if (['1', 'true'].includes(String(draft.get('debug_mode'))))
    draft.set('test', true, 'event_params.debug_mode');
  draft.put('country', geo['country'], 'geo.country');
  // GA4's own source parameter is a medium's name, not a place.
  draft.drop('source');
  draft.put('source', PLATFORMS.get(String(record['platform']).toUpperCase()), 'platform');
  if (toFlag(device['is_limited_ad_tracking']) !== true) {
    draft.put('maid', device['advertising_id'], 'device.advertising_id');
  }
}
