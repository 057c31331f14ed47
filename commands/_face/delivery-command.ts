import type { Command } from '@oclif/core';
import { UsageError } from '../../src/errors.js';
import type { Input } from '../../src/events/input.js';
import { PlannedRequests } from './planned-requests.js';
import { WorkspaceCommand } from './workspace-command.js';

/** A command that delivers postbacks, or shows with `--dry-run` what it would deliver. */
export abstract class DeliveryCommand<T extends typeof Command> extends WorkspaceCommand<T> {
  /**
   * Where the requests of a dry run go; undefined without `--dry-run`.
   * @throws UsageError for `--requests` without `--dry-run`, and as {@link PlannedRequests}
   */
  protected openRequests(inputs: readonly Input[]): PlannedRequests | undefined {
    const { 'dry-run': isDryRun, requests } = this.flags as { 'dry-run'?: boolean; requests?: string };
    if (isDryRun) return new PlannedRequests(requests, this.protectedFiles(inputs), this.io);
    if (requests === undefined) return undefined;
    throw new UsageError('needs_dry_run', '--requests writes what a dry run would send.', {
      hint: 'Add --dry-run, or leave --requests out.',
    });
  }
}
