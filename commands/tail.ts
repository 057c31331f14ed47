import type { Update } from '../src/delivery/report.js';
import { planTail } from '../src/delivery/tail-plan.js';
import { runTail, type TailRun } from '../src/delivery/tail.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { UsageError } from '../src/errors.js';
import { DeliveryCommand } from './_face/delivery-command.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { argument, choice, defineArgs, defineFlags } from './_face/flags.js';
import { readInputArguments } from './_face/inputs.js';
import type { PlannedRequests } from './_face/planned-requests.js';
import { RejectsFile } from './_face/rejects.js';
import { endRun } from './_face/run-end.js';
import { runFlags } from './_face/run-flags.js';
import { describeRun, printSummary, RunView } from './_face/run-view.js';
import { TailView } from './_face/tail-view.js';

export default class Tail extends DeliveryCommand<typeof Tail> {
  static override summary = 'follow a growing file and deliver as lines arrive';
  static override description =
    'Follows a file (through rotation and truncation, and before it exists) or stdin, and prints one line for each ' +
    'delivery. Stopped and started again it goes on where it stopped; --dry-run shows what it would send of what is there. ' +
    'What a network does not take is tried again until it does or its deadline passes.';
  static override examples = [
    '<%= config.bin %> tail events.jsonl',
    '<%= config.bin %> tail events.jsonl --from end --json',
    'journalctl -o cat -f -u game | <%= config.bin %> tail -',
  ];
  static override args = defineArgs({
    file: argument({ description: 'the file to follow; - is stdin' }),
  });
  static override flags = defineFlags({
    from: choice({
      summary: 'where to begin; last: where it stopped, else at the start',
      options: ['start', 'end', 'last'] as const,
      default: 'last' as const,
    })(),
    ...runFlags,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.input, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const { file } = this.args;
    const [input] = readInputArguments(this.inputContext, file === undefined ? [] : [file], this.flags.format);
    if (!input) throw new UsageError('missing_argument', 'No event file was named.', { next: 'postback tail FILE' });
    const rejects = new RejectsFile(this.flags.rejects, this.protectedFiles([input]));
    const requests = this.openRequests([input]);
    const view = new RunView(this.io);
    const rows = new TailView(this.io);
    const report = (update: Update): void => {
      if (update.type !== 'progress') view.show(update);
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
      shown: () => rows.shown(),
      origins: rejects.origins,
      report,
      signal: this.signal,
    };
    try {
      if (requests) return await this.#showDryRun(run, requests);
      const summary = await this.withWorkspace((workspace) => runTail(workspace, run));
      await rows.shown();
      await (this.io.json ? this.io.out(summary) : this.io.remark(describeRun(summary)));
      return await endRun(this.io, summary, { isRepeatable: input.path !== undefined });
    } finally {
      rejects.close();
      requests?.close();
    }
  }

  async #showDryRun(run: TailRun, requests: PlannedRequests): Promise<ExitCode> {
    const planned = await this.withWorkspace((workspace) => planTail(workspace, { ...run, requests }));
    const summary = { ...planned, requests: requests.shown };
    await run.shown();
    await this.present(summary, async () => {
      await printSummary(this.io, summary);
      await requests.print(this.io, this.flags.requests);
    });
    return await endRun(this.io, summary);
  }
}
