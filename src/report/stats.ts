import type { FiguresData } from './figures.js';
import type { Survey } from './survey.js';

/** Figures of one hour; `hour` is its start, ISO 8601. */
export interface HourData extends FiguresData {
  hour: string;
}

/** The result of `stats --json` (contract.md section 4). */
export interface StatsData {
  since: string;
  until: string;
  total: FiguresData;
  networks: Record<string, FiguresData>;
  goals: Record<string, FiguresData>;
  /** Hours with anything in them, oldest first. */
  hours: HourData[];
}

/** A survey as data. */
export function toStats({ filter, total, networks, goals, hours }: Survey): StatsData {
  const sorted = [...hours].sort(([a], [b]) => a - b);
  return {
    since: new Date(filter.sinceMs).toISOString(),
    until: new Date(filter.untilMs).toISOString(),
    total: total.figures.toData(),
    networks: toRecord(networks),
    goals: toRecord(goals),
    hours: sorted.map(([hourMs, figures]) => ({ hour: new Date(hourMs).toISOString(), ...figures.toData() })),
  };
}

function toRecord(shares: Survey['networks']): Record<string, FiguresData> {
  const byName = [...shares].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(byName.map(([name, { figures }]) => [name, figures.toData()]));
}
