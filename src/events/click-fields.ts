import type { JsonObject } from '../json.js';
import { CLICK_TIME, MAX_TOKEN_LENGTH } from './audience-fields.js';
import { readClickValue, readFbcTime } from './click-id.js';
import { readClickQuery } from './click-query.js';
import { CLICK_ALIASES } from './click-names.js';
import { addQueryNames } from './click-query.js';
import { type Click, CLICK_FIELDS, type ClickField } from './conversion-event.js';
import { PROFILES } from '../networks/profiles.js';
import { describeType } from './field-problem.js';
import { readSide } from './field-rules.js';
import { isPresent } from './field-values.js';
import {
  CLICK_ALIAS_BIT,
  CLICK_BIT,
  CLICK_ID_FIELDS,
  addMaskNames,
  type FieldMask,
  UTM_BIT,
} from './field-mask.js';
import { hasLostDigits, scalarText } from './scalars.js';
import type { Warn } from './warnings.js';

/** Every name of a click field; `isAlias`: it counts where the field itself has nothing. */
const FIELDS = new Map<string, NamedField>([
  ...Object.entries(CLICK_ALIASES).map(([name, field]): [string, NamedField] => [
    name,
    { field, isAlias: true, isUtm: false },
  ]),
  ...CLICK_FIELDS.map((field): [string, NamedField] => [
    field,
    { field, isAlias: false, isUtm: field.startsWith('utm_') },
  ]),
]);
interface NamedField {
  field: ClickField;
  isAlias: boolean;
  isUtm: boolean;
}

/**
 * Reads more click parameters from now on: those that endpoints own. Their names are those of the
 * field. A name that is known stays what it is.
 */
export function addClickNames(names: readonly string[]): void {
  for (const name of names) {
    if (FIELDS.has(name)) continue;
    // A field of a click that no folder knows: an endpoint's template names it.
    FIELDS.set(name, { field: name as ClickField, isAlias: false, isUtm: false });
  }
  addMaskNames(names, CLICK_BIT);
  addQueryNames(names);
}

/**
 * UTM texts that were found to be usable as they are, the same for every UTM field. Campaigns
 * repeat on nearly every line: to look a text up here instead of checking it again takes 0.3 us
 * less a line.
 */
const USABLE_UTM = new Set<string>();
/**
 * Maximum number of texts in {@link USABLE_UTM}, and of characters of one: data can be in texts
 * too.
 */
const [MAX_REMEMBERED, MAX_REMEMBERED_LENGTH] = [1000, 100];
const ANY_BIT = UTM_BIT | CLICK_BIT | CLICK_ALIAS_BIT;

/**
 * Reads the click ids and UTM fields of `properties`; what cannot be used is left out with a
 * warning.
 */
export function readClick(properties: JsonObject, present: FieldMask, warn: Warn): Click {
  const click: Click = { fields: {} };
  if ((present & ANY_BIT) === 0) return click;
  // Iterates over the few fields of a line instead of looking up each of the many known fields.
  for (const name in properties) {
    const known = FIELDS.get(name);
    if (known === undefined) continue;
    const given = properties[name];
    if (!isPresent(given)) continue;
    if (known.isAlias && click.fields[known.field] !== undefined) continue;
    if (typeof given === 'string' && known.isUtm && USABLE_UTM.has(given)) {
      click.fields[known.field] = given;
    } else {
      readOne(click, known.field, { given, name }, warn);
    }
  }
  if ((present & CLICK_BIT) !== 0) {
    const timeMs = readSide(CLICK_TIME, properties, warn);
    if (timeMs !== undefined) click.timeMs = timeMs;
  }
  if (click.fields.fb_click_id !== undefined) addCookieTime(click, click.fields.fb_click_id);
  return click;
}

/** Takes the click of the page's address, where the record names none itself. */
export function addPageClick(click: Click, address: string): void {
  const { fields } = click;
  for (const _ in fields) return;
  for (const [name, text] of readClickQuery(address)) {
    const value = text.length > MAX_TOKEN_LENGTH ? 'unusable' : readClickValue(name, text);
    if (typeof value === 'object') fields[value[0]] ??= value[1];
  }
}

/**
 * A cookie of an earlier visit says itself when it was clicked, where the line has no click of its
 * own.
 */
function addCookieTime(click: Click, cookie: string): void {
  const hasOther = CLICK_ID_FIELDS.some(
    (name) => !COOKIES.has(name) && click.fields[name] !== undefined,
  );
  const timeMs = hasOther ? undefined : readFbcTime(cookie);
  if (timeMs !== undefined) click.timeMs ??= timeMs;
}

const COOKIES: ReadonlySet<string> = new Set(
  PROFILES.flatMap(({ browserIds = [], lateClickIds = [] }) => [...browserIds, ...lateClickIds]),
);

function readOne(
  { fields }: Click,
  field: ClickField,
  from: { given: unknown; name: string },
  warn: Warn,
): void {
  const { given, name } = from;
  const text = typeof given === 'string' ? given : readOther(given, name, warn);
  const isLost = text === undefined || text.length > MAX_TOKEN_LENGTH || hasLostDigits(text);
  const value = isLost ? 'unusable' : readClickValue(field, text);
  if (typeof value === 'object') {
    if (value[1] === given && given.length <= MAX_REMEMBERED_LENGTH) rememberUtm(field, given);
    if (value[0] === field || fields[value[0]] === undefined) fields[value[0]] = value[1];
  } else if (value === 'unusable') {
    const found =
      text === undefined ? `is ${describeType(given)}` : 'has a value that cannot be a click id';
    warn({ code: 'unusable_field', field: `properties.${name}`, message: `${found}; left out` });
  }
}

function rememberUtm(field: ClickField, text: string): void {
  if (field.startsWith('utm_') && USABLE_UTM.size < MAX_REMEMBERED) USABLE_UTM.add(text);
}

/** A number, or the first text of a list. */
function readOther(given: unknown, name: string, warn: Warn): string | undefined {
  if (!Array.isArray(given)) return scalarText(given);
  if (given.length > 1) {
    warn({
      code: 'list_value',
      field: `properties.${name}`,
      message: 'is a list; its first string is used',
    });
  }
  return scalarText((given as unknown[]).find((one) => scalarText(one) !== undefined));
}
