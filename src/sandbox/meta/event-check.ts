import { isJsonObject, type JsonObject } from '../../json.js';
import { checkUserData, isTooBroad } from './user-data-check.js';

/** Why an event, and with it its whole request, is refused. */
export interface Refusal {
  subcode: number;
  title: string;
  words: string;
}

const ACTION_SOURCES = [
  'email',
  'website',
  'app',
  'phone_call',
  'chat',
  'physical_store',
  'system_generated',
  'business_messaging',
  'other',
];
const FIELDS = new Set([
  'event_name',
  'event_time',
  'event_id',
  'action_source',
  'event_source_url',
  'referrer_url',
  'opt_out',
  'user_data',
  'custom_data',
  'app_data',
  'data_processing_options',
  'data_processing_options_country',
  'data_processing_options_state',
]);
const MAX_NAME_LENGTH = 50;
const DAY_S = 24 * 60 * 60;
const WINDOW_S = 7 * DAY_S;
const STORE_WINDOW_S = 62 * DAY_S;
/**
 * Seconds. Not documented: the bound of
 * https://github.com/rudderlabs/rudder-transformer/tree/c98d160c (`facebook_conversions`,
 * 2026-11-30).
 */
const AHEAD_S = 60;
const HTTP_URL = /^https?:\/\/\S+$/;
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
/**
 * Codes of ISO 4217 that are not currencies: units of account, and codes for tests and for "no
 * currency". The sandbox rejects them.
 */
const NO_MONEY: readonly unknown[] = ['XDR', 'XSU', 'XUA', 'XTS', 'XXX'];

/**
 * What is wrong with an event, the first thing only, as Meta tells it. The rules are those of
 * https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/server-event and
 * `custom-data` there (2026-11-30), and times those of `using-the-api`. Which subcode goes with
 * which fault is public for 2804003 (too old), 2804009 (a Purchase without money) and 2804050 (too
 * broad); the others are of the family, and the sandbox's own choice.
 */
export function checkMetaEvent(event: unknown, nowMs: number): Refusal | undefined {
  if (!isJsonObject(event))
    return refuse(2_804_001, 'Event is not an object', 'Every event is an object.');
  const unknown = Object.keys(event).find((name) => !FIELDS.has(name));
  if (unknown !== undefined)
    return refuse(2_804_001, 'Unknown Parameter', `${unknown} is not a known field.`);
  return (
    checkName(event) ??
    checkTime(event, nowMs / 1000) ??
    checkSource(event) ??
    checkPerson(event) ??
    checkCustomData(event) ??
    checkOptions(event)
  );
}

function checkName({ event_name: name, event_id: id }: JsonObject): Refusal | undefined {
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME_LENGTH) {
    return refuse(
      2_804_001,
      'Event Name Is Invalid',
      'event_name is a text of 1 to 50 characters.',
    );
  }
  if (id === undefined || (typeof id === 'string' && id !== '')) return undefined;
  return refuse(2_804_001, 'Event Id Is Invalid', 'event_id is a text.');
}

function checkTime(
  { event_time: time, action_source: source }: JsonObject,
  nowS: number,
): Refusal | undefined {
  if (typeof time !== 'number' || !Number.isInteger(time)) {
    return refuse(
      2_804_007,
      'Event Timestamp Is Invalid',
      'event_time is a Unix timestamp in whole seconds.',
    );
  }
  const isFromStore = source === 'physical_store';
  if (nowS - time > (isFromStore ? STORE_WINDOW_S : WINDOW_S)) {
    const days = (isFromStore ? STORE_WINDOW_S : WINDOW_S) / DAY_S;
    return refuse(
      2_804_003,
      'Event Timestamp Too Old',
      `The timestamp for this event is more than ${days} days old.`,
    );
  }
  if (time - nowS <= AHEAD_S) return undefined;
  return refuse(
    2_804_007,
    'Event Timestamp In The Future',
    'The timestamp for this event is in the future.',
  );
}

