import { expect, test } from 'vitest';
import { Metrics } from '../../../src/report/metrics.js';
import { formatPrometheus } from '../../../src/report/prometheus.js';
import { bucketOf } from '../../../src/report/histogram.js';

const filled = new Metrics();
filled.deliver(1500, bucketOf(1500));
filled.failed = 1;

const stats = {
  since: '2026-11-20T00:00:00.000Z',
  until: '2026-11-21T00:00:00.000Z',
  total: filled.toData(),
  networks: { amazon: filled.toData(), meta: new Metrics().toData() },
  goals: { 'a"b\\c': filled.toData() },
  hours: [],
};

test('renders each figure once with its help and type', () => {
  const lines = formatPrometheus(stats, 'game').split('\n');
  expect(lines).toContain('# TYPE postback_conversions gauge');
  expect(lines).toContain('postback_conversions{workspace="game"} 2');
  expect(lines).toContain('postback_delivery_rate_percent{workspace="game"} 50');
  expect(lines).toContain('postback_network_delivered{workspace="game",network="amazon"} 1');
  expect(lines).toContain('postback_goal_failed{workspace="game",goal="a\\"b\\\\c"} 1');
  const quantile = lines.find(
    (line) => line.startsWith('postback_response_time_seconds') && line.includes('0.95'),
  );
  expect(quantile).toMatch(
    /^postback_response_time_seconds\{workspace="game",quantile="0.95"\} 1\.\d+$/,
  );
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
  for (const line of lines) {
    expect(line).toMatch(/^# (HELP|TYPE) postback_\w+ .+$|^postback_\w+\{.+\} [\d.]+$/);
  }
});

test('leaves out a figure that does not exist', () => {
  const text = formatPrometheus(stats, 'game');
  expect(text).toContain('postback_network_conversions{workspace="game",network="meta"} 0');
  expect(text).not.toContain(
    'postback_network_delivery_rate_percent{workspace="game",network="meta"}',
  );
});
