import { withLogReader } from '../log/open-log.js';
import type { Connection } from '../networks/connection.js';
import type { AnyNetwork } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { describeWaiting, type HealthIssue } from './health-issues.js';

const DAY_MS = 24 * 3_600_000;

/** Returns what waits in the log for a network, and the command that delivers it. */
export async function findPendingIssue(
  { clock, logLocation }: Workspace,
  network: AnyNetwork,
  connection: Connection,
): Promise<HealthIssue | undefined> {
  const activities = await withLogReader(logLocation, (reader) =>
    reader.readActivity(clock.now() - DAY_MS),
  );
  const activity = activities?.get(network.name);
  const pending = activity?.pending ?? 0;
  return pending > 0 ? describeWaiting(network, connection, pending, activity) : undefined;
}
