import type { PruneReceipt } from '../log/maintenance.js';
import { describeCount } from '../report/words.js';
import type { IO } from './io.js';
import { printRecord } from './table.js';
import { localTime } from './time.js';

/** Whether nothing in the log is that old. */
export function isNothingToPrune({
  requests,
  skips,
  failed,
  skipped,
  stopped,
}: PruneReceipt): boolean {
  return requests + skips + failed + skipped === 0 && !stopped;
}

export function describeNothingToPrune({ olderThan, pendingKept }: PruneReceipt): string {
  const pending =
    pendingKept === 0 ? '' : ` ${describeCount(pendingKept)} older pending postbacks are kept.`;
  return `Nothing in the log is older than ${localTime(olderThan)}.${pending}`;
}

/** Shows what goes, or went, and what stays. */
export async function printPruned(io: IO, receipt: PruneReceipt): Promise<void> {
  const { olderThan, attempts, requests, skips, failed, skipped, pendingKept, freedBytes, dryRun } =
    receipt;
  await printRecord(io, [
    ['Older than', io.isTerminal ? localTime(olderThan) : olderThan],
    ['Attempts', `${describeCount(attempts)} in ${describeCount(requests)} requests`],
    ['Skips', describeCount(skips)],
    ['Failed postbacks', describeCount(failed)],
    ['Skipped postbacks', describeCount(skipped)],
    ['Pending, kept', describeCount(pendingKept)],
    ['Freed on disk', dryRun ? null : describeBytes(freedBytes)],
  ]);
  if (receipt.stopped) await io.info('Stopped early. Run the same command to continue.');
  else if (dryRun) await io.info('Dry run: nothing was removed.');
  else if (freedBytes <= 0)
    await io.info('The file does not shrink yet. The log reuses the free space first.');
}

function describeBytes(bytes: number): string {
  if (bytes <= 0) return '0 MB';
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
