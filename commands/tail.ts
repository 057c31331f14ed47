import type { Update } from '../src/delivery/report.js';
import { runTail } from '../src/delivery/tail.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { UsageError } from '../src/errors.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { exitOfRun } from './_face/exit-of-run.js';
import { argument, choice, defineArgs, defineFlags } from './_face/flags.js';
import { readInputArguments } from './_face/inputs.js';
import { RejectsFile } from './_face/rejects.js';
import { runFlags } from './_face/run-flags.js';
import { describeRun, RunView } from './_face/run-view.js';
import { TailView } from './_face/tail-view.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

const { 'dry-run': _dryRun, ...tailFlags } = runFlags;

export default class Tail extends WorkspaceCommand<typeof Tail> {
  static override summary = 'follow a growing file and deliver as lines arrive';
  static override description =
    'Follows a file (through rotation and truncation, and before it exists) or stdin, and prints one line for each ' +
    'delivery. Stopped and started again it goes on where it stopped. Ends with exit 5 when the network stays away.';
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
    ...tailFlags,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.input, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const { file } = this.args;
    const [input] = readInputArguments(this.io, file === undefined ? [] : [file], this.flags.format);
    if (!input) throw new UsageError('missing_argument', 'No event file was named.', { next: 'postback tail FILE' });
    const rejects = new RejectsFile(this.flags.rejects);
    const view = new RunView(this.io);
    const rows = new TailView(this.io);
    const report = (update: Update): void => {
      view.show(update);
      rows.show(update);
      rejects.note(update);
    };
    try {
      const summary = await this.withWorkspace((workspace) =>
        runTail(workspace, {
          input,
          from: this.flags.from,
          networks: (this.flags.network ?? []).map(readNetworkName),
          goals: this.flags.goal ?? [],
          strict: this.flags.strict,
          waits: this.flags.wait,
          shown: () => rows.shown(),
          report,
          signal: this.signal,
        }),
      );
      await rows.shown();
      await this.io.remark(describeRun(summary));
      return exitOfRun(summary, false);
    } finally {
      rejects.close();
    }
  }
}
