import type { Metric, Sample } from '../http/prometheus.js';
import { formatMetric } from '../http/prometheus.js';
import type { Source, SourceLag } from '../sources/source.js';
import type { Delivery } from './delivery.js';
import type { Update } from './report.js';

/** Upper bounds of the buckets of answer times, in seconds. */
const BOUNDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface AnswerTimes {
  /** Answers by bucket; the last one has no bound. */
  buckets: number[];
  sumSeconds: number;
}

/** Counts what a run reports, for a page that Prometheus reads. */
export class RunMetrics {
  readonly #attempts = new Map<string, { network: string; outcome: string; count: number }>();
  readonly #times = new Map<string, AnswerTimes>();

  /** Counts an update; only answers are counted, everything else is in the run's summary. */
  note(update: Update): void {
    if (update.type !== 'answer') return;
    const { network, verdicts, latencyMs } = update;
    for (const { outcome } of verdicts) {
      const key = `${network} ${outcome.kind}`;
      const known = this.#attempts.get(key);
      if (known) known.count++;
      else this.#attempts.set(key, { network, outcome: outcome.kind, count: 1 });
    }
    const times = this.#times.get(network) ?? {
      buckets: Array.from({ length: BOUNDS.length + 1 }, () => 0),
      sumSeconds: 0,
    };
    this.#times.set(network, times);
    const seconds = latencyMs / 1000;
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    const at = index < 0 ? BOUNDS.length : index;
    times.buckets[at] = (times.buckets[at] ?? 0) + 1;
    times.sumSeconds += seconds;
  }

  /** Renders the page. */
  async render(delivery: Delivery, source: Source): Promise<string> {
    const lag = await source.lag().catch((): SourceLag => ({ assigned: 0, lag: undefined }));
    const metrics = [
      ...listRun(delivery),
      ...listSource(source, lag),
      ...listPostbacks(delivery),
      ...this.#listAnswers(),
    ];
    return `${metrics.flatMap(formatMetric).join('\n')}\n`;
  }

  #listAnswers(): Metric[] {
    const attempts = [...this.#attempts.values()];
    return [
      {
        name: 'postback_attempts_total',
        help: 'Postbacks in requests that were answered, or failed without an answer.',
        type: 'counter',
        samples: attempts.map(({ count, ...labels }) => ({ labels, value: count })),
      },
      {
        name: 'postback_request_duration_seconds',
        help: 'Time until a network answered a request.',
        type: 'histogram',
        samples: [...this.#times].flatMap(([network, times]) => listBuckets(network, times)),
      },
    ];
  }
}

function listBuckets(network: string, { buckets, sumSeconds }: AnswerTimes): Sample[] {
  let count = 0;
  const samples = buckets.map((found, index): Sample => {
    count += found;
    const le = BOUNDS[index] === undefined ? '+Inf' : String(BOUNDS[index]);
    return { suffix: '_bucket', labels: { network, le }, value: count };
  });
  return [
    ...samples,
    { suffix: '_sum', labels: { network }, value: sumSeconds },
    { suffix: '_count', labels: { network }, value: count },
  ];
}

function listRun({ tally, log, workspace, signal }: Delivery): Metric[] {
  const { invalid, events } = tally.summary;
  const { name } = workspace;
  return [
    {
      name: 'postback_run_info',
      help: 'The run, its workspace and its command.',
      type: 'gauge',
      samples: [{ labels: { workspace: name, run: log.run.name, command: 'tail' }, value: 1 }],
    },
    {
      name: 'postback_lease_held',
      help: '1 while the run may write to the delivery log, 0 when it stops.',
      type: 'gauge',
      samples: [{ labels: { workspace: name }, value: signal.aborted ? 0 : 1 }],
    },
    {
      name: 'postback_records_total',
      help: 'Records that were read and recorded.',
      type: 'counter',
      samples: [
        { labels: { result: 'valid' }, value: events },
        { labels: { result: 'invalid' }, value: invalid },
      ],
    },
  ];
}

function listSource({ name: url, group = '' }: Source, { assigned, lag }: SourceLag): Metric[] {
  const labels = { url, group };
  return [
    {
      name: 'postback_source_assigned',
      help: 'Partitions, streams or files that this run reads.',
      type: 'gauge',
      samples: [{ labels, value: assigned }],
    },
    {
      name: 'postback_source_lag',
      help: 'Messages that are not acknowledged; of a file, bytes that are not read.',
      type: 'gauge',
      samples: [{ labels, value: lag }],
    },
  ];
}

function listPostbacks({ tally, accountQueues }: Delivery): Metric[] {
  const networks = Object.entries(tally.summary.networks);
  return [
    {
      name: 'postback_postbacks_total',
      help: 'Postbacks by what became of them.',
      type: 'counter',
      samples: networks.flatMap(([network, counts]) =>
        (['delivered', 'failed', 'skipped'] as const).map((state) => ({
          labels: { network, state },
          value: counts[state],
        })),
      ),
    },
    {
      name: 'postback_pending',
      help: 'Recorded postbacks of this run that are not decided.',
      type: 'gauge',
      samples: [...accountQueues].map(([network, queue]) => ({
        labels: { network },
        value: queue.pending,
      })),
    },
  ];
}
