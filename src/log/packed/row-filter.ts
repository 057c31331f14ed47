import type { LogFilter, LogRow } from '../log-rows.js';
import type { AttemptGlance } from './attempt-rows.js';

/** Returns whether a row is wanted. */
export function matcherOf(filter: LogFilter): (row: LogRow) => boolean {
  const glance = glanceOf(filter);
  return (row) =>
    glance(row) &&
    isAmong(filter.networks, row.network) &&
    isAmong(filter.https, row.http) &&
    isAmong(filter.reasons, row.reason);
}

/** Returns whether a row may be wanted, by what is known of it at first glance. */
export function glanceOf({
  statuses,
  goals,
  events,
  eventIds,
}: LogFilter): (row: AttemptGlance) => boolean {
  return (row) =>
    isAmong(statuses, row.status) &&
    isAmong(eventIds, row.eventId) &&
    isAmong(goals, row.goal) &&
    isAmong(events, row.event);
}

function isAmong<T>(wanted: readonly T[] | undefined, value: T | null): boolean {
  return !wanted?.length || (value !== null && wanted.includes(value));
}

/** Joins what the network said of an attempt: a message, a warning, or both. */
export function joinWords(message: string | null, warning: string | null): string | null {
  return message !== null && warning !== null ? `${message}; ${warning}` : (message ?? warning);
}
