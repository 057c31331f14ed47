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

/** Sources: docs/reference/snapchat.md. Kept apart from the client's tables on purpose. */
const EVENT_NAMES: ReadonlySet<unknown> = new Set(
  (
    'PURCHASE SAVE START_CHECKOUT ADD_CART VIEW_CONTENT ADD_BILLING SIGN_UP SEARCH PAGE_VIEW ' +
    'SUBSCRIBE AD_CLICK AD_VIEW COMPLETE_TUTORIAL LEVEL_COMPLETE INVITE LOGIN SHARE RESERVE ' +
    'ACHIEVEMENT_UNLOCKED ADD_TO_WISHLIST SPENT_CREDITS RATE START_TRIAL LIST_VIEW APP_INSTALL ' +
    'APP_OPEN CUSTOM_EVENT_1 CUSTOM_EVENT_2 CUSTOM_EVENT_3 CUSTOM_EVENT_4 CUSTOM_EVENT_5'
  ).split(' '),
);
const SOURCES: ReadonlySet<unknown> = new Set(['WEB', 'MOBILE_APP', 'OFFLINE']);
const FIELDS = new Set(
  (
    'event_name event_time event_id action_source event_source_url app_data user_data ' +
    'custom_data data_processing_options integration'
  ).split(' '),
);
const HASHED = 'em ph fn ln ct st zp country external_id ge db'.split(' ');
const PLAIN = 'client_ip_address client_user_agent madid sc_click_id sc_cookie1 idfv'.split(' ');
const USER_FIELDS = new Set([...HASHED, ...PLAIN]);
const CUSTOM_FIELDS = new Set(
  'currency value order_id content_ids contents num_items search_string sign_up_method brands'.split(
    ' ',
  ),
);
const DAY_MS = 24 * 60 * 60 * 1000;
const TIME = { unitMs: 1000, windowMs: 37 * DAY_MS, aheadMs: 5 * 60 * 1000 };
const AMOUNT = /^\d+(?:\.\d+)?$/;
const CURRENCY = /^[A-Z]{3}$/;
const EXTINFO_LENGTH = 16;

/** What is wrong with one event, in words; empty where nothing is. */
export function checkSnapchatEvent(event: unknown, isApp: boolean, nowMs: number): string[] {
  const problems: string[] = [];
  const report: Report = (field, message) => void problems.push(`${field} ${message}`);
  if (!isJsonObject(event)) return ['data must be a list of events'];
  checkKnown(event, FIELDS, report);
  if (!EVENT_NAMES.has(event['event_name'])) report('event_name', 'is not a known event');
  checkTime(event['event_time'], 'event_time', { ...TIME, nowMs }, report);
  checkText(event, 'event_id', report);
  const source = event['action_source'];
  if (!SOURCES.has(source)) report('action_source', 'must be WEB, MOBILE_APP or OFFLINE');
  if ((source === 'MOBILE_APP') !== isApp) report('action_source', 'does not fit the asset');
  if (source === 'WEB' && typeof event['event_source_url'] !== 'string')
    report('event_source_url', 'is required');
  if (source === 'MOBILE_APP') checkApp(event['app_data'], report);
  checkUser(event['user_data'], report);
  checkMoney(event, report);
  return problems;
}

function checkApp(app: unknown, report: Report): void {
  const extinfo = isJsonObject(app) ? app['extinfo'] : undefined;
  const isWhole = Array.isArray(extinfo) && extinfo.length === EXTINFO_LENGTH;
  if (!isWhole || !hasForm(extinfo[0], /^[ai]2$/))
    report('app_data.extinfo', `must have ${EXTINFO_LENGTH} values, the first a2 or i2`);
}

function checkUser(user: unknown, report: Report): void {
  if (!isJsonObject(user)) return report('user_data', 'is required');
  checkKnown(user, USER_FIELDS, report, 'user_data.');
  for (const name of HASHED)
    if (user[name] !== undefined) checkHash(user[name], `user_data.${name}`, report);
  for (const name of PLAIN) checkText(user, name, report, 'user_data.');
  const { client_ip_address: ip, client_user_agent: agent, sc_click_id: click } = user;
  if (ip !== undefined && (typeof ip !== 'string' || isIP(ip) === 0))
    report('user_data.client_ip_address', 'is invalid');
  if (isRefusedClick(click)) report('user_data.sc_click_id', 'is not valid');
  const isKnown = [user['em'], user['ph'], user['madid']].some((value) => value !== undefined);
  if (!isKnown && (ip === undefined || agent === undefined)) report('user_data', 'is insufficient');
}

function checkMoney(event: JsonObject, report: Report): void {
  const custom = event['custom_data'];
  const data = isJsonObject(custom) ? custom : {};
  checkKnown(data, CUSTOM_FIELDS, report, 'custom_data.');
  const { value, currency } = data;
  if (value !== undefined && !hasForm(value, AMOUNT))
    report('custom_data.value', 'must be an amount');
  if (currency !== undefined && !hasForm(currency, CURRENCY))
    report('custom_data.currency', 'must be an ISO 4217 code');
  const isPriced = value !== undefined && currency !== undefined;
  if (event['event_name'] === 'PURCHASE' && !isPriced)
    report('custom_data', 'must have price and currency');
}
