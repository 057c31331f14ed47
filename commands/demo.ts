import { argumentWords } from '../src/shell-word.js';
import { systemClock } from '../src/clock.js';
import type { DemoResult, DemoStep } from '../src/demo/demo.js';
import { systemRandom } from '../src/random.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { describeDemoStep, printDemo } from '../src/cli/demo-view.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { defineFlags, text, toggle } from '../src/cli/flags.js';
import { logColumns } from '../src/cli/log-view.js';
import { exitOfRun } from '../src/cli/run-end.js';
import { RunView } from '../src/cli/run-view.js';
import { printTable } from '../src/cli/table.js';

/** Columns of the log that the demo shows. */
const LOG_COLUMNS = ['Event', 'Status', 'HTTP', 'Latency', 'Attempt', 'Reason'];

export default class Demo extends BaseCommand<typeof Demo> {
  static override summary = 'run an end-to-end demo against a local sandbox';
  static override description =
    'Starts a local sandbox of Amazon, connects to it through the real login, maps goals, ' +
    'sends about 300 sample events and shows the log. It does not read or change your ' +
    'configuration, sends nothing off this machine, and leaves no files unless --keep names a ' +
    'folder.';
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --keep ./try-out',
    '<%= config.bin %> demo --write-events events.jsonl',
  ];
  static override flags = defineFlags({
    keep: text({
      summary: 'keep the configuration, events and log in this new folder',
      helpValue: 'DIR',
    }),
    'write-events': text({
      summary: 'write the example events, with current times, to this file and exit',
      helpValue: 'FILE',
      exclusive: ['keep'],
    }),
    force: toggle({ summary: 'with --write-events: replace an existing file' }),
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.pending, EXIT.interrupted, EXIT.terminated],
  };

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
      onStep: (step) => this.#report(step),
      report: (update) => view.show(update),
      ...(keep === undefined ? {} : { keep }),
    });
    const durationMs = systemClock.now() - startedMs;
    await this.present(toData(result, durationMs), async () => {
      const columns = logColumns(this.io.isTerminal).filter(({ header }) =>
        LOG_COLUMNS.includes(header),
      );
      const printLog = () => printTable(this.io, result.rows, columns);
      await printDemo(this.io, result, { durationMs, stopped: this.signal.aborted, printLog });
    });
    return exitOfRun({ ...result.summary, invalid: 0 });
  }

  async #writeEvents(target: string): Promise<ExitCode> {
    if (!(await this.mayReplace(target, this.flags.force))) {
      await this.io.info('Nothing was written.');
      return EXIT.done;
    }
    const { writeExampleEvents } = await import('../src/demo/example-file.js');
    const lines = await writeExampleEvents(target, systemClock.now());
    await this.present({ file: target, lines }, () => this.io.print(target));
    await this.io.info(
      `${lines} sample events of the last few days. ` +
        `Next: postback send --sandbox ${argumentWords(target)}`,
    );
    return EXIT.done;
  }

  async #report(step: DemoStep): Promise<void> {
    await this.io.info(describeDemoStep(step, this.io.color.err));
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
