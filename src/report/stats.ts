import type { MetricsData } from './metrics.js';
import type { Aggregate } from './aggregate.js';

/** Metrics of one hour; `hour` is its start, ISO 8601. */
export interface HourData extends MetricsData {
  hour: string;
}

/** The result of `stats --json`. */
export interface StatsData {
  since: string;
  until: string;
  total: MetricsData;
  networks: Record<string, MetricsData>;
  goals: Record<string, MetricsData>;
  /** Hours with anything in them, oldest first. */
  hours: HourData[];
}

/** A survey as data. */
export function toStats({ filter, total, networks, goals, hours }: Aggregate): StatsData {
  const sorted = [...hours].sort(([a], [b]) => a - b);
  return {
    since: new Date(filter.sinceMs).toISOString(),
    until: new Date(filter.untilMs).toISOString(),
    total: total.metrics.toData(),
    networks: toRecord(networks),
    goals: toRecord(goals),
    hours: sorted.map(([hourMs, metrics]) => ({
      hour: new Date(hourMs).toISOString(),
      ...metrics.toData(),
    })),
  };
}

function toRecord(segments: Aggregate['networks']): Record<string, MetricsData> {
  const byName = [...segments].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(byName.map(([name, { metrics }]) => [name, metrics.toData()]));
}
