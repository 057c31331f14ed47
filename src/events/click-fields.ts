import type { JsonObject } from '../json.js';
import { CLICK_TIME, MAX_TOKEN_LENGTH } from './audience-fields.js';
import { readClickValue, readFbcTime } from './click-id.js';
import { CLICK_ALIASES } from './click-names.js';
import type { Click, ClickField } from './conversion-event.js';
import { describeType } from './field-problem.js';
import { readSide } from './field-rules.js';
import { isPresent } from './field-values.js';
import { CLICK_ALIAS_BIT, CLICK_BIT, CLICK_ID_FIELDS, type Presence, UTM_BIT, UTM_FIELDS } from './presence.js';
import { hasLostDigits, scalarText } from './scalars.js';
import type { Warn } from './warnings.js';

/** Reads the click ids and UTM fields of `properties`; what cannot be used is left out with a warning. */
export function readClick(properties: JsonObject, present: Presence, warn: Warn): Click {
  const click: Click = { fields: {} };
  if ((present & UTM_BIT) !== 0) readAll(click, UTM_FIELDS, properties, warn);
  if ((present & CLICK_BIT) !== 0) {
    readAll(click, CLICK_ID_FIELDS, properties, warn);
    const timeMs = readSide(CLICK_TIME, properties, warn);
    if (timeMs !== undefined) click.timeMs = timeMs;
  }
  if ((present & CLICK_ALIAS_BIT) !== 0) readAliases(click, properties, warn);
  if (click.fields.fb_click_id !== undefined) addCookieTime(click, click.fields.fb_click_id);
  return click;
}

/** A cookie of an earlier visit says itself when it was clicked, where the line has no click of its own. */
function addCookieTime(click: Click, cookie: string): void {
  const hasOther = CLICK_ID_FIELDS.some((name) => !COOKIES.has(name) && click.fields[name] !== undefined);
  const timeMs = hasOther ? undefined : readFbcTime(cookie);
  if (timeMs !== undefined) click.timeMs ??= timeMs;
}

const COOKIES: ReadonlySet<ClickField> = new Set<ClickField>(['fb_click_id', 'fbp', 'ttp', 'rdt_uuid']);

function readAll(click: Click, names: readonly ClickField[], properties: JsonObject, warn: Warn): void {
  for (const name of names) {
    const given = properties[name];
    // Most lines carry one or two of the many: look before reading.
    if (isPresent(given)) readOne(click, name, { given, name }, warn);
  }
}

/** Cookies and the SDK's own names count where the field itself has nothing. */
function readAliases(click: Click, properties: JsonObject, warn: Warn): void {
  for (const [name, field] of Object.entries(CLICK_ALIASES)) {
    const given = properties[name];
    if (isPresent(given) && click.fields[field] === undefined) readOne(click, field, { given, name }, warn);
  }
}

function readOne({ fields }: Click, field: ClickField, from: { given: unknown; name: string }, warn: Warn): void {
  const { given, name } = from;
  const text = scalarText(
    Array.isArray(given) ? (given as unknown[]).find((one) => scalarText(one) !== undefined) : given,
  );
  if (Array.isArray(given) && given.length > 1) {
    warn({ code: 'list_value', field: `properties.${name}`, message: 'is a list; its first text is taken' });
  }
  const value =
    text === undefined || text.length > MAX_TOKEN_LENGTH || hasLostDigits(text)
      ? 'unusable'
      : readClickValue(field, text);
  if (value === 'absent') return;
  if (value === 'unusable') {
    const found = text === undefined ? `is ${describeType(given)}` : 'has a text that no click id can be';
    warn({ code: 'unusable_field', field: `properties.${name}`, message: `${found}; left out` });
  } else if (value[0] === field || fields[value[0]] === undefined) {
    fields[value[0]] = value[1];
  }
}
