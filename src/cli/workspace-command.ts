import type { Command } from '@oclif/core';
import { systemClock } from '../clock.js';
import { systemRandom } from '../random.js';
import type { Workspace } from '../workspace.js';
import type { Input } from '../events/input.js';
import { BaseCommand } from './base-command.js';
import type { Rejects } from './rejects.js';

/** A command that works with a workspace: its connections, goals and delivery log. */
export abstract class WorkspaceCommand<T extends typeof Command> extends BaseCommand<T> {
  /** Whether the command makes the workspace that it is called with. */
  protected readonly makesWorkspace: boolean = false;

  /** Opens the workspace, passes it to `work`, and always closes it. */
  protected async withWorkspace<R>(work: (workspace: Workspace) => Promise<R>): Promise<R> {
    const { openWorkspace } = await import('../workspace.js');
    const workspace = await openWorkspace({
      ...this.environment,
      flags: this.flags,
      makesWorkspace: this.makesWorkspace,
      version: this.config.version,
      clock: systemClock,
      random: systemRandom,
    });
    try {
      return await work(workspace);
    } finally {
      await workspace.close();
    }
  }

  /** Opens what `--rejects` names. @throws as Rejects.open */
  protected async openRejects(inputs: readonly Input[]): Promise<Rejects> {
    const { Rejects } = await import('./rejects.js');
    const { rejects } = this.flags as { rejects?: string };
    return Rejects.open(rejects, {
      guard: this.protectedFiles(inputs),
      variables: this.environment.variables,
      clock: systemClock,
      report: (message) => void this.io.info(message),
    });
  }
}
