import { isIP } from 'node:net';
import type { Clock } from '../../clock.js';
import { isJsonObject } from '../../json.js';
import { isRefusedClick } from '../field-check.js';

/** Adds what is wrong with a value, by the path of the field within its event. */
type Check = (value: unknown, field: string, add: (field: string, message: string) => void) => void;

const WINDOW_MS = 168 * 60 * 60 * 1000;
/** Nothing is documented about the future; peers allow 5 minutes. */
const AHEAD_MS = 5 * 60 * 1000;
const STANDARD_TYPES =
  'PAGE_VISIT VIEW_CONTENT SEARCH ADD_TO_CART ADD_TO_WISHLIST PURCHASE LEAD SIGN_UP'.split(' ');
const PIXEL_NAMES =
  'PageVisit ViewContent Search AddToCart AddToWishlist Purchase Lead SignUp'.split(' ');
const SOURCES = ['WEBSITE', 'APP', 'PHYSICAL_STORE', 'OTHER'];
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const HASH = /^[0-9a-f]{64}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const PHONE = /^\+\d{5,15}$/;
const CURRENCIES: ReadonlySet<unknown> = new Set(Intl.supportedValuesOf('currency'));
const COUNTRY = /^[A-Z]{2,3}$/;
const REGION = /^(?:[A-Z]{2,3}-)?[A-Z0-9]{1,3}$/;

/**
 * What is wrong with one event, as `[field, message]`; empty where it would be taken. Fields, the
 * 168 hours and the 64 characters of a name are those of https://ads-api.reddit.com/docs/v3/
 * (2026-11-30) and of Reddit's own template,
 * https://github.com/reddit/reddit-ss-gtm-template/blob/40245ec/template.tpl.
 */
export function checkEvent(clock: Clock, event: unknown): [field: string, message: string][] {
  const problems: [string, string][] = [];
  const add = (field: string, message: string): void => void problems.push([field, message]);
  checkObject(
    {
      event_at: must((value, field, report) => checkTime(clock, value, field, report)),
      action_source: must(oneOf(SOURCES)),
      event_source_url: that(
        (value) => typeof value === 'string' && URL.canParse(value),
        'must be a URL',
      ),
      click_id: that(
        (value) => typeof value === 'string' && value !== '' && !isRefusedClick(value),
        'is not valid',
      ),
      type: must(checkType),
      metadata: checkObject({
        conversion_id: TEXT,
        value: that(
          (value) => typeof value === 'number' && value >= 0,
          'must be a number of at least 0',
        ),
        currency: that((value) => CURRENCIES.has(value), 'must be an ISO 4217 currency'),
        item_count: WHOLE,
        products: listOf(
          checkObject({
            id: must(TEXT),
            name: TEXT,
            category: TEXT,
            quantity: WHOLE,
            item_price: that((value) => typeof value === 'number', 'must be a number'),
          }),
        ),
      }),
      user: checkUser,
    },
    'the event',
  )(event, '', add);
  return problems;
}

function checkTime(clock: Clock, value: unknown, field: string, add: Parameters<Check>[2]): void {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return add(field, 'event_at must be an integer of milliseconds since the epoch');
  }
  const ageMs = clock.now() - value;
  // Seconds end up here too: they lie in 1970.
  if (ageMs >= WINDOW_MS) add(field, 'event_at timestamp must be less than 168h0m0s old');
  if (ageMs < -AHEAD_MS) add(field, 'event_at timestamp must not be in the future');
}

/** The name depends on the type, so that it is checked together with it. */
const CHECKED_BELOW: Check = () => undefined;

