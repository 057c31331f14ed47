import { isIP } from 'node:net';

import type { JsonObject } from '../../json.js';
import { PROFILES } from '../../networks/profiles.js';
import { stateScopes } from '../consent-collector.js';
import { readAnswer } from '../consent-words.js';
import type { ClickField, ConversionEvent } from '../conversion-event.js';
import { Draft } from '../draft.js';
import { isPresent } from '../field-values.js';
import { putEcommerce, readEcommerceAction } from './snowplow-ecommerce.js';
import {
  findField,
  readSnowplowParts,
  type SnowplowPart,
  type SnowplowParts,
} from './snowplow-parts.js';
import type { Warn } from '../warnings.js';

/** Tracker events of visits. */
const TYPES = new Map<unknown, string>([
  ['page_view', 'page'],
  ['page_ping', 'page'],
  ['screen_view', 'screen'],
]);

/** Networks as `mkt_network` names them, which Snowplow fills from the click parameter. */
const CLICK_NETWORKS: ReadonlyMap<string, ClickField> = new Map([
  ['microsoft', 'msclkid'],
  ['linkedin', 'li_fat_id'],
  ...PROFILES.flatMap(({ name, clickIds, snowplowNames = {} }) =>
    Object.entries({ [name]: clickIds[0], ...snowplowNames }),
  ),
] as [string, ClickField][]);

/**
 * Reads one Snowplow enriched event in JSON (docs/reference/formats.md#snowplow).
 * @throws FieldProblem
 */
export function readSnowplow(given: JsonObject, warn: Warn): ConversionEvent {
  const record = inLowerCase(given);
  const parts = readSnowplowParts(record);
  const { payload = NO_PAYLOAD, contexts } = parts;
  const prefix = payload.path && `${payload.path}.`;
  const draft = new Draft({ properties: payload.data, prefix, warn, zoneless: 'utc' });
  const kind = TYPES.get(record['event_name']) ?? TYPES.get(record['event']) ?? 'track';
  draft.set('type', kind, 'event');
  draft.set('messageId', record['event_id'], 'event_id');
  draft.setDerivedId(['snowplow', record], 'event_id');
  for (const name of ['derived_tstamp', 'collector_tstamp', 'dvce_created_tstamp']) {
    draft.setTime(record[name], name);
  }
  draft.set('userId', record['user_id'], 'user_id');
  putName(draft, record, parts);
  for (const name of ['domain_userid', 'network_userid'])
    draft.set('anonymousId', record[name], name);
  putConsent(draft, parts);
  putMoney(draft, record, payload);
  putCheckpoint(draft, record, contexts);
  putClick(draft, record);
  return draft.toEvent({ mayBeNobody: true });
}

const NO_PAYLOAD: SnowplowPart = { name: '', data: {}, path: '' };

function putName(draft: Draft, record: JsonObject, parts: SnowplowParts): void {
  const action = readEcommerceAction(parts);
  if (action) {
    draft.setName(action.type, action.path);
    putEcommerce(draft, parts.contexts);
  }
  if (record['event'] === 'struct') draft.setName(record['se_action'], 'se_action');
  for (const name of ['event_name', 'event']) draft.setName(record[name], name);
}

/** Snowflake unloads its columns in capitals. */
function inLowerCase(record: JsonObject): JsonObject {
  if (!isPresent(record['COLLECTOR_TSTAMP'])) return record;
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]),
  );
}

function putMoney(draft: Draft, record: JsonObject, { data, path }: SnowplowPart): void {
  draft.replace('value', data['revenue'], `${path}.revenue`);
  for (const [property, names] of PAYLOAD_NAMES) {
    for (const name of names) {
      if (draft.has(property)) break;
      const found = findField(data, name);
      if (found) draft.put(property, found.value, `${path}.${found.key}`);
    }
  }
  draft.put('value', record['tr_total'], 'tr_total');
  draft.put('currency', record['tr_currency'], 'tr_currency');
  draft.put('transaction_id', record['tr_orderid'], 'tr_orderid');
  draft.put('value', record['se_value'], 'se_value');
  for (const name of ['se_category', 'se_label', 'se_property'])
    draft.put(name, record[name], name);
}

