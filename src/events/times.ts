import { toDecimalText } from '../decimal.js';
import { describeType } from './field-problem.js';
import { quoteAmount } from './field-values.js';
import { numberText } from './scalars.js';
import { parseTimestamp } from './timestamp.js';

/**
 * A point in time as a record gives it, or why it cannot be read (a clause that follows the field's
 * path).
 */
export type ReadTime = { timeMs: number; isZoneAssumed?: true } | { problem: string };

/** Handling of a time without a time zone: UTC if the format defines it, otherwise invalid. */
export type ZonelessTimes = 'utc' | 'refuse';

const EXPECTED =
  'expected an RFC 3339 date-time with a time zone, such as 2026-11-18T20:14:05Z, or seconds ' +
  'or milliseconds since 1970';

/**
 * Digits before the point of seconds, milliseconds, microseconds and nanoseconds from 2001 to 2286.
 */
const EPOCH_SHIFTS: ReadonlyMap<number, number> = new Map([
  [10, 3],
  [13, 0],
  [16, -3],
  [19, -6],
]);

/**
 * Reads a point in time: RFC 3339; ISO 8601 in its extended or basic form, with a space for the
 * `T`, a comma before the fraction, and a zone such as `+0000`, `+00` or ` UTC`; RFC 2822; and
 * numbers since 1970, also in digits, whose unit follows from their size; dates as MongoDB, .NET
 * and JavaScript write them: `{"$date": …}`, `/Date(1796072400000)/` and the text of
 * `Date.toString()` (docs/reference/formats.md#times). Anything with two readings is refused: day
 * before month or the reverse, a date alone.
 */
export function readTime(value: unknown, zoneless: ZonelessTimes): ReadTime {
  if (typeof value === 'number') return readNumber(value);
  const inner = unwrapDate(value);
  if (inner !== undefined) return readTime(inner, zoneless);
  if (typeof value !== 'string') return { problem: `is ${describeType(value)}; ${EXPECTED}` };
  const timeMs = parseTimestamp(value);
  return timeMs === undefined ? readText(value.trim(), zoneless) : { timeMs };
}

/** The number or text in `{"$date": …}`; undefined where a value is not such an object. */
function unwrapDate(value: unknown): string | number | undefined {
  if (typeof value !== 'object' || value === null || !('$date' in value)) return undefined;
  const date = value.$date;
  if (typeof date === 'string' || typeof date === 'number') return date;
  if (typeof date !== 'object' || date === null || !('$numberLong' in date)) return undefined;
  return typeof date.$numberLong === 'string' ? date.$numberLong : undefined;
}

function readNumber(value: number): ReadTime {
  const text = numberText(value);
  const timeMs = text === undefined ? undefined : readEpoch(text);
  return timeMs === undefined ? { problem: `is ${describeType(value)}; ${EXPECTED}` } : { timeMs };
}

/** Longest time that is read; anything longer is not worth a pattern. */
const MAX_LENGTH = 96;
const DIGITS = /^\d[\d.]*(?:[eE][+]?\d+)?$/;

function readText(text: string, zoneless: ZonelessTimes): ReadTime {
  if (text.length <= MAX_LENGTH) {
    const timeMs =
      (DIGITS.test(text) ? readEpoch(text) : undefined) ??
      readIso(text) ??
      readRfc2822(text) ??
      readProgram(text);
    if (timeMs !== undefined) return { timeMs };
    const utcMs = ISO_LOCAL.test(text) ? readIso(`${text}Z`) : undefined;
    if (utcMs !== undefined && zoneless === 'utc') return { timeMs: utcMs, isZoneAssumed: true };
    if (utcMs !== undefined)
      return { problem: `is ${quoteAmount(text)}, which has no zone; ${EXPECTED}` };
  }
  return { problem: `is ${quoteAmount(text)}; ${EXPECTED}` };
}

/** Decimal text since 1970 in milliseconds; undefined where its size fits no unit. */
function readEpoch(text: string): number | undefined {
  const decimal = toDecimalText(text);
  if (decimal === undefined || decimal.startsWith('-')) return undefined;
  const [whole = '', fraction = ''] = decimal.split('.');
  const shift = EPOCH_SHIFTS.get(whole.length);
  if (shift === undefined) return undefined;
  if (shift <= 0) return Number(whole.slice(0, whole.length + shift));
  return Number(whole + fraction.slice(0, shift).padEnd(shift, '0'));
}

const DATE = String.raw`(\d{4})-?(\d\d)-?(\d\d)`;
const TIME = String.raw`(\d\d)(?::?(\d\d))(?::?(\d\d)(?:[.,](\d{1,9})\d*)?)?`;
/** Java adds the region in brackets, Go the name of the zone. */
const ZONE = String.raw`(?:Z|UTC|GMT|([+\u2212-])(\d\d)(?::?(\d\d))?)(?: (?:UTC|GMT))?(?:\[[\w/+-]{1,40}\])?`;
const ISO = new RegExp(`^${DATE}(?:T| {1,3})${TIME} ?${ZONE}$`, 'i');
const ISO_LOCAL = new RegExp(`^${DATE}(?:T| {1,3})${TIME}$`, 'i');

function readIso(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (!parts) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '00',
    fraction = '0',
    sign,
    zoneHour,
    zoneMinute = '00',
  ] = parts;
  const zone =
    zoneHour === undefined ? 'Z' : `${sign === '+' ? '+' : '-'}${zoneHour}:${zoneMinute}`;
  // `+01:00 UTC` contradicts itself.
  if (/ (?:UTC|GMT)/i.test(text) && zoneHour !== undefined && `${zoneHour}${zoneMinute}` !== '0000')
    return undefined;
  return parseTimestamp(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}${zone}`);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const RFC_2822 =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun), ?)?(\d{1,2}) (\w{3}) (\d{4}) (\d\d:\d\d)(:\d\d)? (?:(GMT|UTC)|([+-]\d\d)(\d\d))$/i;

function readRfc2822(text: string): number | undefined {
  const parts = RFC_2822.exec(text);
  const month = MONTHS.indexOf(parts?.[2]?.toLowerCase() ?? '') + 1;
  if (!parts || month === 0) return undefined;
  const [, day = '', , year, time, seconds = ':00', , zoneHour, zoneMinute] = parts;
  const zone = zoneHour === undefined ? 'Z' : `${zoneHour}:${zoneMinute}`;
  return parseTimestamp(
    `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}T${time}${seconds}${zone}`,
  );
}

/** .NET: milliseconds, and a zone that changes nothing. */
const DOT_NET = /^\\?\/Date\((\d{10,16})(?:[+-]\d{4})?\)\\?\/$/;
const SCRIPT =
  /^(?:mon|tue|wed|thu|fri|sat|sun) (\w{3}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})(?: \([^()]{1,40}\))?$/i;

function readProgram(text: string): number | undefined {
  const milliseconds = DOT_NET.exec(text)?.[1];
  if (milliseconds !== undefined) return Number(milliseconds);
  const parts = SCRIPT.exec(text);
  if (!parts) return undefined;
  const [, month, day, year, time, zone] = parts;
  return readRfc2822(`${day} ${month} ${year} ${time} ${zone}`);
}
