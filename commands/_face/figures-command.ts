import { join } from 'node:path';
import type { Command } from '@oclif/core';
import { loadRunConfig } from '../../src/config/run-config.js';
import { UsageError } from '../../src/errors.js';
import type { Survey } from '../../src/report/survey.js';
import { checkFilterValues } from './filter-values.js';
import { BaseCommand } from './base-command.js';

interface Wanted {
  /** As the flags say: milliseconds since the epoch. */
  since: number | undefined;
  until: number | undefined;
  networks: readonly string[];
  goals: readonly string[];
  /** How far back the figures reach where `since` is not given. */
  defaultSpanMs: number;
}

/** A command that reads figures out of the delivery log. */
export abstract class FiguresCommand<T extends typeof Command> extends BaseCommand<T> {
  /** The workspace's name, as the flags and files choose it. */
  protected get workspaceName(): string {
    return loadRunConfig({ flags: this.flags, ...this.environment }).workspace.value;
  }

  /** Reads the log of the workspace once. @throws UsageError when the time ends before it begins */
  protected async survey({ since, until, networks, goals, defaultSpanMs }: Wanted): Promise<Survey> {
    const nowMs = Date.now();
    const untilMs = until ?? nowMs;
    const sinceMs = since ?? untilMs - defaultSpanMs;
    if (sinceMs > untilMs) {
      throw new UsageError('bad_time', '--since is later than --until.', { hint: 'Write --since 7d --until 1d.' });
    }
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    const workspace = config.workspace.value;
    await checkFilterValues(config, this.environment.directories, { goal: goals });
    const filter = { sinceMs, untilMs, nowMs, networks, goals };
    const { surveyLog } = await import('../../src/report/survey.js');
    const path = join(this.environment.directories.data, workspace, 'delivery.db');
    return surveyLog({ path, workspace }, filter, this.signal);
  }
}
