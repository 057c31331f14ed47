import { isIP } from 'node:net';
import { isJsonObject, type JsonObject } from '../../json.js';
import {
  checkHash,
  checkKnown,
  checkText,
  checkTime,
  hasForm,
  isRefusedClick,
  type Report,
} from '../field-check.js';

/** Sources: docs/reference/applovin.md. Kept apart from the client's tables on purpose. */
const EVENT_NAMES: ReadonlySet<unknown> = new Set(
  (
    'page_view view_item view_cart add_to_cart remove_from_cart begin_checkout add_payment_info ' +
    'purchase generate_lead login sign_up search subscribe app_open'
  ).split(' '),
);
const WITH_ITEMS: ReadonlySet<unknown> = new Set(
  'view_item view_cart add_to_cart remove_from_cart begin_checkout purchase'.split(' '),
);
const FIELDS = new Set('name event_time event_source_url dedupe_id data user_data'.split(' '));
const USER_FIELDS = new Set(
  (
    'alart aleid axwrt client_id user_id email phone client_ip_address client_user_agent esi ' +
    'country_code zip os sid ifa idfv'
  ).split(' '),
);
const DATA_FIELDS = new Set(
  'currency value transaction_id items shipping tax payment_type method search_term results'.split(
    ' ',
  ),
);
const ITEM_FIELDS = new Set(
  (
    'item_id item_name price quantity image_url item_category_id item_variant_id affiliation ' +
    'discount item_brand'
  ).split(' '),
);
const IDENTIFIERS = 'alart aleid axwrt client_id user_id email phone'.split(' ');
const DAY_MS = 24 * 60 * 60 * 1000;
const TIME = { unitMs: 1, windowMs: 7 * DAY_MS, aheadMs: 5 * 60 * 1000 };
const CURRENCY = /^[A-Z]{3}$/;

/** What is wrong with one event, in words; empty where nothing is. */
export function checkAppLovinEvent(event: unknown, nowMs: number): string[] {
  const problems: string[] = [];
  const report: Report = (field, message) => void problems.push(`${field} ${message}`);
  if (!isJsonObject(event)) return ['the event is not an object'];
  checkKnown(event, FIELDS, report);
  if (!EVENT_NAMES.has(event['name'])) report('name', 'is not a known event');
  checkTime(event['event_time'], 'event_time', { ...TIME, nowMs }, report);
  if (!hasForm(event['event_source_url'], /^https?:\/\/./))
    report('event_source_url', 'is required');
  checkText(event, 'dedupe_id', report);
  checkUser(event['user_data'], report);
  checkData(event, report);
  return problems;
}

function checkUser(user: unknown, report: Report): void {
  if (!isJsonObject(user)) return report('user_data', 'is required');
  checkKnown(user, USER_FIELDS, report, 'user_data.');
  for (const name of USER_FIELDS) checkText(user, name, report, 'user_data.');
  for (const name of ['email', 'phone'])
    if (user[name] !== undefined) checkHash(user[name], `user_data.${name}`, report);
  const { client_ip_address: ip, client_user_agent: agent, esi, alart } = user;
  if (typeof ip !== 'string' || isIP(ip) === 0)
    report('user_data.client_ip_address', 'is required');
  if (agent === undefined) report('user_data.client_user_agent', 'is required');
  if (esi !== 'web' && esi !== 'app') report('user_data.esi', 'must be web or app');
  if (IDENTIFIERS.every((name) => user[name] === undefined)) report('user_data', 'names nobody');
  if (isRefusedClick(alart)) report('user_data.alart', 'is not valid');
}

function checkData(event: JsonObject, report: Report): void {
  const { name, data } = event;
  if (name === 'page_view' || name === 'app_open') {
    if (data !== null) report('data', 'must be null');
    return;
  }
  if (!isJsonObject(data)) return report('data', 'is required');
  checkKnown(data, DATA_FIELDS, report, 'data.');
  const { value, currency, transaction_id: order, items } = data;
  const needsMoney = name === 'purchase' || name === 'begin_checkout' || name === 'generate_lead';
  if (value !== undefined ? !(typeof value === 'number' && value >= 0) : needsMoney)
    report('data.value', 'must be a number of at least 0');
  if (currency !== undefined ? !hasForm(currency, CURRENCY) : needsMoney)
    report('data.currency', 'must be an ISO 4217 code');
  if (name === 'purchase' && typeof order !== 'string')
    report('data.transaction_id', 'is required');
  if (WITH_ITEMS.has(name)) checkItems(items, name === 'purchase', report);
}

function checkItems(items: unknown, isCounted: boolean, report: Report): void {
  const list: unknown[] = Array.isArray(items) ? items : [];
  if (list.length === 0) report('data.items', 'is required');
  for (const item of list) {
    if (!isJsonObject(item)) report('data.items', 'must be a list of objects');
    else {
      checkKnown(item, ITEM_FIELDS, report, 'data.items.');
      if (typeof item['item_id'] !== 'string') report('data.items.item_id', 'is required');
      if (isCounted && !Number.isInteger(item['quantity']))
        report('data.items.quantity', 'is required');
    }
  }
}