function checkSource(event: JsonObject): Refusal | undefined {
  const { action_source: source, event_source_url: url, app_data: app, user_data: user } = event;
  if (!ACTION_SOURCES.includes(source as string)) {
    return refuse(
      2_804_016,
      'Action Source Is Invalid',
      `action_source is one of ${ACTION_SOURCES.join(', ')}.`,
    );
  }
  if (url !== undefined && (typeof url !== 'string' || !HTTP_URL.test(url))) {
    return refuse(
      2_804_019,
      'Event Source Url Is Invalid',
      'event_source_url begins with http:// or https://.',
    );
  }
  const { referrer_url: referrer } = event;
  if (referrer !== undefined && (typeof referrer !== 'string' || !HTTP_URL.test(referrer))) {
    return refuse(
      2_804_019,
      'Referrer Url Is Invalid',
      'referrer_url begins with http:// or https://.',
    );
  }
  if (source === 'app' && !isJsonObject(app)) {
    return refuse(
      2_804_017,
      'App Data Is Missing',
      'Events of the action source app need app_data with extinfo.',
    );
  }
  const hasAgent = isJsonObject(user) && user['client_user_agent'] !== undefined;
  if (source !== 'website' || (url !== undefined && hasAgent)) return undefined;
  const words = 'Events of the action source website need client_user_agent and event_source_url.';
  return refuse(2_804_019, 'Website Parameters Are Missing', words);
}

function checkPerson({ user_data: user }: JsonObject): Refusal | undefined {
  if (!isJsonObject(user))
    return refuse(2_804_016, 'User Data Is Missing', 'user_data is an object.');
  const wrong = checkUserData(user);
  if (wrong !== undefined) return refuse(2_804_016, 'User Data Is Invalid', `${wrong}.`);
  if (!isTooBroad(user)) return undefined;
  return refuse(
    2_804_050,
    "You Haven't Added Sufficient Customer Information Parameter Data For This Event",
    'This event has no customer information parameters, or a combination of them that is too ' +
      'broad for matching.',
  );
}

function checkCustomData({
  event_name: name,
  custom_data: custom = {},
}: JsonObject): Refusal | undefined {
  if (!isJsonObject(custom))
    return refuse(2_804_017, 'Custom Data Is Invalid', 'custom_data is an object.');
  const { value, currency } = custom;
  const isAmount = typeof value === 'number' && value >= 0;
  const isCode =
    typeof currency === 'string' &&
    CURRENCIES.has(currency.toUpperCase()) &&
    !NO_MONEY.includes(currency);
  if (value !== undefined && !isAmount)
    return refuse(2_804_017, 'Value Is Invalid', 'value is a number from 0.');
  if (currency !== undefined && !isCode)
    return refuse(
      2_804_017,
      'Currency Is Invalid',
      `${JSON.stringify(currency)} is not an ISO 4217 currency.`,
    );
  if (name !== 'Purchase' || (isAmount && isCode)) return undefined;
  const words = 'Purchase events need the parameters value and currency in custom_data.';
  return refuse(2_804_009, 'Missing Value Or Currency For Purchase Event', words);
}

function checkOptions(event: JsonObject): Refusal | undefined {
  const { data_processing_options: options, opt_out: optOut } = event;
  if (optOut !== undefined && typeof optOut !== 'boolean') {
    return refuse(2_804_048, 'Opt Out Is Invalid', 'opt_out is true or false.');
  }
  if (options === undefined) return undefined;
  const isList =
    Array.isArray(options) && options.every((option) => option === 'LDU') && options.length <= 1;
  const isLimited = isList && options.length === 1;
  const codes = [event['data_processing_options_country'], event['data_processing_options_state']];
  if (isList && (!isLimited || codes.every(Number.isInteger))) return undefined;
  const words = 'data_processing_options is [] or ["LDU"], with country and state as numbers.';
  return refuse(2_804_048, 'Data Processing Options Are Invalid', words);
}

function refuse(subcode: number, title: string, words: string): Refusal {
  return { subcode, title, words };
}
