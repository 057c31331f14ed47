import type { Command } from '@oclif/core';
import { systemClock } from '../../src/clock.js';
import { systemRandom } from '../../src/random.js';
import type { Workspace } from '../../src/workspace.js';
import { BaseCommand } from './base-command.js';
import { keepCode } from './code-keeper.js';

/** A command that works with a workspace: its connections, goals and delivery log. */
export abstract class WorkspaceCommand<T extends typeof Command> extends BaseCommand<T> {
  /** Whether the command makes the workspace that it is called with. */
  protected readonly makesWorkspace: boolean = false;

  /** Opens the workspace, hands it to `work` and closes it, whatever comes. */
  protected async withWorkspace<R>(work: (workspace: Workspace) => Promise<R>): Promise<R> {
    const { openWorkspace } = await import('../../src/workspace.js');
    const workspace = await openWorkspace({
      ...this.environment,
      flags: this.flags,
      makesWorkspace: this.makesWorkspace,
      version: this.config.version,
      clock: systemClock,
      random: systemRandom,
      onSettled: keepCode,
    });
    try {
      return await work(workspace);
    } finally {
      await workspace.close();
    }
  }
}
