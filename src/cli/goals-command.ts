import type { Command } from '@oclif/core';
import { updateProjectMappings } from '../config/project-file.js';
import { loadRunConfig, type RunConfig } from '../config/run-config.js';
import { ConfigError } from '../errors.js';
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
    try {
      return await config.user.updateGoals(config.workspace.value, change);
    } catch (error) {
      const isUnknown = error instanceof ConfigError && error.code === 'unknown_goal';
      if (!isUnknown || config.goalsFrom !== 'project file') throw error;
      const { message, code } = error;
      throw new ConfigError(code, message, { hint: this.#describeProjectGoals(config) });
    }
  }

  #describeProjectGoals({ project, goals }: RunConfig): string {
    const ids = goals.map(({ id }) => id).join(', ');
    const why = this.flags['sandbox'] ? 'With --sandbox, this command does not change it. ' : '';
    return `The goals of ${project?.path} are in effect: ${ids}. ${why}To change them, edit the file.`;
  }

  /**
   * Stores what `change` makes of the mappings, where the goals in effect are: in the project file,
   * or in the workspace. `--sandbox` never changes a project file.
   */
  protected async changeMappings(
    config: RunConfig,
    change: (goals: ConversionGoal[]) => ConversionGoal[],
  ): Promise<ConversionGoal[]> {
    const { project } = config;
    if (!project?.goals || !this.isProjectChanged(config)) return this.changeGoals(config, change);
    let goals;
    try {
      goals = updateProjectMappings(project.path, change);
    } catch (error) {
      const isUnknown = error instanceof ConfigError && error.code === 'unknown_goal';
      if (!isUnknown) throw error;
      // It may be a stored goal, which the project file hides.
      return this.changeGoals(config, change);
    }
    await this.io.info(`Changed ${project.path}.`);
    return goals;
  }

  /** Whether mappings are stored where the goals in effect are. */
  protected isProjectChanged({ goalsFrom }: RunConfig): boolean {
    return goalsFrom === 'user config' || !this.flags['sandbox'];
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
