import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import type { ConversionEvent } from '../conversion-event.js';
import { levelOfStorage } from '../consent-words.js';
import { Draft } from '../draft.js';
import { readEpoch } from '../epoch.js';
import { isPresent, wrongType } from '../field-values.js';
import { readObject } from '../field-values.js';
import type { Warn } from '../warnings.js';

/** Events that GA4 collects of visits: they bring clicks, and are no conversions. */
const VISITS: readonly unknown[] = ['page_view', 'session_start', 'first_visit', 'user_engagement', 'scroll'];

/** Reads one row of GA4's BigQuery export (event-formats.md section 5a). @throws FieldProblem */
export function readGa4(record: JsonObject, warn: Warn): ConversionEvent {
  const parameters = readParameters(record['event_params']);
  const draft = new Draft({ properties: parameters, prefix: 'event_params.', warn });
  const name = record['event_name'];
  draft.set('type', VISITS.includes(name) ? 'page' : name === 'screen_view' ? 'screen' : 'track', 'event_name');
  draft.setName(name, 'event_name');
  const { event_timestamp: stamp, user_pseudo_id: device } = record;
  draft.set('eventTimestamp', readEpoch(stamp, 'microseconds', 'event_timestamp'), 'event_timestamp');
  draft.set('anonymousId', device, 'user_pseudo_id');
  draft.set('userId', record['user_id'], 'user_id');
  const ecommerce = readObject(record, 'ecommerce', 'ecommerce');
  const transaction = parameters['transaction_id'] ?? ecommerce['transaction_id'];
  // No id of its own: the device's would be in it, which the log must not hold.
  draft.setDerivedId(['ga4', device, String(stamp), name, record['event_bundle_sequence_id'], transaction]);
  const { analytics_storage, ads_storage } = readObject(record, 'privacy_info', 'privacy_info');
  draft.set('consentLevel', levelOfStorage(readYes(analytics_storage), readYes(ads_storage)), 'privacy_info');
  if (['1', 'true'].includes(String(parameters['debug_mode']))) draft.set('test', true, 'event_params.debug_mode');
  draft.put('value', ecommerce['purchase_revenue'], 'ecommerce.purchase_revenue');
  draft.put('transaction_id', transaction, 'ecommerce.transaction_id');
  draft.putItem(record['items'], { id: ['item_id'], name: ['item_name'] }, 'items');
  putClick(draft, record, parameters);
  putPlace(draft, record);
  return draft.toEvent({ mayBeNobody: true });
}

/** `event_params` as an object. Values are in one of four fields by their type; 64-bit integers come as text. */
function readParameters(list: unknown): JsonObject {
  if (!isPresent(list)) return {};
  if (!Array.isArray(list)) throw wrongType('event_params', 'an array of {key, value}', list);
  const parameters: JsonObject = {};
  for (const item of list as unknown[]) {
    if (!isJsonObject(item) || typeof item['key'] !== 'string' || !isJsonObject(item['value'])) continue;
    const { string_value, int_value, double_value, float_value } = item['value'];
    const value = [string_value, int_value, double_value, float_value].find((found) => isPresent(found));
    if (value !== undefined) parameters[item['key']] = value;
  }
  return parameters;
}

function readYes(value: unknown): boolean | undefined {
  if (value === 'Yes' || value === true) return true;
  return value === 'No' || value === false ? false : undefined;
}

/** `traffic_source` is the first visit's, perhaps years ago, and is not read. */
function putClick(draft: Draft, record: JsonObject, parameters: JsonObject): void {
  const visit = readObject(record, 'collected_traffic_source', 'collected_traffic_source');
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
  draft.putQuery(parameters['page_location'], 'event_params.page_location');
  draft.put('page_url', parameters['page_location'], 'event_params.page_location');
}

const PLATFORMS = new Map([
  ['WEB', 'website'],
  ['IOS', 'ios'],
  ['ANDROID', 'android'],
]);

function putPlace(draft: Draft, record: JsonObject): void {
  const geo = readObject(record, 'geo', 'geo');
  const device = readObject(record, 'device', 'device');
  draft.put('country', geo['country'], 'geo.country');
  // GA4's own source parameter is a medium's name, not a place.
  draft.drop('source');
  draft.put('source', PLATFORMS.get(String(record['platform']).toUpperCase()), 'platform');
  if (readYes(device['is_limited_ad_tracking']) !== true) {
    draft.put('maid', device['advertising_id'], 'device.advertising_id');
  }
}
