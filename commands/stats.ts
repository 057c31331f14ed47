import { readNetworkName } from '../src/networks/mapping-check.js';
import { checkMetrics, type Demands } from '../src/report/checks.js';
import { formatPrometheus } from '../src/report/prometheus.js';
import { toStats } from '../src/report/stats.js';
import { endWithVerdict } from '../src/cli/errors.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { choice, defineFlags, duration, list, moment, percent } from '../src/cli/flags.js';
import { MetricsCommand } from '../src/cli/metrics-command.js';
import { explainCheck, printStats } from '../src/cli/stats-view.js';

const DAY_MS = 86_400_000;

export default class Stats extends MetricsCommand<typeof Stats> {
  static override summary = 'show delivery rate, response time and accuracy';
  static override description =
    'Shows the results of conversions in total, per network and per goal, for the last 24 ' +
    'hours by default. Conversions include delivered, failed and pending ones, and those lost ' +
    'because of a missing mapping or field. With --min-delivery-rate or --max-response-time it ' +
    'is a check that exits with 3 if a limit is not met or there is no data.';
  static override examples = [
    '<%= config.bin %> stats',
    '<%= config.bin %> stats --since 7d --network amazon',
    '<%= config.bin %> stats --since 1h --min-delivery-rate 98 --max-response-time 2m',
    '<%= config.bin %> stats --since 1h --format prometheus > /var/lib/node_exporter/postback.prom',
    "<%= config.bin %> stats --since 7d --json | jq '.hours[] | [.hour, .deliveryRate]'",
  ];
  static override flags = defineFlags({
    since: moment({
      summary: 'start of the period: 1h, 24h, 7d, 30d ago, or ISO 8601 (default: 24h)',
    }),
    until: moment({ summary: 'end of the period (default: now)' }),
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
    'min-delivery-rate': percent({
      summary: 'exit with 3 if the delivery rate is lower, in percent',
    }),
    format: choice({
      summary: 'print metrics for Prometheus instead of tables',
      options: ['prometheus'] as const,
      exclusive: ['json'],
    })(),
    'max-response-time': duration({
      summary: 'exit with 3 if the 95th percentile is longer than this',
      helpValue: '2m',
    }),
  });
  static override notes = { exitCodes: [EXIT.failed] };

  protected async execute(): Promise<ExitCode> {
    const { since, until, network, goal } = this.flags;
    const aggregate = await this.aggregate({
      since,
      until,
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      defaultSpanMs: DAY_MS,
    });
    const demands = this.#readDemands();
    const checks = checkMetrics(aggregate.total.metrics, demands);
    const data = { ...toStats(aggregate), ...(checks.length === 0 ? {} : { checks }) };
    if (this.flags.format === 'prometheus') {
      await this.io.print(formatPrometheus(data, this.workspaceName));
    } else {
      await this.present(data, () => printStats(this.io, aggregate, checks));
    }
    const failed = checks.filter(({ holds }) => !holds);
    if (failed.length === 0) return EXIT.done;
    return endWithVerdict(this.io, {
      code: 'checks_failed',
      message: `${failed.map(explainCheck).join('; ')}.`,
      hint: 'See what was not delivered, and why.',
      next: 'postback logs --all',
      exit: EXIT.failed,
    });
  }

  #readDemands(): Demands {
    const { 'min-delivery-rate': minDeliveryRate, 'max-response-time': maxResponseTimeMs } =
      this.flags;
    return {
      ...(minDeliveryRate === undefined ? {} : { minDeliveryRate }),
      ...(maxResponseTimeMs === undefined ? {} : { maxResponseTimeMs }),
    };
  }
}
