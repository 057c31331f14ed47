const MINUTE_MS = 60_000;

let lastMinute: number | undefined;
let minuteText = '';

/**
 * Returns what `new Date(timeMs).toISOString()` returns. The text of the last minute is kept,
 * because the lines of a file are mostly in the order of their times. With it a time takes 0.07 us
 * in place of 0.62 (2026-12-01, Node 20.20).
 * @param timeMs milliseconds since 1970 of a valid Date, a fraction is dropped
 */
export function toIsoTime(timeMs: number): string {
  const wholeMs = Math.trunc(timeMs);
  const minute = Math.floor(wholeMs / MINUTE_MS);
  if (minute !== lastMinute) {
    minuteText = new Date(minute * MINUTE_MS).toISOString().slice(0, -'00.000Z'.length);
    lastMinute = minute;
  }
  const digits = String(100_000 + wholeMs - minute * MINUTE_MS);
  return `${minuteText}${digits.slice(1, 3)}.${digits.slice(3)}Z`;
}
