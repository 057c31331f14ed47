import { isIP } from 'node:net';

import type { JsonObject } from '../../json.js';
import type { ClickField, ConsentLevel, ConversionEvent } from '../conversion-event.js';
import { levelOfScopes } from '../consent-words.js';
import { Draft } from '../draft.js';
import { isPresent } from '../field-values.js';
import { mendDateTime } from '../epoch.js';
import { readSnowplowParts, type SnowplowPart } from './snowplow-parts.js';
import type { Warn } from '../warnings.js';

/** Tracker events of visits. */
const TYPES = new Map<unknown, string>([
  ['page_view', 'page'],
  ['page_ping', 'page'],
  ['screen_view', 'screen'],
]);

/** Networks as `mkt_network` names them, which Snowplow fills from the click parameter. */
const CLICK_NETWORKS = new Map<string, ClickField>([
  ['google', 'gclid'],
  ['doubleclick', 'dclid'],
  ['microsoft', 'msclkid'],
  ['facebook', 'fbclid'],
  ['meta', 'fbclid'],
  ['tiktok', 'ttclid'],
  ['reddit', 'rdt_cid'],
  ['twitter', 'twclid'],
  ['x', 'twclid'],
  ['linkedin', 'li_fat_id'],
  ['amazon', 'aref'],
]);

/** Reads one Snowplow enriched event in JSON (event-formats.md section 4). @throws FieldProblem */
export function readSnowplow(record: JsonObject, warn: Warn): ConversionEvent {
  const { payload, contexts } = readSnowplowParts(record);
  const draft = new Draft({ properties: payload?.data ?? {}, prefix: payload ? `${payload.path}.` : '', warn });
  const isStruct = record['event'] === 'struct';
  const kind = TYPES.get(record['event_name']) ?? TYPES.get(record['event']) ?? 'track';
  draft.set('type', kind, 'event');
  draft.set('messageId', record['event_id'], 'event_id');
  for (const name of ['derived_tstamp', 'collector_tstamp', 'dvce_created_tstamp']) {
    draft.set('eventTimestamp', mendDateTime(record[name]), name);
  }
  if (isStruct) draft.setName(record['se_action'], 'se_action');
  for (const name of ['event_name', 'event']) draft.setName(record[name], name);
  draft.set('userId', record['user_id'], 'user_id');
  for (const name of ['domain_userid', 'network_userid']) draft.set('anonymousId', record[name], name);
  draft.set('consentLevel', levelOf(payload ? [payload, ...contexts] : contexts), 'contexts');
  putMoney(draft, record, payload?.data ?? {}, payload?.path ?? '');
  putPlace(draft, record, contexts);
  putClick(draft, record);
  return draft.toEvent({ mayBeNobody: true });
}

function putMoney(draft: Draft, record: JsonObject, payload: JsonObject, path: string): void {
  draft.replace('value', payload['revenue'], `${path}.revenue`);
  for (const name of ['total', 'total_amount', 'amount']) draft.put('value', payload[name], `${path}.${name}`);
  for (const name of ['order_id', 'orderId', 'transactionId']) {
    draft.put('transaction_id', payload[name], `${path}.${name}`);
  }
  draft.put('value', record['tr_total'], 'tr_total');
  draft.put('currency', record['tr_currency'], 'tr_currency');
  draft.put('transaction_id', record['tr_orderid'], 'tr_orderid');
  draft.put('value', record['se_value'], 'se_value');
  for (const name of ['se_category', 'se_label', 'se_property']) draft.put(name, record[name], name);
}

const PLATFORMS = new Map<unknown, string>([
  ['web', 'website'],
  ['mob', 'app'],
  ['app', 'app'],
]);

function putPlace(draft: Draft, record: JsonObject, contexts: readonly SnowplowPart[]): void {
  for (const name of ['tr_country', 'geo_country']) draft.put('country', record[name], name);
  const { user_ipaddress: ip } = record;
  // Pipelines often hash or cut the address, which is then none.
  if (typeof ip === 'string' && isIP(ip) !== 0) draft.put('ip', ip, 'user_ipaddress');
  draft.put('user_agent', record['useragent'], 'useragent');
  draft.put('source', PLATFORMS.get(record['platform']), 'platform');
  draft.put('page_url', record['page_url'], 'page_url');
  for (const { name, data, path } of contexts) {
    if (!name.endsWith('mobile_context')) continue;
    for (const id of ['appleIdfa', 'androidIdfa']) draft.put('maid', data[id], `${path}.${id}`);
  }
}

function putClick(draft: Draft, record: JsonObject): void {
  const { mkt_clickid: id, mkt_network: network } = record;
  const field = typeof network === 'string' ? CLICK_NETWORKS.get(network.toLowerCase()) : undefined;
  if (field !== undefined) draft.put(field, id, 'mkt_clickid');
  else if (isPresent(id)) {
    const message = 'names no network that is known (mkt_network); the click id is not used';
    draft.warn({ code: 'unusable_field', field: 'mkt_clickid', message });
  }
  for (const name of ['source', 'medium', 'campaign', 'content', 'term'] as const) {
    draft.put(`utm_${name}`, record[`mkt_${name}`], `mkt_${name}`);
  }
  draft.putQuery(`?${typeof record['page_urlquery'] === 'string' ? record['page_urlquery'] : ''}`, 'page_urlquery');
  draft.putQuery(record['page_url'], 'page_url');
}

/** What a consent entity or event says: its scopes, unless everything was refused. */
function levelOf(parts: readonly SnowplowPart[]): ConsentLevel {
  for (const { name, data } of parts) {
    if (!name.endsWith('consent_preferences')) continue;
    const { event_type: answer, consent_scopes: scopes } = data;
    if (['deny_all', 'withdrawn', 'expired'].includes(String(answer))) return 'none';
    if (answer === 'pending' || !Array.isArray(scopes)) return answer === 'allow_all' ? 'full' : 'not_set';
    return levelOfScopes(scopes.filter((scope) => typeof scope === 'string'));
  }
  return 'not_set';
}
