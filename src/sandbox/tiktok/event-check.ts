import type { Clock } from '../../clock.js';
import type { JsonObject } from '../../json.js';
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
/** The longest click window: what TikTok takes of web events is not documented (networks.md section 13, 1). */
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

const USER = checkFields(
  {},
  {
    email: checkHash,
    phone: checkHash,
    external_id: checkHash,
    first_name: checkHash,
    last_name: checkHash,
    zip_code: checkHash,
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

/** What is wrong with one web event of `data` (networks.md section 3), the fields first. */
export function createEventCheck(clock: Clock): (event: unknown, path: string) => string[] {
  const checkTime: Check = (value, path) => {
    if (!Number.isInteger(value)) return [`${path}: Not a valid integer.`];
    const ageS = clock.now() / 1000 - (value as number);
    if (ageS > WINDOW_S) return [`${path}: The event is older than 28 days.`];
    return ageS < -AHEAD_S ? [`${path}: The event is in the future.`] : [];
  };
  const check = checkFields(
    { event: checkText, event_time: checkTime, page: checkFields({ url: checkUrl }, { referrer: checkUrl }) },
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
