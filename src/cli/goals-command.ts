import type { Command } from '@oclif/core';
import { loadRunConfig, type RunConfig } from '../config/run-config.js';
import type { ConversionGoal } from '../goals/goal.js';
import { BaseCommand } from './base-command.js';

/** A command that reads or changes goals and settings. */
export abstract class GoalsCommand<T extends typeof Command> extends BaseCommand<T> {
  /** Whether the command makes the workspace that it is called with. */
  protected readonly makesWorkspace: boolean = false;

  /** Loads the configuration of this run from all sources. */
  protected loadConfig(): RunConfig {
    return loadRunConfig({
      flags: this.flags,
      ...this.environment,
      makesWorkspace: this.makesWorkspace,
    });
  }

  /**
   * Returns the goals that a run counts; under `--sandbox` those that the sandbox supplies, too.
   */
  protected async listGoals(config: RunConfig): Promise<readonly ConversionGoal[]> {
    if (!this.flags['sandbox']) return config.goals;
    const { findSandboxGoals } = await import('../sandbox-workspace.js');
    return findSandboxGoals(config, this.flags);
  }

  /**
   * Stores what `change` makes of the workspace's goals; says so when a project file hides them.
   */
  protected async changeGoals(
    config: RunConfig,
    change: (goals: ConversionGoal[]) => ConversionGoal[],
  ): Promise<ConversionGoal[]> {
    await this.warnOfProjectFile(config);
    return config.user.updateGoals(config.workspace.value, change);
  }

  /**
   * Goals in a project file replace the stored ones: a change to those would seem to do nothing.
   */
  protected async warnOfProjectFile({ goalsFrom, project }: RunConfig): Promise<void> {
    if (goalsFrom !== 'project file' || project === undefined) return;
    await this.io.info(
      `${this.io.color.err.yellow('Note:')} the goals in ${project.path} are in effect here, ` +
        'not the stored goals that this command changes.',
    );
  }
}
