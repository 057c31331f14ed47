import { planSend } from '../src/delivery/dry-run.js';
import type { Update } from '../src/delivery/report.js';
import { runSend, type SendRun } from '../src/delivery/send.js';
import type { Summary } from '../src/delivery/tally.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { argument, defineArgs } from './_face/flags.js';
import { readInputArguments } from './_face/inputs.js';
import { RejectsFile } from './_face/rejects.js';
import { endRun } from './_face/run-end.js';
import { runFlags } from './_face/run-flags.js';
import { printNextSteps, printSummary, RunView } from './_face/run-view.js';
import type { PlannedRequests } from './_face/planned-requests.js';
import { DeliveryCommand } from './_face/delivery-command.js';

export default class Send extends DeliveryCommand<typeof Send> {
  static override summary = 'deliver conversion events';
  static override description =
    'Reads events (JSON Lines) from files or stdin, decides by goals, attribution and consent what may be reported, and ' +
    'delivers it. Sending the same file again sends nothing twice. Every attempt and every skip is in the log.';
  static override examples = [
    '<%= config.bin %> send events.jsonl',
    '<%= config.bin %> send --sandbox examples/events.jsonl',
    'zcat events.jsonl.gz | <%= config.bin %> send --json',
    '<%= config.bin %> send events.jsonl --dry-run --json',
  ];
  static override strict = false;
  static override args = defineArgs({
    file: argument({ description: 'event files, packed with gzip or not; - or a pipe is stdin', multiple: true }),
  });
  static override flags = runFlags;
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.input, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const { file: names = [] } = this.args;
    const inputs = readInputArguments(this.inputContext, names, this.flags.format);
    const networks = (this.flags.network ?? []).map(readNetworkName);
    const rejects = new RejectsFile(this.flags.rejects, this.protectedFiles(inputs));
    const requests = this.openRequests(inputs);
    const view = new RunView(this.io);
    let sawBadEncoding = false;
    const report = (update: Update): void => {
      if (update.type === 'invalid' && update.code === 'not_utf8') sawBadEncoding = true;
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
      await this.present(shown, () => this.#tell(summary, view, requests));
      return await endRun(this.io, summary, { sawBadEncoding });
    } finally {
      view.clear();
      rejects.close();
      requests?.close();
    }
  }

  async #tell(summary: Summary, view: RunView, requests: PlannedRequests | undefined): Promise<void> {
    if (view.hidden > 0) await this.io.remark(`… and ${view.hidden} more invalid lines; --rejects FILE names each.`);
    await printSummary(this.io, summary);
    if (requests) await requests.print(this.io, this.flags.requests);
    else await printNextSteps(this.io, summary, this.signal.aborted);
  }
}
