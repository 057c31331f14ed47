import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import type { Claims } from './claims.js';
import { slotOf } from './claims.js';
import type { Entry } from './entry.js';
import type { PostbackRows } from './postback-rows.js';
import type { ReplayCandidate } from './replay-rows.js';

/** How many postbacks a replay has claimed of one kind. */
export interface Claimed {
  network: NetworkName;
  /** They are records of audience lists. */
  isForLists: boolean;
  count: number;
}

/** Where a replay delivers to. */
export interface ReplayTarget {
  /** The account of each network. */
  accounts?: Partial<Record<NetworkName, string>>;
  /** Whether what was recorded for another account is moved to it. */
  moves?: boolean;
}

/** Claims pending rows for a run; see DeliveryLog.claim. Call inside a write. */
export function claimRows(
  rows: PostbackRows,
  run: number,
  ids: readonly string[],
  accountOf: (index: number) => string | undefined,
): (Entry | 'other_account' | undefined)[] {
  return ids.map((id, index) => claimRow(rows, run, id, accountOf(index)));
}

/** Claims one pending row; undefined where another run has it. Call inside a write. */
export function claimRow(
  rows: PostbackRows,
  run: number,
  id: string,
  account: string | undefined,
): Entry | 'other_account' | undefined {
  const isClaimed = rows.claim(id, run, account);
  const row = rows.find(id);
  if (isClaimed) return row && { postback: row.postback, attempts: row.attempts, stored: true };
  const isOther = row?.state === 'pending' && row.run === undefined && row.account !== account;
  return isOther ? 'other_account' : undefined;
}

/** What became of the candidates of a replay. Those of another account are in none of the lists. */
export interface Reclaimed {
  claimed: Claimed[];
  /** Another run has taken them since they were listed. */
  taken: Postback[];
  /** Another conversion of the player has counted since. */
  counted: Postback[];
}

/** Makes postbacks pending for a run that replays them; see DeliveryLog.reclaim. Call inside a write. */
export function reclaimRows(
  rows: PostbackRows,
  claims: Claims,
  run: number,
  candidates: readonly ReplayCandidate[],
  { accounts = {}, moves = false }: ReplayTarget,
): Reclaimed {
  const claimed = new Map<string, Claimed>();
  const taken: Postback[] = [];
  const counted: Postback[] = [];
  for (const { state, postback, attempts, account } of candidates) {
    if (state === 'delivered' && !rows.find(postback.id)) {
      rows.put({ postback, attempts }, 'pending', account ?? null, { kind: 'stopped', reason: 'replayed' });
    }
    const slot = slotOf(postback);
    if (slot && state !== 'delivered' && !claims.take(slot)) {
      rows.dropWaiting(postback.id);
      counted.push(postback);
      continue;
    }
    if (!rows.reclaim(postback.id, run, { account: accounts[postback.network], moves })) {
      const row = rows.find(postback.id);
      if (row === undefined || row.run !== undefined) taken.push(postback);
      continue;
    }
    const { network, membership } = postback;
    const key = `${network} ${membership === undefined}`;
    const { count } = claimed.get(key) ?? { count: 0 };
    claimed.set(key, { network, isForLists: membership !== undefined, count: count + 1 });
  }
  return { claimed: [...claimed.values()], taken, counted };
}