const checkType: Check = (value, field, add) => {
  checkObject({
    tracking_type: must(oneOf([...STANDARD_TYPES, 'CUSTOM'])),
    custom_event_name: CHECKED_BELOW,
  })(value, field, add);
  if (!isJsonObject(value)) return;
  const { tracking_type: type, custom_event_name: name } = value;
  const path = `${field}.custom_event_name`;
  if (type !== 'CUSTOM') {
    if (name !== undefined) add(path, 'custom_event_name is for CUSTOM events only');
    return;
  }
  if (typeof name !== 'string' || name === '' || Array.from(name).length > 64) {
    add(path, 'custom_event_name must be between 1 and 64 characters');
  } else if ([...STANDARD_TYPES, ...PIXEL_NAMES].includes(name)) {
    add(path, 'custom_event_name must not be a standard event');
  }
};

const checkUser: Check = (value, field, add) =>
  checkObject({
    email: that(hashOr(EMAIL), 'must be an e-mail address or its SHA-256 hash'),
    phone_number: that(hashOr(PHONE), 'must be a telephone number in E.164 or its SHA-256 hash'),
    external_id: TEXT,
    // As the real answer spells the field.
    uuid: (uuid, _field, report) => {
      if (typeof uuid !== 'string' || !UUID.test(uuid)) {
        report(`${field}.UUID`, 'user.UUID: invalid UUID: UUID must be RFC-4122 compliant');
      }
    },
    ip_address: that((ip) => typeof ip === 'string' && isIP(ip) !== 0, 'must be an IP address'),
    user_agent: TEXT,
    idfa: that(hashOr(UUID), 'must be an advertising id or its SHA-256 hash'),
    aaid: that(hashOr(UUID), 'must be an advertising id or its SHA-256 hash'),
    screen_dimensions: checkObject({ width: WHOLE, height: WHOLE }),
    data_processing_options: checkObject({
      modes: must((modes, path, report) => {
        if (!Array.isArray(modes) || modes.length !== 1 || modes[0] !== 'LDU')
          report(path, 'modes must be ["LDU"]');
      }),
      // "country is required and region is optional".
      country: must(
        that(
          (text) => typeof text === 'string' && COUNTRY.test(text),
          'must be an ISO 3166-1 code',
        ),
      ),
      region: that(
        (text) => typeof text === 'string' && REGION.test(text),
        'must be an ISO 3166-2 code',
      ),
    }),
  })(value, field, add);

const TEXT = that(
  (value) => typeof value === 'string' && value !== '',
  'must be a string that is not empty',
);
const WHOLE = that(
  (value) => Number.isInteger(value) && (value as number) >= 0,
  'must be a whole number',
);

/** A check that a missing value does not pass. */
interface Required {
  check: Check;
}

function must(check: Check): Required {
  return { check };
}

function that(holds: (value: unknown) => boolean, expected: string): Check {
  return (value, field, add) => {
    if (!holds(value)) add(field, `${field} ${expected}`);
  };
}

function oneOf(values: readonly string[]): Check {
  return (value, field, add) => {
    const name = field.split('.').at(-1)!;
    if (!values.includes(value as string))
      add(field, `${name}: invalid ${name}: ${String(value).slice(0, 40)}`);
  };
}

/** An object of exactly these fields: one that is not known is refused, so that a slip is seen. */
function checkObject(fields: Readonly<Record<string, Check | Required>>, name = ''): Check {
  return (value, field, add) => {
    if (!isJsonObject(value)) return add(field, `${field || name} must be an object`);
    const path = (key: string): string => (field === '' ? key : `${field}.${key}`);
    for (const [key, check] of Object.entries(fields)) {
      if (typeof check !== 'function' && value[key] === undefined)
        add(path(key), `${path(key)} is required`);
    }
    for (const [key, given] of Object.entries(value)) {
      const check = Object.hasOwn(fields, key) ? fields[key]! : undefined;
      if (!check) add(path(key), `${path(key)} is not a known field`);
      else if (typeof check === 'function') check(given, path(key), add);
      else check.check(given, path(key), add);
    }
  };
}

function listOf(check: Check): Check {
  return (value, field, add) => {
    if (!Array.isArray(value)) return add(field, `${field} must be an array`);
    for (const [index, item] of value.entries()) check(item, `${field}[${index}]`, add);
  };
}

function hashOr(shape: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && (HASH.test(value) || shape.test(value));
}
