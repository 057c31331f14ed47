import type { JsonObject } from '../json.js';
import { CLICK_RULES, CLICK_TIME } from './audience-fields.js';
import type { Click, ClickField } from './conversion-event.js';
import { readSide } from './field-rules.js';
import { CLICK_BIT, CLICK_ID_FIELDS, type Presence, UTM_BIT, UTM_FIELDS } from './presence.js';
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
