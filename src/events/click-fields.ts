import type { JsonObject } from '../json.js';
import type { Click, ConsentSignals } from './conversion-event.js';
import { CLICK_FIELDS } from './conversion-event.js';
import { FieldProblem } from './field-problem.js';
import { quote, readBoolean, readText } from './field-values.js';
import { parseTimestamp } from './timestamp.js';

const MAX_CLICK_LENGTH = 8192;

/** The click ids and UTM fields of `properties`. @throws FieldProblem for a wrong type. */
export function readClick(properties: JsonObject, path: string): Click {
  const click: Click = { fields: {} };
  for (const field of CLICK_FIELDS) {
    // Most lines carry one or two of the many: look before reading.
    if (properties[field] === undefined) continue;
    const text = readText(properties, field, path + field, MAX_CLICK_LENGTH)?.trim();
    if (text) click.fields[field] = text;
  }
  const timeMs = readClickTime(properties, `${path}click_time`);
  if (timeMs !== undefined) click.timeMs = timeMs;
  return click;
}

function readClickTime(properties: JsonObject, path: string): number | undefined {
  const value = properties['click_time'];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  const timeMs = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (timeMs === undefined) {
    const found = typeof value === 'string' ? quote(value) : typeof value;
    throw new FieldProblem(
      'invalid_format',
      path,
      `is ${found}; expected an RFC 3339 date-time or milliseconds since 1970`,
    );
  }
  return timeMs;
}

const SIGNALS = {
  tcf: 'tcf',
  gpp: 'gpp',
  gpp_sid: 'gppSid',
  amzn_user_data: 'amznUserData',
  amzn_ad_storage: 'amznAdStorage',
  ad_user_data: 'adUserData',
  ad_personalization: 'adPersonalization',
} as const;

/** The consent signals of `properties` beyond the level. @throws FieldProblem for a wrong type. */
export function readConsentSignals(properties: JsonObject, path: string): ConsentSignals {
  const signals: ConsentSignals = {};
  for (const name of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) {
    if (properties[name] === undefined) continue;
    const text = readText(properties, name, path + name, MAX_CLICK_LENGTH);
    if (text !== undefined) signals[SIGNALS[name]] = text;
  }
  const limited = readBoolean(properties, 'limited_data_use', `${path}limited_data_use`);
  if (limited !== undefined) signals.limitedDataUse = limited;
  return signals;
}
