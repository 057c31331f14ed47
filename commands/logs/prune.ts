import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { loadRunConfig } from '../../src/config/run-config.js';
import type { PruneReceipt } from '../../src/log/prune.js';
import { BaseCommand } from '../_face/base-command.js';
import { EXIT, type ExitCode } from '../_face/exit-codes.js';
import { defineFlags, duration, toggle } from '../_face/flags.js';
import { confirmOrYes } from '../_face/prompts.js';
import { describeNothingToPrune, isNothingToPrune, printPruned } from '../_face/prune-view.js';

export default class LogsPrune extends BaseCommand<typeof LogsPrune> {
  static override summary = 'take old rows out of the delivery log';
  static override description =
    'Removes attempts, skips, and failed and skipped postbacks that are older than --older-than, while other processes ' +
    'send. What is pending stays. So do the ids of all that was sent: a file that is sent again later is still skipped as ' +
    'duplicate. What is gone can neither be shown nor replayed any more.';
  static override examples = [
    '<%= config.bin %> logs prune --older-than 90d --dry-run',
    '<%= config.bin %> logs prune --older-than 30d --yes',
  ];
  static override flags = defineFlags({
    'older-than': duration({ summary: 'what is older than this goes', helpValue: '30d', required: true }),
    yes: toggle({ char: 'y', summary: 'do not ask' }),
    'dry-run': toggle({ summary: 'count what would be removed; change nothing' }),
  });
  static override notes = { exitCodes: [EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<ExitCode> {
    const beforeMs = systemClock.now() - this.flags['older-than'];
    const plan = await this.#prune(beforeMs, true);
    if (this.flags['dry-run'] || isNothingToPrune(plan)) {
      await this.present(plan, () => this.#tell(plan));
      return EXIT.done;
    }
    if (!this.io.json && !this.flags.yes) await printPruned(this.io, plan);
    const question = 'Remove these rows? It cannot be undone.';
    if (!(await confirmOrYes(this.prompting, { question, yes: this.flags.yes }))) return EXIT.done;
    const receipt = await this.#prune(beforeMs, false);
    await this.present(receipt, () => this.#tell(receipt));
    return EXIT.done;
  }

  async #tell(receipt: PruneReceipt): Promise<void> {
    if (isNothingToPrune(receipt)) await this.io.remark(describeNothingToPrune(receipt));
    else await printPruned(this.io, receipt);
  }

  async #prune(beforeMs: number, dryRun: boolean): Promise<PruneReceipt> {
    const { pruneLog } = await import('../../src/log/prune.js');
    const workspace = loadRunConfig({ flags: this.flags, ...this.environment }).workspace.value;
    const path = join(this.environment.directories.data, workspace, 'delivery.db');
    return pruneLog({ path, workspace, beforeMs, dryRun, clock: systemClock, signal: this.signal });
  }
}
