import type { Command } from '@oclif/core';
import { loadRunConfig, type RunConfig } from '../../src/config/run-config.js';
import type { ConversionGoal } from '../../src/goals/goal.js';
import { BaseCommand } from './base-command.js';

/** A command that reads or changes goals and settings. */
export abstract class GoalsCommand<T extends typeof Command> extends BaseCommand<T> {
  /** Whether the command makes the workspace that it is called with. */
  protected readonly makesWorkspace: boolean = false;

  /** What holds for this run, from every source. */
  protected loadConfig(): RunConfig {
    return loadRunConfig({ flags: this.flags, ...this.environment, makesWorkspace: this.makesWorkspace });
  }

  /** Stores what `change` makes of the workspace's goals; says so when a project file hides them. */
  protected async changeGoals(
    config: RunConfig,
    change: (goals: ConversionGoal[]) => ConversionGoal[],
  ): Promise<ConversionGoal[]> {
    await this.warnOfProjectFile(config);
    return config.user.updateGoals(config.workspace.value, change);
  }

  /** Goals in a project file replace the stored ones: a change to those would seem to do nothing. */
  protected async warnOfProjectFile({ goalsFrom, project }: RunConfig): Promise<void> {
    if (goalsFrom !== 'project file' || project === undefined) return;
    await this.io.remark(
      `${this.io.color.err.yellow('Note:')} here the goals of ${project.path} count, not the stored ones ` +
        'that this command works on.',
    );
  }
}
