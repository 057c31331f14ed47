/** Times of events that a run is limited to, in milliseconds since the epoch, both included. */
export interface TimeRange {
  sinceMs?: number;
  untilMs?: number;
}

/** Whether a time is in a range. */
export function isInRange(timeMs: number, { sinceMs, untilMs }: TimeRange): boolean {
  return (
    (sinceMs === undefined || timeMs >= sinceMs) && (untilMs === undefined || timeMs <= untilMs)
  );
}
