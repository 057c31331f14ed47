import { systemClock } from '../src/clock.js';
import type { DemoResult, DemoStep } from '../src/demo/demo.js';
import { systemRandom } from '../src/random.js';
import { BaseCommand } from './_face/base-command.js';
import { describeDemoStep, printDemo } from './_face/demo-view.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { defineFlags, text, toggle } from './_face/flags.js';
import { logColumns } from './_face/log-view.js';
import { exitOfRun } from './_face/run-end.js';
import { RunView } from './_face/run-view.js';
import { printTable } from './_face/table.js';

/** What tells the story; the whole log has more. */
const LOG_COLUMNS = ['Event', 'Status', 'HTTP', 'Latency', 'Attempt', 'Reason'];

export default class Demo extends BaseCommand<typeof Demo> {
  static override summary = 'see the whole errand on a sandbox, in ten seconds';
  static override description =
    'Starts a stand-in for Amazon on this machine, connects to it through the real login, maps goals, sends about 300 ' +
    'made-up events and shows the log. Your own configuration is neither read nor changed, nothing leaves this machine, ' +
    'and nothing stays behind unless --keep names a folder.';
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --keep ./try-out',
    '<%= config.bin %> demo --write-events events.jsonl',
  ];
  static override flags = defineFlags({
    keep: text({ summary: 'keep configuration, events and log in this new folder', helpValue: 'DIR' }),
    'write-events': text({
      summary: 'only write the example events, as of now, to this file',
      helpValue: 'FILE',
      exclusive: ['keep'],
    }),
    force: toggle({ summary: 'with --write-events: replace a file that is there' }),
  });
  static override notes = { exitCodes: [EXIT.failed, EXIT.pending, EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<ExitCode> {
    const target = this.flags['write-events'];
    if (target !== undefined) return this.#writeEvents(target);
    const { runDemo } = await import('../src/demo/demo.js');
    const { keep } = this.flags;
    const view = new RunView(this.io);
    const startedMs = systemClock.now();
    const result = await runDemo({
      version: this.config.version,
      clock: systemClock,
      random: systemRandom,
      signal: this.signal,
      tell: (step) => this.#tell(step),
      report: (update) => view.show(update),
      ...(keep === undefined ? {} : { keep }),
    });
    const durationMs = systemClock.now() - startedMs;
    await this.present(toData(result, durationMs), async () => {
      const columns = logColumns(this.io.isTerminal).filter(({ header }) => LOG_COLUMNS.includes(header));
      const printLog = () => printTable(this.io, result.rows, columns);
      await printDemo(this.io, result, { durationMs, stopped: this.signal.aborted, printLog });
    });
    return exitOfRun({ ...result.summary, invalid: 0 });
  }

  async #writeEvents(target: string): Promise<ExitCode> {
    if (!(await this.mayReplace(target, this.flags.force))) {
      await this.io.remark('Nothing was written.');
      return EXIT.done;
    }
    const { writeExampleEvents } = await import('../src/demo/example-file.js');
    const lines = await writeExampleEvents(target, systemClock.now());
    await this.present({ file: target, lines }, () => this.io.out(target));
    await this.io.remark(`${lines} made-up events of the last days. Next: postback send --sandbox ${target}`);
    return EXIT.done;
  }

  async #tell(step: DemoStep): Promise<void> {
    await this.io.remark(describeDemoStep(step, this.io.color.err));
  }
}

/** The summary of the run with what the demo adds, as one object. */
function toData({ summary, connection, ...rest }: DemoResult, demoMs: number): object {
  const { network, account, region, api } = connection;
  const { sandboxUrl: url, held, home, goals, rows } = rest;
  const mapped = goals.map(({ id, map }) => ({ goal: id, amazon: map.amazon ?? null }));
  return {
    ...summary,
    demoMs,
    url,
    connection: { network, account, region, api },
    goals: mapped,
    sandbox: held,
    log: rows,
    ...(home === undefined ? {} : { home }),
  };
}
