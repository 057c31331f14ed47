import { AuthError, ConfigError } from '../errors.js';
import { isUnwritable } from '../log/database-faults.js';
import { LogPeek } from '../log/log-peek.js';
import type { Workspace } from '../workspace.js';
import { withDelivery } from './delivery.js';
import { askForDecisions } from './follow-up.js';
import type { Report } from './report.js';

/**
 * Asks networks that decide later, once, what became of what they accepted, and records it. Makes no request and no run
 * where nothing waits for a decision, or where nobody may ask now.
 * @throws InternalError when the log cannot be written
 */
export async function pickUpDecisions(
  workspace: Workspace,
  { report, signal }: { report: Report; signal: AbortSignal },
): Promise<void> {
  if (!hasUndecided(workspace)) return;
  const run = { command: 'status', networks: [], goals: [], report, signal };
  try {
    await withDelivery(workspace, run, async ({ deciding }) => {
      await askForDecisions(deciding);
    });
  } catch (error) {
    // The caller reports a connection or mapping that does not work. A log that can only be read is read.
    if (!(error instanceof AuthError || error instanceof ConfigError || isUnwritable(error))) throw error;
  }
}

function hasUndecided({ logPath, name }: Workspace): boolean {
  const peek = LogPeek.open(logPath, name);
  if (!peek) return false;
  try {
    return peek.database.prepare('SELECT 1 FROM postback WHERE request IS NOT NULL LIMIT 1').get() !== undefined;
  } finally {
    peek.close();
  }
}
