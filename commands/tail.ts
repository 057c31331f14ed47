import type { Update } from '../src/delivery/report.js';
import { planTail } from '../src/delivery/tail-plan.js';
import { runTail, type TailRun } from '../src/delivery/tail.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { UsageError } from '../src/errors.js';
import { DeliveryCommand } from '../src/cli/delivery-command.js';
import { type ExitCode, RUN_EXITS } from '../src/cli/exit-codes.js';
import { ADVANCED, argument, choice, defineArgs, defineFlags, text } from '../src/cli/flags.js';
import { readMetricsAddress } from '../src/cli/metrics-flag.js';
import type { PlannedRequests } from '../src/cli/planned-requests.js';
import { endRun } from '../src/cli/run-end.js';
import { runFlags, sourceFlags } from '../src/cli/run-flags.js';
import { printNextSteps, RunView } from '../src/cli/run-view.js';
import { describeEnd, printSummary } from '../src/cli/summary-view.js';
import { TailView } from '../src/cli/tail-view.js';

/** How often the counts are said on stderr, in milliseconds. */
const COUNTS_MS = 10_000;

export default class Tail extends DeliveryCommand<typeof Tail> {
  static override summary = 'follow a growing file and deliver events as they arrive';
  static override description =
    'Follows a file (across rotation and truncation, and even before it exists) or stdin, and ' +
    'prints one line per delivery. After a restart it continues where it stopped. It retries ' +
    'pending postbacks until they are delivered or their deadline passes.';
  static override examples = [
    '<%= config.bin %> tail events.jsonl',
    '<%= config.bin %> tail events.jsonl --from end --json',
    'journalctl -o cat -f -u game | <%= config.bin %> tail -',
  ];
  static override args = defineArgs({
    file: argument({
      description: 'file to follow; - for stdin; or a kafka://, nats://, sqs:// or s3:// address',
    }),
  });
  static override flags = defineFlags({
    from: choice({
      summary: 'where to begin; last continues where it stopped, or at the start',
      options: ['start', 'end', 'last'] as const,
      default: 'last' as const,
    })(),
    metrics: text({
      ...ADVANCED,
      summary: 'serve /metrics (Prometheus) and /healthz at this port, on loopback without a host',
      helpValue: '[HOST:]PORT',
    }),
    ...sourceFlags,
    ...runFlags,
  });
  static override notes = {
    exitCodes: RUN_EXITS,
  };

  protected async execute(): Promise<ExitCode> {
    const { file } = this.args;
    const [input] = this.readInputs(file === undefined ? [] : [file], this.flags.format);
    if (!input) throw new UsageError('missing_argument', 'No event file was given.');
    const metrics = readMetricsAddress(this.flags.metrics);
    const requests = this.openRequests([input]);
    const rejects = await this.openRejects([input]);
    const view = new RunView(this.io);
    const rows = new TailView(this.io);
    const stopCounts = view.sayCounts(COUNTS_MS);
    const report = (update: Update): void => {
      view.show(update);
      rows.show(update);
      rejects.note(update);
    };
    const run: TailRun = {
      input,
      from: this.flags.from,
      networks: (this.flags.network ?? []).map(readNetworkName),
      goals: this.flags.goal ?? [],
      strict: this.flags.strict,
      waits: this.flags.wait,
      display: rows,
      origins: rejects.origins,
      maxPending: this.flags['max-pending'],
      metrics,
      rejects: rejects.store,
      report,
      signal: this.signal,
    };
    try {
      if (requests) return await this.#showDryRun(run, requests, view);
      const summary = await this.withWorkspace((workspace) => runTail(workspace, run));
      await rows.shown();
      const isRepeatable = input.path !== undefined || input.address !== undefined;
      if (this.io.json) await this.io.print(summary);
      else await this.io.info(describeEnd(this.io, summary));
      // endRun explains a run that was taken over.
      if (!summary.takenOver) {
        await printNextSteps(this.io, summary, { isStopped: this.signal.aborted, isRepeatable });
      }
      return await endRun(this.io, summary, {
        sawBadEncoding: view.sawBadEncoding,
        isRepeatable,
      });
    } finally {
      stopCounts();
      view.clear();
      await rejects.close();
      requests?.close();
    }
  }

  async #showDryRun(run: TailRun, requests: PlannedRequests, view: RunView): Promise<ExitCode> {
    const planned = await this.withWorkspace((workspace) =>
      planTail(workspace, { ...run, requests }),
    );
    const summary = { ...planned, requests: requests.shown };
    await run.display.shown();
    await this.present(summary, async () => {
      await printSummary(this.io, summary);
      await requests.print(this.io, this.flags.requests);
    });
    return await endRun(this.io, summary, { sawBadEncoding: view.sawBadEncoding });
  }
}
