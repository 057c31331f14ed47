import type { Connected } from '../accounts/connections.js';
import { readActivity } from '../log/activity.js';
import type { Refusal } from '../networks/fix.js';
import { describeRefusal, type Guidance } from '../networks/guidance.js';
import type { Workspace } from '../workspace.js';
import { findRefusal } from './attention.js';

/** A refusal that nothing has disproved since, in words. */
export interface StandingRefusal extends Guidance {
  refusal: Refusal;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Returns what each of the connected networks refused last, as far as it still holds.
 * @throws InternalError where the log cannot be read
 */
export function listStandingRefusals(workspace: Workspace, connected: readonly Connected[]): StandingRefusal[] {
  const { clock, logPath, name } = workspace;
  const activities = readActivity(logPath, name, { clock, sinceMs: clock.now() - DAY_MS });
  return connected.flatMap(({ credentials: { connection } }) => {
    const refusal = findRefusal(connection, activities.get(connection.network));
    return refusal ? [{ refusal, ...describeRefusal(refusal, connection.source) }] : [];
  });
}
