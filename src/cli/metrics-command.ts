import { locateLog } from '../config/log-location.js';
import { systemClock } from '../clock.js';
import type { Command } from '@oclif/core';
import { loadRunConfig } from '../config/run-config.js';
import { UsageError } from '../errors.js';
import type { Aggregate } from '../report/aggregate.js';
import { checkFilterValues } from './filter-values.js';
import { BaseCommand } from './base-command.js';

interface Wanted {
  /** Value of the flag in milliseconds since the epoch. */
  since: number | undefined;
  until: number | undefined;
  networks: readonly string[];
  goals: readonly string[];
  /** How far back the figures reach where `since` is not given. */
  defaultSpanMs: number;
}

/** A command that reads figures out of the delivery log. */
export abstract class MetricsCommand<T extends typeof Command> extends BaseCommand<T> {
  /** The workspace's name, as the flags and files choose it. */
  protected get workspaceName(): string {
    return loadRunConfig({ flags: this.flags, ...this.environment }).workspace.value;
  }

  /** Reads the log of the workspace once. @throws UsageError when the time ends before it begins */
  protected async aggregate({
    since,
    until,
    networks,
    goals,
    defaultSpanMs,
  }: Wanted): Promise<Aggregate> {
    const nowMs = Date.now();
    const untilMs = until ?? nowMs;
    const sinceMs = since ?? untilMs - defaultSpanMs;
    if (sinceMs > untilMs) {
      throw new UsageError('bad_time', '--since is later than --until.', {
        hint: 'Write --since 7d --until 1d.',
      });
    }
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    await checkFilterValues(config, this.environment, { goal: goals });
    const filter = { sinceMs, untilMs, nowMs, networks, goals };
    const { aggregateLog } = await import('../report/aggregate.js');
    const location = locateLog({ config, environment: this.environment, clock: systemClock });
    return aggregateLog(location, filter, this.signal);
  }
}
