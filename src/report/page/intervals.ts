import { Metrics } from '../metrics.js';
import type { Aggregate } from '../aggregate.js';

/** A step of time in a chart. */
export interface Interval {
  /** Short, for the axis. */
  label: string;
  /** In full, for tables and titles. */
  name: string;
  metrics: Pick<
    Metrics,
    'conversions' | 'delivered' | 'failed' | 'pending' | 'lost' | 'deliveryRate'
  >;
}

const HOUR_MS = 3_600_000;
/** Up to so many hours are shown one by one; then days, and from {@link MOST_DAYS} on months. */
const MOST_HOURS = 49;
const MOST_DAYS = 120;

/**
 * Longest period that is shown whole; a longer one begins with its first hour that has anything.
 */
const MOST_WHOLE_DAYS = 31;

/**
 * The time of a survey in hours, days or months of a time zone, also those with nothing in them.
 * None where nothing is.
 */
export function cutIntoIntervals({ hours, filter }: Aggregate, timeZone: string): Interval[] {
  if (hours.size === 0) return [];
  const start = Math.floor(filter.sinceMs / HOUR_MS) * HOUR_MS;
  const isWhole = filter.untilMs - start <= MOST_WHOLE_DAYS * 24 * HOUR_MS;
  const first = isWhole ? start : Math.max(Math.min(...hours.keys()), start);
  const count = Math.floor((filter.untilMs - first) / HOUR_MS) + 1;
  const unit = count <= MOST_HOURS ? 'hour' : count <= MOST_DAYS * 24 ? 'day' : 'month';
  const { keyOf, nameOf, labelOf } = makeFormats(unit, timeZone);
  const intervals = new Map<string, Interval & { metrics: Metrics }>();
  for (let hour = first; hour <= filter.untilMs; hour += HOUR_MS) {
    const key = keyOf(hour);
    let interval = intervals.get(key);
    if (!interval)
      intervals.set(
        key,
        (interval = { label: labelOf(hour), name: nameOf(hour), metrics: new Metrics() }),
      );
    const metrics = hours.get(hour);
    if (!metrics) continue;
    for (const name of ['delivered', 'failed', 'pending', 'lost'] as const)
      interval.metrics[name] += metrics[name];
  }
  return [...intervals.values()];
}

interface Formats {
  keyOf: (ms: number) => string;
  nameOf: (ms: number) => string;
  labelOf: (ms: number) => string;
}

function makeFormats(unit: 'hour' | 'day' | 'month', timeZone: string): Formats {
  const make = (options: Intl.DateTimeFormatOptions): ((ms: number) => string) => {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
    return (ms) => format.format(ms);
  };
  if (unit === 'hour') {
    const time = make({ hour: '2-digit', minute: '2-digit' });
    const nameOf = make({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
    // When clocks go back, an hour occurs twice. The time distinguishes them, not the name.
    return { keyOf: String, nameOf, labelOf: time };
  }
  if (unit === 'day') {
    const name = make({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
    return { keyOf: name, nameOf: name, labelOf: make({ day: 'numeric', month: 'short' }) };
  }
  const name = make({ month: 'long', year: 'numeric' });
  return { keyOf: name, nameOf: name, labelOf: make({ month: 'short', year: '2-digit' }) };
}
