import { readNetworkName } from '../src/networks/mapping-check.js';
import { checkFigures, type Demands } from '../src/report/checks.js';
import { toStats } from '../src/report/stats.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { defineFlags, duration, list, moment, percent } from './_face/flags.js';
import { FiguresCommand } from './_face/figures-command.js';
import { printStats } from './_face/stats-view.js';

const DAY_MS = 86_400_000;

export default class Stats extends FiguresCommand<typeof Stats> {
  static override summary = 'delivery rate, response time and accuracy';
  static override description =
    'What became of conversions, for all, each network and each goal: by default of the last 24 hours. Conversions are ' +
    'those that were delivered, failed, wait, or were lost for want of a mapping or a field. With ' +
    '--min-delivery-rate or --max-response-time it is a check: exit 3 when that does not hold, or nothing is there to judge.';
  static override examples = [
    '<%= config.bin %> stats',
    '<%= config.bin %> stats --since 7d --network amazon',
    '<%= config.bin %> stats --since 1h --min-delivery-rate 98 --max-response-time 2m',
    "<%= config.bin %> stats --since 7d --json | jq '.hours[] | [.hour, .deliveryRate]'",
  ];
  static override flags = defineFlags({
    since: moment({ summary: 'from this time: 1h, 24h, 7d, 30d ago or ISO 8601 (default: 24h)' }),
    until: moment({ summary: 'up to this time (default: now)' }),
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
    'min-delivery-rate': percent({ summary: 'exit 3 when less than this is delivered, in percent' }),
    'max-response-time': duration({ summary: 'exit 3 when 95 % take longer than this', helpValue: '2m' }),
  });
  static override notes = { exitCodes: [EXIT.failed] };

  protected async execute(): Promise<ExitCode> {
    const { since, until, network, goal } = this.flags;
    const survey = await this.survey({
      since,
      until,
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      defaultSpanMs: DAY_MS,
    });
    const demands = this.#readDemands();
    const checks = checkFigures(survey.total.figures, demands);
    const data = { ...toStats(survey), ...(checks.length === 0 ? {} : { checks }) };
    await this.present(data, () => printStats(this.io, survey, checks));
    return checks.every(({ holds }) => holds) ? EXIT.done : EXIT.failed;
  }

  #readDemands(): Demands {
    const { 'min-delivery-rate': minDeliveryRate, 'max-response-time': maxResponseTimeMs } = this.flags;
    return {
      ...(minDeliveryRate === undefined ? {} : { minDeliveryRate }),
      ...(maxResponseTimeMs === undefined ? {} : { maxResponseTimeMs }),
    };
  }
}
