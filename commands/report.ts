import { refuseProtected } from '../src/files/output-file.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { toStats } from '../src/report/stats.js';
import { describeCount, describeRate } from '../src/report/words.js';
import { FiguresCommand } from './_face/figures-command.js';
import { defineFlags, list, moment, text, toggle } from './_face/flags.js';
import { KIND_WORDS, REASON_WORDS } from './_face/reasons.js';

const WEEK_MS = 7 * 86_400_000;

export default class Report extends FiguresCommand<typeof Report> {
  static override summary = 'a page about deliveries, to mail';
  static override description =
    'Writes one self-contained HTML file: deliveries over time, the rate against the benchmark of 98 %, response times, ' +
    'value by currency, and what was not delivered with what to do. It opens anywhere without a network, in light and ' +
    'dark and on paper, and holds counts only: no player, no event, no account. By default of the last 7 days.';
  static override examples = [
    '<%= config.bin %> report --out deliveries.html',
    '<%= config.bin %> report --since 30d --network amazon --out amazon.html',
    '<%= config.bin %> report --out - > deliveries.html',
  ];
  static override flags = defineFlags({
    out: text({ summary: 'the file to write; - is stdout', helpValue: 'FILE.html', required: true }),
    force: toggle({ summary: 'replace a file that is not an earlier report' }),
    since: moment({ summary: 'from this time: 24h, 7d, 30d ago or ISO 8601 (default: 7d)' }),
    until: moment({ summary: 'up to this time (default: now)' }),
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
  });

  protected async execute(): Promise<void> {
    const { out, force, since, until, network, goal } = this.flags;
    if (out !== '-') refuseProtected(out, { flag: '--out', ...this.protectedFiles([]) });
    const networks = (network ?? []).map(readNetworkName);
    const survey = await this.survey({ since, until, networks, goals: goal ?? [], defaultSpanMs: WEEK_MS });
    const { renderPage } = await import('../src/report/page/page.js');
    const page = renderPage({
      workspace: this.workspaceName,
      survey,
      advice: { skips: REASON_WORDS, kinds: KIND_WORDS },
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    if (out === '-') {
      await this.io.write(page);
      return;
    }
    const { isReport, writePage } = await import('../src/report/write-page.js');
    if (!(await this.mayReplace(out, force, isReport))) return this.io.remark('Nothing was written.');
    writePage(out, page);
    await this.present({ out, ...toStats(survey) }, async () => {
      const { conversions, delivered, deliveryRate } = survey.total.figures.toData();
      const told =
        conversions === 0
          ? 'there was no conversion in that time'
          : `${describeRate(deliveryRate)} delivered, ${describeCount(delivered)} of ${describeCount(conversions)}`;
      await this.io.out(`Wrote ${out}: ${told}.`);
    });
  }
}
