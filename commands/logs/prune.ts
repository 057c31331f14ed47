import { systemClock } from '../../src/clock.js';
import { loadRunConfig } from '../../src/config/run-config.js';
import { locateLog } from '../../src/config/log-location.js';
import type { PruneReceipt } from '../../src/log/maintenance.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { EXIT, type ExitCode } from '../../src/cli/exit-codes.js';
import { defineFlags, duration, toggle, yesFlag } from '../../src/cli/flags.js';
import { confirmOrYes } from '../../src/cli/prompts.js';
import { describeNothingToPrune, isNothingToPrune, printPruned } from '../../src/cli/prune-view.js';

const DAY_MS = 86_400_000;

export default class LogsPrune extends BaseCommand<typeof LogsPrune> {
  static override summary = 'remove old rows from the delivery log';
  static override description =
    'Removes attempts, skips, and failed and skipped postbacks older than --older-than, even ' +
    'while other processes send. Pending postbacks are kept. The ids of everything sent are ' +
    'kept too, so a file that is sent again is still skipped as duplicate. Removed rows can no ' +
    'longer be shown or replayed.';
  static override examples = [
    '<%= config.bin %> logs prune --older-than 90d --dry-run',
    '<%= config.bin %> logs prune --older-than 30d --yes',
  ];
  static override flags = defineFlags({
    'older-than': duration({
      summary: 'minimum age of the rows to remove',
      helpValue: '30d',
      required: true,
    }),
    yes: yesFlag(),
    'dry-run': toggle({ summary: 'count what would be removed without removing it' }),
  });
  static override notes = { exitCodes: [EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<ExitCode> {
    const beforeMs = systemClock.now() - this.flags['older-than'];
    const plan = await this.#prune(beforeMs, true);
    if (this.flags['dry-run'] || isNothingToPrune(plan)) {
      // Where there is nothing to remove, that is the result, not a plan.
      const receipt = { ...plan, dryRun: this.flags['dry-run'] };
      await this.present(receipt, () => this.#report(receipt));
      return EXIT.done;
    }
    if (!this.io.json && !this.flags.yes) await printPruned(this.io, plan);
    const question = 'Remove these rows? This cannot be undone.';
    if (!(await confirmOrYes(this.prompting, { question, yes: this.flags.yes }))) return EXIT.done;
    const receipt = { ...(await this.#prune(beforeMs, false)), dryRun: false };
    await this.present(receipt, () => this.#report(receipt));
    return EXIT.done;
  }

  async #report(receipt: PruneReceipt): Promise<void> {
    if (isNothingToPrune(receipt)) await this.io.info(describeNothingToPrune(receipt));
    else await printPruned(this.io, receipt);
  }

  async #prune(beforeMs: number, dryRun: boolean): Promise<PruneReceipt> {
    const { pruneLog } = await import('../../src/log/open-log.js');
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    const clock = systemClock;
    const location = locateLog({ config, environment: this.environment, clock });
    const keepIdsMs = config.settings['log.keepIdsDays'] * DAY_MS;
    return pruneLog(location, { beforeMs, keepIdsMs, dryRun, clock, signal: this.signal });
  }
}
