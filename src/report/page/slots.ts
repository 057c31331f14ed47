import { Figures } from '../figures.js';
import type { Survey } from '../survey.js';

/** A step of time in a chart. */
export interface Slot {
  /** Short, for the axis. */
  label: string;
  /** In full, for tables and titles. */
  name: string;
  figures: Pick<Figures, 'conversions' | 'delivered' | 'failed' | 'pending' | 'lost' | 'deliveryRate'>;
}

const HOUR_MS = 3_600_000;
/** Up to so many hours are shown one by one; then days, and from {@link MOST_DAYS} on months. */
const MOST_HOURS = 49;
const MOST_DAYS = 120;

/**
 * The time of a survey in hours, days or months of a time zone, also those with nothing in them, from the first hour that
 * has anything. None where nothing is.
 */
export function cutIntoSlots({ hours, filter }: Survey, timeZone: string): Slot[] {
  if (hours.size === 0) return [];
  const first = Math.max(Math.min(...hours.keys()), Math.floor(filter.sinceMs / HOUR_MS) * HOUR_MS);
  const count = Math.floor((filter.untilMs - first) / HOUR_MS) + 1;
  const unit = count <= MOST_HOURS ? 'hour' : count <= MOST_DAYS * 24 ? 'day' : 'month';
  const { keyOf, nameOf, labelOf } = makeFormats(unit, timeZone);
  const slots = new Map<string, Slot & { figures: Figures }>();
  for (let hour = first; hour <= filter.untilMs; hour += HOUR_MS) {
    const key = keyOf(hour);
    let slot = slots.get(key);
    if (!slot) slots.set(key, (slot = { label: labelOf(hour), name: nameOf(hour), figures: new Figures() }));
    const figures = hours.get(hour);
    if (!figures) continue;
    for (const name of ['delivered', 'failed', 'pending', 'lost'] as const) slot.figures[name] += figures[name];
  }
  return [...slots.values()];
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
    // When clocks go back an hour comes twice: told apart by its time, not by its name.
    return { keyOf: String, nameOf, labelOf: time };
  }
  if (unit === 'day') {
    const name = make({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
    return { keyOf: name, nameOf: name, labelOf: make({ day: 'numeric', month: 'short' }) };
  }
  const name = make({ month: 'long', year: 'numeric' });
  return { keyOf: name, nameOf: name, labelOf: make({ month: 'short', year: '2-digit' }) };
}
