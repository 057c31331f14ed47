import type { JsonObject } from '../json.js';
import { CLICK_RULES, CLICK_TIME, CONSENT_FIELDS, MAX_TOKEN_LENGTH } from './audience-fields.js';
import type { Click, ClickField, ConsentSignals } from './conversion-event.js';
import { describeType } from './field-problem.js';
import { readSide } from './field-rules.js';
import { isPresent } from './field-values.js';
import { CLICK_BIT, CLICK_ID_FIELDS, CONSENT_BIT, type Presence, UTM_BIT, UTM_FIELDS } from './presence.js';
import { scalarText, toFlag } from './scalars.js';
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

/**
 * Reads the consent signals of `properties` beyond the level. A signal is never dropped: one of another type is kept as
 * text, which is then a signal that is not understood, so that a refusal in an unknown form is not lost.
 */
export function readConsentSignals(properties: JsonObject, present: Presence, warn: Warn): ConsentSignals {
  const signals: ConsentSignals = {};
  if ((present & CONSENT_BIT) === 0) return signals;
  for (const name of SIGNAL_NAMES) {
    const given = properties[name];
    if (!isPresent(given)) continue;
    // GPP sections come as a number or a list of them as well.
    const text = Array.isArray(given) ? given.map(String).join('_') : (scalarText(given) ?? JSON.stringify(given));
    signals[SIGNALS[name]] = text.slice(0, MAX_TOKEN_LENGTH);
  }
  const limited = properties['limited_data_use'];
  if (isPresent(limited)) signals.limitedDataUse = readLimit(limited, warn);
  return signals;
}

/** Words that mean no limit; Meta's own word for one is `LDU`. */
const NO_LIMIT = /^(?:|null|undefined|none|n\/a|-)$/i;

/** A limit that cannot be read is taken as one: the cautious reading costs reach, the other one a person's choice. */
function readLimit(given: unknown, warn: Warn): boolean {
  const value: unknown = Array.isArray(given) && given.length < 2 ? ((given as unknown[])[0] ?? false) : given;
  const flag = toFlag(value);
  if (flag !== undefined) return flag;
  const word = typeof value === 'string' ? value.trim() : '?';
  if (NO_LIMIT.test(word)) return false;
  if (word.toUpperCase() !== 'LDU') {
    const message = `is ${describeType(given)} that is neither true nor false; taken as true`;
    warn({ code: 'unusable_field', field: CONSENT_FIELDS.limited_data_use.path, message });
  }
  return true;
}
