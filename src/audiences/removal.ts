import { withDelivery } from '../delivery/delivery.js';
import type { Report } from '../delivery/report.js';
import type { Summary } from '../delivery/tally.js';
import { AudienceLists } from '../log/audience-lists.js';
import type { Database } from '../log/database.js';
import type { Membership } from '../log/memberships.js';
import type { Postback } from '../networks/network.js';
import type { Random } from '../random.js';
import type { Workspace } from '../workspace.js';
import { makeChange, makeChangeId } from './change.js';

/** Makes the record that takes an erased person out of a list; undefined where the person has left it already. */
export function makeRemoval(
  database: Database,
  membership: Membership,
  parts: { workspace: string; nowMs: number; random: Random },
): Postback | undefined {
  const { sealed, member } = membership;
  const [list] = new AudienceLists(database).find(membership.list);
  if (sealed === undefined || !list) return undefined;
  const change = makeChangeId(parts.random);
  const person = { member, names: [], sealed, content: '{"action":"DELETE","pii":{}}' };
  return makeChange({ workspace: parts.workspace, nowMs: parts.nowMs, list, person, change });
}

/** Longest time that an erasure tries to upload removals, in milliseconds; what is left waits in the queue. */
const PATIENCE_MS = 10_000;

/**
 * Uploads the removals that an erasure has recorded, once and within {@link PATIENCE_MS}: an erasure does not wait for
 * networks, and never for the decision on an upload. What could not be uploaded stays pending.
 * @param ids of their postbacks
 * @throws as withDelivery
 */
export function deliverRemovals(
  workspace: Workspace,
  ids: readonly string[],
  { report, signal }: { report: Report; signal: AbortSignal },
): Promise<Summary> {
  const run = { networks: ['amazon'], goals: [], command: 'erase', lists: true, maxRests: 0 } as const;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  return withDelivery(workspace, { ...run, report, signal: bounded }, async ({ log, tally, underway, lists }) => {
    const lane = lists.get('amazon');
    if (!lane) return;
    for (const entry of await log.claim(ids, () => lane.account)) {
      if (entry === undefined) continue;
      if (entry === 'other_account') {
        tally.plan();
        tally.leaveToOtherAccount('amazon');
        continue;
      }
      const { postback } = entry;
      tally.plan();
      underway.add(postback);
      lane.add({ outgoing: { postback, mapping: postback.membership?.list ?? '' }, entry, tries: 0 });
    }
  });
}
