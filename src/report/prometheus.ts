import { formatMetric, type Labels, type Sample } from '../http/prometheus.js';
import type { MetricsData } from './metrics.js';
import type { StatsData } from './stats.js';

interface Metric {
  name: string;
  help: string;
  read: (metrics: MetricsData) => Sample[];
}

const one = (value: number | null): Sample[] => [{ labels: {}, value }];
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Every metric of one group of conversions; gauges, as they are about a span of time. */
const METRICS: readonly Metric[] = [
  {
    name: 'conversions',
    help: 'Conversions that were delivered, failed, pending or lost.',
    read: ({ conversions }) => one(conversions),
  },
  { name: 'delivered', help: 'Delivered conversions.', read: ({ delivered }) => one(delivered) },
  {
    name: 'failed',
    help: 'Conversions that failed permanently.',
    read: ({ failed }) => one(failed),
  },
  { name: 'pending', help: 'Pending conversions.', read: ({ pending }) => one(pending) },
  {
    name: 'accepted',
    help: 'Pending conversions that a network accepted and has not decided.',
    read: ({ accepted }) => one(accepted),
  },
  {
    name: 'lost',
    help: 'Conversions that could not become a postback.',
    read: ({ lost }) => one(lost),
  },
  {
    name: 'delivery_rate_percent',
    help: 'Share of all conversions that were delivered, in percent.',
    read: ({ deliveryRate }) => one(deliveryRate),
  },
  {
    name: 'accuracy_percent',
    help: 'Share of decided conversions that were delivered, in percent.',
    read: ({ accuracy }) => one(accuracy),
  },
  {
    name: 'response_time_seconds',
    help: 'Time from the conversion until the network accepted it.',
    read: ({ responseTimeMs: { p50, p95, p99 } }) => [
      { labels: { quantile: '0.5' }, value: seconds(p50) },
      { labels: { quantile: '0.95' }, value: seconds(p95) },
      { labels: { quantile: '0.99' }, value: seconds(p99) },
    ],
  },
];

/**
 * Renders figures in the text format of Prometheus: `postback_*` for all conversions,
 * `postback_network_*` and `postback_goal_*` for each network and goal. A figure that does not
 * exist, such as the rate of no conversions, has no sample. Source:
 * https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-30).
 */
export function formatPrometheus(stats: StatsData, workspace: string): string {
  const common = { workspace };
  return [
    ...formatGroup('postback', [{ labels: common, metrics: stats.total }]),
    ...formatGroup('postback_network', listGroup('network', stats.networks, common)),
    ...formatGroup('postback_goal', listGroup('goal', stats.goals, common)),
  ].join('\n');
}

interface Group {
  labels: Labels;
  metrics: MetricsData;
}

function listGroup(label: string, byName: Record<string, MetricsData>, common: Labels): Group[] {
  return Object.entries(byName).map(([name, metrics]) => ({
    labels: { ...common, [label]: name },
    metrics,
  }));
}

function formatGroup(prefix: string, groups: readonly Group[]): string[] {
  return METRICS.flatMap(({ name, help, read }) => {
    const samples = groups.flatMap(({ labels, metrics }) =>
      read(metrics).map((sample) => ({ ...sample, labels: { ...labels, ...sample.labels } })),
    );
    return formatMetric({ name: `${prefix}_${name}`, help, type: 'gauge', samples });
  });
}
