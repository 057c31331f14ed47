import { AuthError, ConfigError } from '../errors.js';
import { isUnwritableLog, withLogReader } from '../log/open-log.js';
import type { Workspace } from '../workspace.js';
import type { Report } from './report.js';

/**
 * Asks networks that decide later, once, what became of what they accepted, and records it. Makes
 * no request and no run where nothing waits for a decision, or where nobody may ask now.
 * @throws InternalError when the log cannot be written
 */
export async function pollDecisions(
  workspace: Workspace,
  { report, signal }: { report: Report; signal: AbortSignal },
): Promise<void> {
  if (!(await hasUndecided(workspace))) return;
  const run = { command: 'status', networks: [], goals: [], report, signal };
  try {
    // Delivery is loaded only where something waits: this runs in every `status`.
    const { withDelivery } = await import('./delivery.js');
    const { askForDecisions } = await import('./follow-up.js');
    await withDelivery(workspace, run, async ({ deciding }) => {
      await askForDecisions(deciding);
    });
  } catch (error) {
    // The caller reports a connection or mapping that does not work. A log that can only be read is
    // read.
    if (error instanceof AuthError || error instanceof ConfigError) return;
    if (!(await isUnwritableLog(workspace.logLocation, error))) throw error;
  }
}

async function hasUndecided({ logLocation }: Workspace): Promise<boolean> {
  return (await withLogReader(logLocation, (reader) => reader.hasUndecided())) === true;
}
