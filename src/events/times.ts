import { toDecimalText } from './decimal-text.js';
import { describeType } from './field-problem.js';
import { quoteAmount } from './field-values.js';
import { numberText } from './scalars.js';
import { parseAny, parseTimestamp } from './timestamp.js';

/** A point in time as a record gives it, or why it cannot be read (a clause that follows the field's path). */
export type ReadTime = { timeMs: number; isZoneAssumed?: true } | { problem: string };

/** What a time without zone means: UTC where the format says so, else it is refused. */
export type ZonelessTimes = 'utc' | 'refuse';

const EXPECTED =
  'expected an RFC 3339 date-time with its zone such as 2026-11-18T20:14:05Z, or seconds or milliseconds since 1970';

/** Digits before the point of seconds, milliseconds, microseconds and nanoseconds from 2001 to 2286. */
const EPOCH_SHIFTS: ReadonlyMap<number, number> = new Map([
  [10, 3],
  [13, 0],
  [16, -3],
  [19, -6],
]);

/**
 * Reads a point in time: RFC 3339; ISO 8601 in its extended or basic form, with a space for the `T`, a comma before the
 * fraction, and a zone such as `+0000`, `+00` or ` UTC`; RFC 2822; and numbers since 1970, also in digits, whose unit
 * follows from their size. Anything with two readings is refused: day before month or the reverse, a date alone.
 */
export function readTime(value: unknown, zoneless: ZonelessTimes): ReadTime {
  if (typeof value === 'number') return readNumber(value);
  if (typeof value !== 'string') return { problem: `is ${describeType(value)}; ${EXPECTED}` };
  const timeMs = parseTimestamp(value);
  return timeMs === undefined ? readText(value.trim(), zoneless) : { timeMs };
}

function readNumber(value: number): ReadTime {
  const text = numberText(value);
  const timeMs = text === undefined ? undefined : readEpoch(text);
  return timeMs === undefined ? { problem: `is ${describeType(value)}; ${EXPECTED}` } : { timeMs };
}

/** Longest time that is read; anything longer is not worth a pattern. */
const MAX_LENGTH = 64;
const DIGITS = /^\d[\d.]*(?:[eE][+]?\d+)?$/;

function readText(text: string, zoneless: ZonelessTimes): ReadTime {
  if (text.length <= MAX_LENGTH) {
    const timeMs = (DIGITS.test(text) ? readEpoch(text) : undefined) ?? readIso(text) ?? readRfc2822(text);
    if (timeMs !== undefined) return { timeMs };
    const utcMs = ISO_LOCAL.test(text) ? readIso(`${text}Z`) : undefined;
    if (utcMs !== undefined && zoneless === 'utc') return { timeMs: utcMs, isZoneAssumed: true };
    if (utcMs !== undefined) return { problem: `is ${quoteAmount(text)}, which has no zone; ${EXPECTED}` };
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
  const [, year, month, day, hour, minute, second = '00', fraction = '0', sign, zoneHour, zoneMinute = '00'] = parts;
  const zone = zoneHour === undefined ? 'Z' : `${sign === '+' ? '+' : '-'}${zoneHour}:${zoneMinute}`;
  // `+01:00 UTC` contradicts itself.
  if (/ (?:UTC|GMT)/i.test(text) && zoneHour !== undefined && `${zoneHour}${zoneMinute}` !== '0000') return undefined;
  return parseAny(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}${zone}`);
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
  return parseAny(`${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}T${time}${seconds}${zone}`);
}
