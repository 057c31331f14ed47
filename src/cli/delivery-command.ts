import type { Command } from '@oclif/core';
import { UsageError } from '../errors.js';
import type { FormatChoice } from '../events/event-parser.js';
import type { Input } from '../events/input.js';
import { readInputArguments } from './inputs.js';
import { Interruption, interruptionOf } from './interruption.js';
import { PlannedRequests } from './planned-requests.js';
import { confirmOrYes } from './prompts.js';
import { WorkspaceCommand } from './workspace-command.js';

/** A command that delivers postbacks, or shows with `--dry-run` what it would deliver. */
export abstract class DeliveryCommand<T extends typeof Command> extends WorkspaceCommand<T> {
  /** The inputs that arguments name, as readInputArguments; addresses of brokers are among them. */
  protected readInputs(names: readonly string[], format: FormatChoice | undefined): Input[] {
    return readInputArguments({ ...this.inputContext, takesAddresses: true }, names, format);
  }

  /**
   * Where the requests of a dry run go; undefined without `--dry-run`.
   * @throws UsageError for `--requests` without `--dry-run`, and as {@link PlannedRequests}
   */
  protected openRequests(inputs: readonly Input[]): PlannedRequests | undefined {
    const { 'dry-run': isDryRun, requests } = this.flags as {
      'dry-run'?: boolean;
      requests?: string;
    };
    if (isDryRun) return new PlannedRequests(requests, this.protectedFiles(inputs), this.io);
    if (requests === undefined) return undefined;
    throw new UsageError('needs_dry_run', '--requests requires --dry-run.', {
      hint: 'Add --dry-run, or remove --requests.',
    });
  }

  /**
   * Asks before a run that cannot be undone. A signal at the question ends the command, after it
   * has said that nothing was sent.
   * @param planned the summary of what the run would send, for `--json`
   * @throws Interruption; UsageError without a terminal and without `yes`
   */
  protected async confirmRun(
    question: string,
    yes: boolean,
    planned: () => object,
  ): Promise<boolean> {
    try {
      return await confirmOrYes(this.prompting, { question, yes });
    } catch (error) {
      const interruption = interruptionOf(error);
      if (interruption === undefined) throw error;
      const words = 'Stopped: nothing was sent. To send it, run the same command again.';
      await this.present(planned(), () => this.io.info(words));
      throw new Interruption(interruption.reason);
    }
  }
}