/** Names of money and goods in payloads of people's own schemas, under any loader's spelling. */
const PAYLOAD_NAMES = [
  ['value', ['value', 'revenue', 'total', 'total_amount', 'amount']],
  ['currency', ['currency', 'currency_code']],
  ['transaction_id', ['transaction_id', 'order_id']],
  ['item_id', ['item_id', 'product_id', 'sku']],
  ['item_name', ['item_name', 'product_name']],
  ['quantity', ['quantity']],
] as const;

const PLATFORMS = new Map<unknown, string>([
  ['web', 'website'],
  ['mob', 'app'],
  ['app', 'app'],
]);

function putCheckpoint(draft: Draft, record: JsonObject, contexts: readonly SnowplowPart[]): void {
  for (const name of ['tr_country', 'geo_country']) draft.put('country', record[name], name);
  const { user_ipaddress: ip } = record;
  // Pipelines often hash or cut the address, which is then none.
  if (typeof ip === 'string' && isIP(ip) !== 0) draft.put('ip', ip, 'user_ipaddress');
  draft.put('user_agent', record['useragent'], 'useragent');
  draft.put('source', PLATFORMS.get(record['platform']), 'platform');
  draft.put('page_url', record['page_url'], 'page_url');
  draft.put('page_referrer', record['page_referrer'], 'page_referrer');
  for (const { name, data, path } of contexts) {
    if (!name.endsWith('mobile_context')) continue;
    for (const name of ['apple_idfa', 'android_idfa']) {
      const found = findField(data, name);
      if (found) draft.put('maid', found.value, `${path}.${found.key}`);
    }
  }
}

function putClick(draft: Draft, record: JsonObject): void {
  const { mkt_clickid: id, mkt_network: network } = record;
  const field = typeof network === 'string' ? CLICK_NETWORKS.get(network.toLowerCase()) : undefined;
  if (field !== undefined) draft.put(field, id, 'mkt_clickid');
  else if (isPresent(id)) {
    const message = 'does not name a known network (mkt_network); the click id is not used';
    draft.warn({ code: 'unusable_field', field: 'mkt_clickid', message });
  }
  for (const name of ['source', 'medium', 'campaign', 'content', 'term'] as const) {
    draft.put(`utm_${name}`, record[`mkt_${name}`], `mkt_${name}`);
  }
  draft.putQuery(
    `?${typeof record['page_urlquery'] === 'string' ? record['page_urlquery'] : ''}`,
    'page_urlquery',
  );
  draft.putQuery(record['page_url'], 'page_url');
}

/** Consent entities and events: what was answered, and its scopes unless everything was refused. */
function putConsent({ consent }: Draft, { payload, contexts }: SnowplowParts): void {
  for (const part of payload ? [payload, ...contexts] : contexts) {
    const { name, data, path } = part;
    if (name.endsWith('consent_withdrawn')) {
      const isAll = readAnswer(data['all']) === 'granted';
      consent.state(
        {
          level: isAll ? 'none' : 'unclear',
          says: isAll ? 'all withdrawn' : 'one consent withdrawn',
        },
        path,
      );
    } else if (name.endsWith('consent_preferences')) {
      putPreferences(consent, data, path);
    } else if (part !== payload) {
      // The payload is the event's properties, which are read with it.
      consent.read(data, `${path}.`);
    }
  }
}

function putPreferences(consent: Draft['consent'], data: JsonObject, path: string): void {
  const answer = data['event_type'] ?? data['eventType'];
  const scopes = data['consent_scopes'] ?? data['consentScopes'];
  const says = `event_type ${String(answer).slice(0, 40)}`;
  if (['deny_all', 'withdrawn', 'expired'].includes(String(answer)))
    consent.state({ level: 'none', says }, path);
  else if (answer !== 'pending' && Array.isArray(scopes))
    stateScopes(consent, scopes as unknown[], path);
  else if (answer === 'allow_all') consent.state({ level: 'full', says }, path);
}
