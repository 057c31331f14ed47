const PATTERN = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
/** The form of {@link parseTimestamp}'s text, for JSON Schema. */
export const TIMESTAMP_PATTERN = PATTERN.source;
const MINUTE_MS = 60_000;

/**
 * Milliseconds since the epoch of an RFC 3339 date-time with its zone, or undefined when it is none or names a day
 * or an hour that does not exist. Date.parse is not used: it turns 30 February into 2 March.
 */
export function parseTimestamp(text: string): number | undefined {
  const parts = PATTERN.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((index) => Number(parts[index])) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = parts[7];
  const millis = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, millis);
  if (parts[8] === undefined) return utc;
  const offsetHours = Number(parts[9]);
  const offsetMinutes = Number(parts[10]);
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * MINUTE_MS;
  return parts[8] === '+' ? utc - offsetMs : utc + offsetMs;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
