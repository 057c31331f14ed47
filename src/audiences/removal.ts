import { AUDIENCE_NETWORK } from '../networks/audience-registry.js';
import type { AudienceList, Membership } from '../log/audience-records.js';
import { withDelivery } from '../delivery/delivery.js';
import type { Report } from '../delivery/report.js';
import type { Summary } from '../delivery/tally.js';
import type { Postback } from '../networks/network.js';
import type { Random } from '../random.js';
import type { Workspace } from '../workspace.js';
import { makeChange, makeChangeId } from './change.js';

/**
 * Makes the record that takes an erased person out of a list; undefined where the person has left
 * it already.
 */
export function makeRemoval(
  list: AudienceList,
  membership: Membership,
  parts: { workspace: string; nowMs: number; random: Random },
): Postback | undefined {
  const { encrypted, member } = membership;
  if (encrypted === undefined) return undefined;
  const change = makeChangeId(parts.random);
  const person = { member, names: [], encrypted, content: '{"action":"DELETE","pii":{}}' };
  return makeChange({ workspace: parts.workspace, nowMs: parts.nowMs, list, person, change });
}

/**
 * Longest time that an erasure tries to upload removals, in milliseconds; what is left waits in the
 * queue.
 */
const PATIENCE_MS = 10_000;

/**
 * Uploads the removals that an erasure has recorded, once and within {@link PATIENCE_MS}: an
 * erasure does not wait for networks, and never for the decision on an upload. Removals that could
 * not be uploaded stay pending.
 * @param ids of their postbacks
 * @throws as withDelivery
 */
export function deliverRemovals(
  workspace: Workspace,
  ids: readonly string[],
  { report, signal }: { report: Report; signal: AbortSignal },
): Promise<Summary> {
  const run = {
    networks: [AUDIENCE_NETWORK],
    goals: [],
    command: 'erase',
    lists: true,
    maxRests: 0,
  } as const;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  return withDelivery(
    workspace,
    { ...run, report, signal: bounded },
    async ({ log, tally, inFlight, lists }) => {
      const accountQueue = lists.get(AUDIENCE_NETWORK);
      if (!accountQueue) return;
      for (const entry of await log.claim(
        ids.map((id) => ({ id, account: accountQueue.account })),
      )) {
        if (entry === undefined) continue;
        if (entry === 'other_account') {
          tally.plan(AUDIENCE_NETWORK);
          tally.leaveToOtherAccount(AUDIENCE_NETWORK);
          continue;
        }
        const { postback } = entry;
        tally.plan(AUDIENCE_NETWORK);
        inFlight.add(postback);
        accountQueue.add({
          outgoing: { postback, mapping: postback.membership?.list ?? '' },
          entry,
          tries: 0,
        });
      }
    },
  );
}
