import { refuseProtected } from '../src/files/output-file.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { toStats } from '../src/report/stats.js';
import { describeCount, describeRate } from '../src/report/words.js';
import { MetricsCommand } from '../src/cli/metrics-command.js';
import { defineFlags, list, moment, text, toggle } from '../src/cli/flags.js';
import { KIND_WORDS, REASON_WORDS } from '../src/cli/reasons.js';

const WEEK_MS = 7 * 86_400_000;
/** Written on a terminal where `--out` names no file. */
const DEFAULT_FILE = 'postback-report.html';

export default class Report extends MetricsCommand<typeof Report> {
  static override summary = 'write an HTML report about deliveries';
  static override description =
    'Writes one self-contained HTML file: deliveries over time, the delivery rate against the ' +
    'benchmark of 98 %, response times, value by currency, and undelivered conversions with ' +
    'how to fix them. It works offline, in light and dark mode and in print, and contains only ' +
    'counts: no players, events or accounts. Covers the last 7 days by default.';
  static override examples = [
    '<%= config.bin %> report --out deliveries.html',
    '<%= config.bin %> report --since 30d --network amazon --out amazon.html',
    '<%= config.bin %> report --out - > deliveries.html',
  ];
  static override flags = defineFlags({
    out: text({
      summary: `file to write; - for stdout (default: ${DEFAULT_FILE} on a terminal, else stdout)`,
      helpValue: 'FILE.html',
    }),
    force: toggle({ summary: 'replace an existing file that is not a report' }),
    since: moment({ summary: 'start of the period: 24h, 7d, 30d ago, or ISO 8601 (default: 7d)' }),
    until: moment({ summary: 'end of the period (default: now)' }),
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
  });

  protected async execute(): Promise<void> {
    const { force, since, until, network, goal } = this.flags;
    const out = this.flags.out ?? (this.io.isTerminal && !this.io.json ? DEFAULT_FILE : '-');
    if (out !== '-') refuseProtected(out, { flag: '--out', ...this.protectedFiles([]) });
    const networks = (network ?? []).map(readNetworkName);
    const aggregate = await this.aggregate({
      since,
      until,
      networks,
      goals: goal ?? [],
      defaultSpanMs: WEEK_MS,
    });
    const { renderPage } = await import('../src/report/page/page.js');
    const page = renderPage({
      workspace: this.workspaceName,
      aggregate,
      advice: { skips: REASON_WORDS, byKind: KIND_WORDS },
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    if (out === '-') {
      // Under --json stdout holds one object.
      await this.present({ out: null, html: page, ...toStats(aggregate) }, () =>
        this.io.write(page),
      );
      return;
    }
    const { isReport, writePage } = await import('../src/report/write-page.js');
    if (!(await this.mayReplace(out, force, isReport))) return this.io.info('Nothing was written.');
    writePage(out, page);
    await this.present({ out, ...toStats(aggregate) }, async () => {
      const { conversions, delivered, deliveryRate } = aggregate.total.metrics.toData();
      const described =
        conversions === 0
          ? 'there was no conversion in that time'
          : `${describeRate(deliveryRate)} delivered, ${describeCount(delivered)} of ` +
            describeCount(conversions);
      await this.io.print(`Wrote ${out}: ${described}.`);
    });
  }
}
