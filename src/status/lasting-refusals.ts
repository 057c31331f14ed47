import type { Connected } from '../accounts/connections.js';
import { withLogReader } from '../log/open-log.js';
import type { Refusal } from '../networks/fix.js';
import { describeRefusal, type Guidance } from '../networks/guidance.js';
import type { Workspace } from '../workspace.js';
import { findRefusal } from './health-issues.js';

/** A refusal that nothing has disproved since, in words. */
export interface LastingRefusal extends Guidance {
  refusal: Refusal;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Returns what each of the connected networks refused last, as far as it still holds.
 * @throws InternalError where the log cannot be read
 */
export async function listLastingRefusals(
  workspace: Workspace,
  connected: readonly Connected[],
): Promise<LastingRefusal[]> {
  const { clock, logLocation } = workspace;
  const activities = await withLogReader(logLocation, (reader) =>
    reader.readActivity(clock.now() - DAY_MS),
  );
  if (!activities) return [];
  return connected.flatMap(({ credentials: { connection } }) => {
    const refusal = findRefusal(connection, activities.get(connection.network));
    return refusal ? [{ refusal, ...describeRefusal(refusal, connection.source) }] : [];
  });
}
