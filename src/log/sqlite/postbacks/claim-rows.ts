import type { ReplayCandidate } from '../../stored-postback.js';
import type { Postback } from '../../../networks/network.js';
import type { People } from '../people/people.js';
import { lockOf } from '../people/once-locks.js';
import type {
  Claimed,
  ClaimTarget,
  Inquired,
  Inquiry,
  Reclaimed,
  ReplayTarget,
} from '../../claims.js';
import type { Entry } from '../../entry.js';
import { findState, type SqliteParts } from '../parts.js';
import type { PostbackRows } from './postback-rows.js';

/** Claims pending rows for a run; see DeliveryLog.claim. Call inside a write. */
export function claimRows(
  rows: PostbackRows,
  run: number,
  targets: readonly ClaimTarget[],
): (Entry | 'other_account' | undefined)[] {
  return targets.map(({ id, account }) => claimRow(rows, run, id, account));
}

/** Claims one pending row; undefined where another run has it. Call inside a write. */
function claimRow(
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

/** Asks what became of postbacks; see DeliveryLog.inquire. Call inside a write. */
export function inquireAll(parts: SqliteParts, asked: readonly Inquiry[]): Inquired[] {
  const { dedupe, rows, others } = parts;
  dedupe.catchUp();
  rows.refresh();
  return asked.map(({ postback, account }) => {
    const state = findState(parts, postback);
    if (others.has(postback, state)) return 'elsewhere';
    if (typeof state === 'string') return state;
    if (state.state !== 'pending' || state.request !== undefined) return 'known';
    return claimRow(rows, parts.run.id, postback.id, account) ?? 'elsewhere';
  });
}

/**
 * Makes postbacks pending for a run that replays them; see DeliveryLog.reclaim. Call inside a
 * write.
 */
export function reclaimRows(
  { rows, people, run }: { rows: PostbackRows; people: People; run: number },
  candidates: readonly ReplayCandidate[],
  { accounts = {}, moves = false }: ReplayTarget,
): Reclaimed {
  const claimed = new Map<string, Claimed>();
  const taken: Postback[] = [];
  const counted: Postback[] = [];
  for (const { state, postback, attempts, account } of candidates) {
    if (state === 'delivered' && !rows.find(postback.id)) {
      const outcome = { kind: 'stopped', reason: 'replayed' } as const;
      rows.put({ postback, attempts }, { state: 'pending', account: account ?? null, outcome });
    }
    const lock = lockOf(postback);
    if (lock && state !== 'delivered' && !people.takeLock(lock)) {
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
