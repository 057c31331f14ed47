import { isJsonObject } from '../../json.js';

/** What is wrong with one field. Codes are those of the Ads API specification's ErrorCode. */
export interface Problem {
  code: string;
  /** Path within the event, such as `matchKeys[0].values[0]`. */
  field: string;
  message: string;
}

/** Looks at one value and adds what is wrong with it. */
export type Check = (value: unknown, field: string, problems: Problem[]) => void;

const INVALID = 'FIELD_VALUE_IS_INVALID';

/** A check that `holds` must confirm. */
export function checkThat(
  holds: (value: unknown) => boolean,
  expected: string,
  code = INVALID,
): Check {
  return (value, field, problems) => {
    if (!holds(value)) problems.push({ code, field, message: `${field} must be ${expected}` });
  };
}

/** Text of at least one character. */
export function checkText(maxLength = Infinity): Check {
  return (value, field, problems) => {
    if (typeof value !== 'string') return void problems.push(invalid(field, 'a string'));
    if (value === '')
      problems.push({ code: 'FIELD_VALUE_IS_EMPTY', field, message: `${field} must not be empty` });
    if (value.length > maxLength) problems.push(tooLong(field, `at most ${maxLength} characters`));
  };
}

export function checkPattern(pattern: RegExp, expected: string): Check {
  return checkThat((value) => typeof value === 'string' && pattern.test(value), expected);
}

export function checkOneOf(values: ReadonlySet<string>): Check {
  return checkThat(
    (value) => typeof value === 'string' && values.has(value),
    'one of the documented values',
  );
}

/** A whole number. */
export function checkWhole(min: number, max: number): Check {
  return (value, field, problems) => {
    if (typeof value !== 'number' || !Number.isInteger(value))
      return void problems.push(invalid(field, 'an integer'));
    if (value < min || value > max) problems.push(outOfRange(field, min, max));
  };
}

/** Money or another number with at most two decimals; `limit` holds for both signs. */
export function checkAmount(limit: number): Check {
  return (value, field, problems) => {
    if (typeof value !== 'number') return void problems.push(invalid(field, 'a number'));
    if (Math.abs(value) > limit) return void problems.push(outOfRange(field, -limit, limit));
    if (!/^-?\d+(\.\d{1,2})?$/.test(String(value))) {
      problems.push({
        code: INVALID,
        field,
        message: `${field} must have at most 2 decimal places`,
      });
    }
  };
}

/** RFC 3339 date-time with an offset; `at` judges the moment in milliseconds. */
export function checkMoment(at?: (timeMs: number) => string | undefined): Check {
  return (value, field, problems) => {
    const timeMs = typeof value === 'string' ? parseMoment(value) : undefined;
    const wrong = timeMs === undefined ? 'must be YYYY-MM-DDThh:mm:ssTZD' : at?.(timeMs);
    if (wrong) problems.push({ code: 'BAD_REQUEST', field, message: `${field} ${wrong}` });
  };
}

/** An array; `each` looks at its items. */
export function checkList(min: number, max: number, each: Check): Check {
  return (value, field, problems) => {
    if (!Array.isArray(value)) return void problems.push(invalid(field, 'an array'));
    if (value.length < min || value.length > max) {
      const code = 'FIELD_SIZE_IS_OUT_OF_RANGE';
      return void problems.push({
        code,
        field,
        message: `${field} must have ${min} to ${max} items`,
      });
    }
    for (const [index, item] of (value as unknown[]).entries())
      each(item, `${field}[${index}]`, problems);
  };
}

/** An object with exactly these fields; null counts as missing. */
export function checkFields(
  required: Record<string, Check>,
  optional: Record<string, Check> = {},
): Check {
  return (value, field, problems) => {
    if (!isJsonObject(value)) return void problems.push(invalid(field || 'the event', 'an object'));
    const prefix = field === '' ? '' : `${field}.`;
    for (const name of Object.keys(required)) {
      if (value[name] !== undefined && value[name] !== null) continue;
      const code = 'FIELD_VALUE_IS_NULL';
      problems.push({ code, field: prefix + name, message: `${prefix}${name} is required` });
    }
    for (const [name, given] of Object.entries(value)) {
      const check = Object.hasOwn(required, name) ? required[name] : optional[name];
      if (!check || (!Object.hasOwn(required, name) && !Object.hasOwn(optional, name))) {
        problems.push({
          code: 'BAD_REQUEST',
          field: prefix + name,
          message: `${prefix}${name} is not a known field`,
        });
      } else if (given !== null || !Object.hasOwn(required, name))
        check(given, prefix + name, problems);
    }
  };
}

/**
 * Returns milliseconds since the epoch, or undefined if the text is not an existing time with an
 * offset.
 */
function parseMoment(text: string): number | undefined {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-](?:0\d|1\d|2[0-3]):?[0-5]\d)$/.exec(
      text,
    );
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = parts[7]!;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? [];
  const offsetMinutes = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return Date.UTC(year, month - 1, day, hour, minute, second) - offsetMinutes * 60_000;
}

function invalid(field: string, expected: string): Problem {
  return { code: INVALID, field, message: `${field} must be ${expected}` };
}

function tooLong(field: string, expected: string): Problem {
  return {
    code: 'FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT',
    field,
    message: `${field} must have ${expected}`,
  };
}

function outOfRange(field: string, min: number, max: number): Problem {
  return {
    code: 'FIELD_VALUE_IS_OUT_OF_RANGE',
    field,
    message: `${field} must be from ${min} to ${max}`,
  };
}
