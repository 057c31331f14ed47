import { planSend } from '../src/delivery/dry-run.js';
import type { Update } from '../src/delivery/report.js';
import { runSend, type SendRun } from '../src/delivery/send.js';
import type { Summary } from '../src/delivery/tally.js';
import { toProblem } from '../src/events/lint.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { type ExitCode, RUN_EXITS } from '../src/cli/exit-codes.js';
import { CodeQuality, codeQualityFlag } from '../src/cli/code-quality.js';
import { ADVANCED, argument, defineArgs, defineFlags } from '../src/cli/flags.js';
import { endRun } from '../src/cli/run-end.js';
import { runFlags, sourceFlags } from '../src/cli/run-flags.js';
import { printNextSteps, RunView } from '../src/cli/run-view.js';
import { printSummary } from '../src/cli/summary-view.js';
import type { PlannedRequests } from '../src/cli/planned-requests.js';
import { DeliveryCommand } from '../src/cli/delivery-command.js';

/** What the words at the end of a run depend on in addition to its summary. */
interface SendEnding {
  requests: PlannedRequests | undefined;
  /** Whether the same command reads its input again. */
  isRepeatable: boolean;
}

export default class Send extends DeliveryCommand<typeof Send> {
  static override summary = 'deliver conversion events';
  static override description =
    'Reads events (JSON Lines) from files or stdin, decides by goals, attribution and consent ' +
    'which to report, and delivers them. Sending a file again sends nothing twice. The log ' +
    'records every attempt and every skip.';
  static override examples = [
    '<%= config.bin %> send events.jsonl',
    '<%= config.bin %> send --sandbox examples/events.jsonl',
    'zcat events.jsonl.gz | <%= config.bin %> send --json',
    '<%= config.bin %> send events.jsonl --dry-run --json',
  ];
  static override strict = false;
  static override args = defineArgs({
    file: argument({
      description:
        'event files, optionally gzipped; s3://, kafka://, nats:// or sqs:// addresses; - or a ' +
        'pipe for stdin',
      multiple: true,
    }),
  });
  static override flags = defineFlags({
    ...sourceFlags,
    ...runFlags,
    'code-quality': { ...codeQualityFlag, ...ADVANCED },
  });
  static override notes = {
    exitCodes: RUN_EXITS,
  };

  protected async execute(): Promise<ExitCode> {
    const { file: names = [] } = this.args;
    const inputs = this.readInputs(names, this.flags.format);
    const networks = (this.flags.network ?? []).map(readNetworkName);
    const requests = this.openRequests(inputs);
    const rejects = await this.openRejects(inputs);
    const quality = CodeQuality.open(this.flags['code-quality'], this.protectedFiles(inputs));
    const view = new RunView(this.io);
    const isRepeatable = inputs.every(
      ({ path, address }) => path !== undefined || address?.kind === 's3',
    );
    const report = (update: Update): void => {
      if (update.type === 'invalid') {
        quality.note({ severity: 'error', ...toProblem(update.input, update.line, update) });
      }
      if (update.type === 'progress') view.progress(update.summary, Date.now());
      else view.show(update);
      rejects.note(update);
    };
    const run: SendRun = {
      inputs,
      networks,
      strict: this.flags.strict,
      waits: this.flags.wait,
      goals: this.flags.goal ?? [],
      origins: rejects.origins,
      maxPending: this.flags['max-pending'],
      rejects: rejects.store,
      report,
      signal: this.signal,
    };
    try {
      const summary = await this.withWorkspace<Summary>(async (workspace) => {
        if (!requests) return runSend(workspace, run);
        return { ...(await planSend(workspace, { ...run, requests })), requests: requests.shown };
      });
      view.clear();
      const shown = view.problems.length === 0 ? summary : { ...summary, problems: view.problems };
      await this.present(shown, () => this.#report(summary, view, { requests, isRepeatable }));
      return await endRun(this.io, summary, {
        sawBadEncoding: view.sawBadEncoding,
        isRepeatable,
      });
    } finally {
      view.clear();
      await rejects.close();
      requests?.close();
      quality.close();
    }
  }

  async #report(
    summary: Summary,
    view: RunView,
    { requests, isRepeatable }: SendEnding,
  ): Promise<void> {
    if (view.hidden > 0)
      await this.io.info(`… and ${view.hidden} more invalid lines. --rejects FILE lists them all.`);
    await printSummary(this.io, summary);
    if (requests) await requests.print(this.io, this.flags.requests);
    else await printNextSteps(this.io, summary, { isStopped: this.signal.aborted, isRepeatable });
  }
}
