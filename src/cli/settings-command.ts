import type { Command } from '@oclif/core';
import type { RunConfig } from '../config/run-config.js';
import type { SettingName } from '../config/settings.js';
import type { SettingScope } from '../config/user-config.js';
import { GoalsCommand } from './goals-command.js';

/** A command that stores settings. */
export abstract class SettingsCommand<T extends typeof Command> extends GoalsCommand<T> {
  /** A workspace that was asked for has settings of its own; otherwise they hold for all. */
  protected scopeOf({ workspace }: RunConfig): SettingScope {
    return workspace.source === 'flag' || workspace.source === 'environment'
      ? { workspace: workspace.value }
      : 'all';
  }

  /** Says so where something else decides what was just stored. */
  protected async warnOfPrecedence(name: SettingName): Promise<void> {
    const { source, where } = this.loadConfig().sources[name];
    if (source === 'user config' || source === 'default') return;
    await this.io.info(
      `${this.io.color.err.yellow('Note:')} here ${where ?? source} decides ${name}.`,
    );
  }

  /** The scope in words, to end a sentence. */
  protected describeScope(scope: SettingScope): string {
    return scope === 'all' ? 'in every workspace' : `in the workspace ${scope.workspace}`;
  }
}
