/** Labels of one sample, by name. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  labels: Labels;
  /** Null or undefined: the figure does not exist, so it has no sample. */
  value: number | null | undefined;
  /** Added to the metric's name, such as `_bucket` of a histogram. */
  suffix?: string;
}

export interface Metric {
  name: string;
  help: string;
  type: 'gauge' | 'counter' | 'histogram';
  samples: readonly Sample[];
}

/**
 * Renders one metric in the text format of Prometheus, as lines; none where it has no sample.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-30).
 */
export function formatMetric({ name, help, type, samples }: Metric): string[] {
  const lines = samples.flatMap(({ labels, value, suffix = '' }) => {
    if (value === null || value === undefined) return [];
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    return [`${name}${suffix}{${pairs.join(',')}} ${value}`];
  });
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
