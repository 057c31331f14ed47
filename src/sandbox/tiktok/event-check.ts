import type { Clock } from '../../clock.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { isRefusedClick } from '../field-check.js';
import {
  checkCurrency,
  checkFields,
  checkFlag,
  checkHash,
  checkInteger,
  checkIp,
  checkList,
  checkNumber,
  checkText,
  checkUrl,
  type Check,
} from './checks.js';

const DAY_S = 24 * 60 * 60;
/** The longest click window: TikTok documents no age limit for web events. */
const WINDOW_S = 28 * DAY_S;
const AHEAD_S = 5 * 60;

const CONTENT = checkFields(
  { content_id: checkText },
  {
    content_name: checkText,
    content_type: checkText,
    content_category: checkText,
    brand: checkText,
    price: checkNumber,
    quantity: checkInteger,
  },
);

/**
 * Identifiers that TikTok takes hashed only
 * (https://github.com/tiktok/gtm-template-eapi/blob/089e34e/template.tpl, 2026-11-30).
 */
const HASHED = ['email', 'phone', 'external_id', 'first_name', 'last_name', 'zip_code'];
const HASH = /^[0-9a-f]{64}$/;

const USER = checkFields(
  {},
  {
    ...Object.fromEntries(HASHED.map((name) => [name, checkHash])),
    ttclid: checkText,
    ttp: checkText,
    ip: checkIp,
    user_agent: checkText,
    locale: checkText,
    city: checkText,
    state: checkText,
    country: checkText,
  },
);

const PROPERTIES = checkFields(
  {},
  {
    value: checkNumber,
    currency: checkCurrency,
    order_id: checkText,
    content_type: checkText,
    contents: checkList(CONTENT),
    description: checkText,
    query: checkText,
  },
);

/** Whether an event of the right form has a click id that the sandbox refuses without a place. */
export function hasRefusedClick({ user }: JsonObject): boolean {
  return isJsonObject(user) && isRefusedClick(user['ttclid']);
}

/** Whether an event of the right form has an identifier that is not hashed. */
export function hasPlainIdentifier({ user }: JsonObject): boolean {
  if (!isJsonObject(user)) return false;
  return HASHED.some((name) =>
    [user[name] ?? []].flat().some((value) => typeof value === 'string' && !HASH.test(value)),
  );
}

/**
 * What is wrong with one web event of `data`, the fields first. Web events need `page.url`, and
 * `limited_data_use` needs `user.ip` (https://business-api.tiktok.com/portal/docs,
 * 2026-11-30).
 */
export function createEventCheck(clock: Clock): (event: unknown, path: string) => string[] {
  const checkTime: Check = (value, path) => {
    if (!Number.isInteger(value)) return [`${path}: Not a valid integer.`];
    const ageS = clock.now() / 1000 - (value as number);
    if (ageS > WINDOW_S) return [`${path}: The event is older than 28 days.`];
    return ageS < -AHEAD_S ? [`${path}: The event is in the future.`] : [];
  };
  const check = checkFields(
    {
      event: checkText,
      event_time: checkTime,
      page: checkFields({ url: checkUrl }, { referrer: checkUrl }),
    },
    { event_id: checkText, user: USER, properties: PROPERTIES, limited_data_use: checkFlag },
  );
  return (event, path) => {
    const problems = check(event, path);
    return problems.length > 0 ? problems : checkTogether(event as JsonObject, path);
  };
}

/** What single fields do not show. */
function checkTogether(event: JsonObject, path: string): string[] {
  const { ip } = (event['user'] ?? {}) as JsonObject;
  const { value, currency } = (event['properties'] ?? {}) as JsonObject;
  const problems: string[] = [];
  if (event['limited_data_use'] === true && ip === undefined) {
    problems.push(`${path}.user.ip: Missing data for required field.`);
  }
  if ((value === undefined) !== (currency === undefined)) {
    const missing = value === undefined ? 'value' : 'currency';
    problems.push(`${path}.properties.${missing}: Missing data for required field.`);
  }
  return problems;
}
