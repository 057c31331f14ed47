import type { LogLocation } from '../config/log-location.js';
import { UsageError } from '../errors.js';
import { systemRandom } from '../random.js';
import { MOVED_TABLES, type MoveOptions, type MoveReceipt } from './moving.js';
import { openDeliveryLog } from './open-log.js';

/**
 * Copies a log on this machine to a server: ids, locks, clicks, aliases, suppressions, lists,
 * checkpoints, and what is pending, failed or skipped. What the server has stays, so that it can be
 * run again. The copied log stays as it is.
 * @throws UsageError when there is no log, or a run is at work on it; ConfigError as LogImport
 */
export async function moveLog(
  from: LogLocation,
  to: LogLocation,
  { history, signal, report }: MoveOptions,
): Promise<MoveReceipt> {
  const { openExport } = await import('./sqlite/maintenance/export-log.js');
  openExport(from.path).close();
  await recover(from);
  const source = openExport(from.path);
  const { LogImport } = await import('./postgres/maintenance/import-log.js');
  try {
    const target = await LogImport.open(to, source);
    try {
      const rows = Object.fromEntries(
        MOVED_TABLES.map((table) => [table, 0]),
      ) as MoveReceipt['rows'];
      const receipt: MoveReceipt = {
        from: from.path,
        to: target.shownAddress,
        ids: 0,
        rows,
        requests: 0,
        prunedIds: source.countPruned(),
      };
      const undecided = new Set<number>();
      for (const table of MOVED_TABLES) {
        for (const page of source.pages(table)) {
          if (signal.aborted) return { ...receipt, stopped: true };
          if (table === 'postback')
            for (const { request } of page) if (request) undecided.add(Number(request));
          rows[table] += await target.put(table, page);
          report(table, rows[table]);
        }
      }
      // Last: a postback that has an id and no row was delivered.
      for (const page of source.pages('request')) {
        if (signal.aborted) return { ...receipt, stopped: true };
        const copied = await target.putRequests(page, history, undecided);
        receipt.ids += copied.ids;
        receipt.requests += copied.requests;
        report('request', receipt.ids);
      }
      for (const page of source.pages('problem'))
        await target.putProblems(
          page.filter(({ request }) => history || undecided.has(Number(request))),
        );
      return receipt;
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
}

/** Makes what runs that died left in flight pending, so that it is copied as that. */
async function recover({ path, workspace, clock }: LogLocation): Promise<void> {
  const settings = {
    synchronous: 'full',
    keepDelivered: 0,
    keepSkips: 0,
    random: systemRandom,
  } as const;
  const log = await openDeliveryLog({ path, workspace, clock, ...settings }, 'move');
  const living = await log.listLivingRuns();
  if (living.length > 0) {
    await log.close();
    const names = living.map(({ command, host }) => `${command} on ${host}`).join(', ');
    throw new UsageError('log_in_use', `A run is at work on this log: ${names}.`, {
      hint: 'Stop it, or wait until it has ended, then run the same command again.',
    });
  }
  await log.recoverAbandonedRuns();
  await log.close();
}
