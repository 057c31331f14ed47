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

/** Sources: docs/reference/pinterest.md. Kept apart from the client's tables on purpose. */
const EVENT_NAMES: ReadonlySet<unknown> = new Set(
  (
    'add_payment_info add_to_cart add_to_wishlist app_install app_open checkout contact custom ' +
    'customize_product find_location initiate_checkout lead page_visit schedule search signup ' +
    'start_trial submit_application subscribe view_category view_content watch_video'
  ).split(' '),
);
const SOURCES: ReadonlySet<unknown> = new Set(['app_android', 'app_ios', 'web', 'offline']);
const FIELDS = new Set(
  (
    'event_name action_source event_time event_id event_source_url opt_out partner_name ' +
    'user_data custom_data app_id app_name app_version device_brand device_carrier ' +
    'device_model device_type os_version wifi language'
  ).split(' '),
);
const HASHED = 'em ph ge db ln fn ct st zp country external_id hashed_maids'.split(' ');
const PLAIN = 'client_ip_address client_user_agent click_id partner_id'.split(' ');
const USER_FIELDS = new Set([...HASHED, ...PLAIN]);
const CUSTOM_FIELDS = new Set(
  (
    'currency value content_ids content_name content_category content_brand contents num_items ' +
    'order_id search_string opt_out_type np'
  ).split(' '),
);
const DAY_MS = 24 * 60 * 60 * 1000;
const TIME = { unitMs: 1000, windowMs: 7 * DAY_MS, aheadMs: 5 * 60 * 1000 };
const AMOUNT = /^\d+(?:\.\d+)?$/;
const CURRENCY = /^[A-Z]{3}$/;

/** What is wrong with one event, in words; empty where nothing is. */
export function checkPinterestEvent(event: unknown, nowMs: number): string[] {
  const problems: string[] = [];
  const report: Report = (field, message) => void problems.push(`${field} ${message}`);
  if (!isJsonObject(event)) return ['the event is not an object'];
  checkKnown(event, FIELDS, report);
  if (!EVENT_NAMES.has(event['event_name'])) report('event_name', 'is not a known event');
  if (!SOURCES.has(event['action_source'])) report('action_source', 'is not a known source');
  checkTime(event['event_time'], 'event_time', { ...TIME, nowMs }, report);
  if (typeof event['event_id'] !== 'string') report('event_id', 'is required');
  checkText(event, 'event_source_url', report);
  if (event['opt_out'] !== undefined && typeof event['opt_out'] !== 'boolean')
    report('opt_out', 'must be a boolean');
  checkUser(event['user_data'], report);
  checkCustomData(event['custom_data'], report);
  return problems;
}

function checkUser(user: unknown, report: Report): void {
  if (!isJsonObject(user)) return report('user_data', 'is required');
  checkKnown(user, USER_FIELDS, report, 'user_data.');
  for (const name of HASHED) {
    const value = user[name];
    if (value === undefined) continue;
    if (!Array.isArray(value)) report(`user_data.${name}`, 'must be a list');
    else checkHash(value, `user_data.${name}`, report);
  }
  for (const name of PLAIN) checkText(user, name, report, 'user_data.');
  const { client_ip_address: ip, client_user_agent: agent, click_id: click } = user;
  if (ip !== undefined && (typeof ip !== 'string' || isIP(ip) === 0))
    report('user_data.client_ip_address', 'is not valid');
  if (isRefusedClick(click)) report('user_data.click_id', 'is not valid');
  const isKnown = user['em'] !== undefined || user['hashed_maids'] !== undefined;
  if (!isKnown && (ip === undefined || agent === undefined))
    report('user_data', 'needs em, hashed_maids, or client_ip_address and client_user_agent');
}

function checkCustomData(custom: unknown, report: Report): void {
  const data: JsonObject = isJsonObject(custom) ? custom : {};
  checkKnown(data, CUSTOM_FIELDS, report, 'custom_data.');
  const { value, currency, num_items: items } = data;
  if (value !== undefined && !(typeof value === 'string' && AMOUNT.test(value)))
    report('custom_data.value', 'must be a string with an amount');
  if (currency !== undefined && !hasForm(currency, CURRENCY))
    report('custom_data.currency', 'must be an ISO 4217 code');
  if (items !== undefined && !(Number.isInteger(items) && (items as number) > 0))
    report('custom_data.num_items', 'must be a whole number');
}
