import type { JsonObject } from '../json.js';
import { CLICK_TIME, MAX_TOKEN_LENGTH } from './audience-fields.js';
import { readClickValue, readFbcTime } from './click-id.js';
import { CLICK_ALIASES } from './click-names.js';
import { type Click, CLICK_FIELDS, type ClickField } from './conversion-event.js';
import { describeType } from './field-problem.js';
import { readSide } from './field-rules.js';
import { isPresent } from './field-values.js';
import { CLICK_ALIAS_BIT, CLICK_BIT, CLICK_ID_FIELDS, type Presence, UTM_BIT } from './presence.js';
import { hasLostDigits, scalarText } from './scalars.js';
import type { Warn } from './warnings.js';

/** Every name of a click field; `isAlias`: it counts where the field itself has nothing. */
const FIELDS: ReadonlyMap<string, NamedField> = new Map<string, NamedField>([
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
 * UTM texts that were found to be usable as they are, the same for every UTM field. Campaigns repeat on nearly every
 * line: to look a text up here instead of checking it again takes 0.3 us less a line.
 */
const USABLE_UTM = new Set<string>();
/** Maximum number of texts in {@link USABLE_UTM}, and of characters of one: data can be in texts too. */
const [MAX_REMEMBERED, MAX_REMEMBERED_LENGTH] = [1000, 100];
const ANY_BIT = UTM_BIT | CLICK_BIT | CLICK_ALIAS_BIT;

/** Reads the click ids and UTM fields of `properties`; what cannot be used is left out with a warning. */
export function readClick(properties: JsonObject, present: Presence, warn: Warn): Click {
  const click: Click = { fields: {} };
  if ((present & ANY_BIT) === 0) return click;
  // One walk over the few fields that a line has, instead of a question for each of the many that there are.
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

/** A cookie of an earlier visit says itself when it was clicked, where the line has no click of its own. */
function addCookieTime(click: Click, cookie: string): void {
  const hasOther = CLICK_ID_FIELDS.some((name) => !COOKIES.has(name) && click.fields[name] !== undefined);
  const timeMs = hasOther ? undefined : readFbcTime(cookie);
  if (timeMs !== undefined) click.timeMs ??= timeMs;
}

const COOKIES: ReadonlySet<ClickField> = new Set<ClickField>(['fb_click_id', 'fbp', 'ttp', 'rdt_uuid']);

function readOne({ fields }: Click, field: ClickField, from: { given: unknown; name: string }, warn: Warn): void {
  const { given, name } = from;
  const text = typeof given === 'string' ? given : readOther(given, name, warn);
  const isLost = text === undefined || text.length > MAX_TOKEN_LENGTH || hasLostDigits(text);
  const value = isLost ? 'unusable' : readClickValue(field, text);
  if (typeof value === 'object') {
    if (value[1] === given && given.length <= MAX_REMEMBERED_LENGTH) rememberUtm(field, given);
    if (value[0] === field || fields[value[0]] === undefined) fields[value[0]] = value[1];
  } else if (value === 'unusable') {
    const found = text === undefined ? `is ${describeType(given)}` : 'has a text that no click id can be';
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
    warn({ code: 'list_value', field: `properties.${name}`, message: 'is a list; its first text is taken' });
  }
  return scalarText((given as unknown[]).find((one) => scalarText(one) !== undefined));
}
