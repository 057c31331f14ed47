import type { JsonObject } from '../json.js';
import { CLICK_RULES, CLICK_TIME, CONSENT_FIELDS } from './audience-fields.js';
import type { Click, ClickField, ConsentSignals } from './conversion-event.js';
import { readSide } from './field-rules.js';
import { CLICK_BIT, CLICK_ID_FIELDS, CONSENT_BIT, type Presence, UTM_BIT, UTM_FIELDS } from './presence.js';
import type { Warn } from './warnings.js';

/** Reads the click ids and UTM fields of `properties`; what cannot be used is left out with a warning. */
export function readClick(properties: JsonObject, present: Presence, warn: Warn): Click {
  const click: Click = { fields: {} };
  if ((present & UTM_BIT) !== 0) readInto(click, UTM_FIELDS, properties, warn);
  if ((present & CLICK_BIT) === 0) return click;
  readInto(click, CLICK_ID_FIELDS, properties, warn);
  const timeMs = readSide(CLICK_TIME, properties, warn);
  if (timeMs !== undefined) click.timeMs = timeMs;
  return click;
}

function readInto({ fields }: Click, names: readonly ClickField[], properties: JsonObject, warn: Warn): void {
  for (const name of names) {
    // Most lines carry one or two of the many: look before reading.
    if (properties[name] === undefined) continue;
    const text = readSide(CLICK_RULES[name], properties, warn)?.trim();
    if (text) fields[name] = text;
  }
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

const SIGNAL_NAMES = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];

/** Reads the consent signals of `properties` beyond the level. @throws FieldProblem for a wrong type. */
export function readConsentSignals(properties: JsonObject, present: Presence, warn: Warn): ConsentSignals {
  const signals: ConsentSignals = {};
  if ((present & CONSENT_BIT) === 0) return signals;
  for (const name of SIGNAL_NAMES) {
    if (properties[name] === undefined) continue;
    const text = CONSENT_FIELDS[name].read(properties);
    if (text !== undefined) signals[SIGNALS[name]] = text;
  }
  const limited = readSide(CONSENT_FIELDS.limited_data_use, properties, warn);
  if (limited !== undefined) signals.limitedDataUse = limited;
  return signals;
}
