import { slotOf } from '../log/claims.js';
import { LogPeek } from '../log/log-peek.js';
import type { ReplayCandidate, ReplayFilter } from '../log/replay-rows.js';
import { listDelivered, listUndelivered } from '../log/replay-rows.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { channelOf, judgeStored } from './judge-stored.js';
import { advise, type ReplayAdvice, type ReplayRefusal } from './replay-advice.js';
import type { Stage } from './stage.js';

export interface ReplayPlan {
  /** Postbacks that the filters match. */
  matched: number;
  /** Those that will be sent. */
  toSend: number;
  /** Those that could be sent but for `--limit`. */
  overLimit: number;
  /**
   * Those that cannot be sent, by reason; `dedupe_window`: the network could count them
   * twice; `processing`: it has them and has not decided; `other_account`: they were recorded for another account;
   * `delivered`: they were delivered, and `force` is not set.
   */
  refused: Partial<Record<ReplayRefusal, number>>;
  /** What those that cannot be sent need, one entry a reason. */
  advice: ReplayAdvice[];
  /** Those refused as `other_account`, by network; absent where there are none. */
  otherAccount?: Partial<Record<NetworkName, number>>;
  /** What will be sent, by what it is. */
  states: Record<string, number>;
  networks: Record<string, number>;
  goals: Record<string, number>;
  /** Event time of the oldest and newest that will be sent, ISO 8601. */
  oldest?: string;
  newest?: string;
}

export interface PlannedReplay {
  plan: ReplayPlan;
  /** What is handed to delivery: those to send, and pending ones whose window has closed, to be marked as failed. */
  candidates: ReplayCandidate[];
}

export interface ReplaySelection extends ReplayFilter {
  /** At most so many; Infinity: all. */
  limit: number;
  /** Sends also what the network could count twice. */
  force: boolean;
  /** Sends also what was recorded for another account than the one that is connected now. */
  accountChanged?: boolean;
}

/** Finds in the log what a replay would send, and why the rest cannot be sent. Sends nothing. */
export function planReplay(workspace: Workspace, stage: Stage, selection: ReplaySelection): PlannedReplay {
  const none = { refused: {}, advice: [], states: {}, networks: {}, goals: {} };
  const plan: ReplayPlan = { matched: 0, toSend: 0, overLimit: 0, ...none };
  const firsts = new Map<ReplayRefusal, ReplayCandidate>();
  const candidates: ReplayCandidate[] = [];
  const peek = LogPeek.open(workspace.logPath, workspace.name);
  if (!peek) return { plan, candidates };
  const met = new Set<string>();
  try {
    peek.takeOverDead(workspace.clock);
    for (const candidate of listMatching(peek, selection)) {
      if (met.has(candidate.postback.id)) continue;
      met.add(candidate.postback.id);
      plan.matched++;
      const refusal = judgeCandidate(candidate, workspace, stage, peek, selection);
      if (refusal !== undefined) {
        plan.refused[refusal] = (plan.refused[refusal] ?? 0) + 1;
        if (refusal === 'other_account') countOther(plan, candidate);
        if (!firsts.has(refusal)) firsts.set(refusal, candidate);
        // A replay ends what waits in vain: it has failed, or another conversion was counted.
        const isOver = refusal === 'too_old' || refusal === 'already_counted';
        if (isOver && candidate.state === 'pending') candidates.push(candidate);
      } else if (plan.toSend >= selection.limit) {
        plan.overLimit++;
      } else {
        candidates.push(candidate);
        count(plan, candidate);
      }
    }
  } finally {
    peek.close();
  }
  for (const [reason, first] of firsts) plan.advice.push(advise(reason, plan.refused[reason] ?? 0, first, stage));
  return { plan, candidates };
}

function* listMatching(peek: LogPeek, selection: ReplaySelection): Generator<ReplayCandidate> {
  yield* listUndelivered(peek.database, selection);
  yield* listDelivered(peek.database, selection);
}

function judgeCandidate(
  candidate: ReplayCandidate,
  workspace: Workspace,
  { world }: Stage,
  peek: LogPeek,
  { force, accountChanged = false }: ReplaySelection,
): ReplayRefusal | undefined {
  const { postback, account, state, request } = candidate;
  if (state === 'delivered' && !force) return 'delivered';
  if (request !== undefined && !force) return 'processing';
  const { stop } = judgeStored(postback, workspace, world);
  if (stop) return stop.reason;
  const route = world.routes.get(postback.network);
  const channel = route && channelOf(route, postback);
  if (!accountChanged && account !== undefined && account !== channel?.account) return 'other_account';
  if (isCounted(candidate, peek)) return 'already_counted';
  return force ? undefined : judgeDedupe(candidate, channel, workspace, peek);
}

/** Whether another conversion of the player has counted for its goal since. */
function isCounted({ postback, state }: ReplayCandidate, peek: LogPeek): boolean {
  const slot = state === 'delivered' ? undefined : slotOf(postback);
  const holder = slot && peek.people.claims.holder(slot);
  return holder !== undefined && holder !== postback.id;
}

/** Whether the network could count it twice: it may hold the first attempt, and has forgotten its id. */
function judgeDedupe(
  { postback, state, kind, attempts }: ReplayCandidate,
  channel: Channel | undefined,
  workspace: Workspace,
  peek: LogPeek,
): ReplayRefusal | undefined {
  const dedupeWindowMs = channel?.limits.dedupeWindowMs;
  if (dedupeWindowMs === undefined || attempts === 0 || !mayHaveArrived(state, kind)) return undefined;
  const nowMs = workspace.clock.now();
  const firstMs = peek.firstAttemptMs(postback) ?? nowMs;
  return nowMs - firstMs > dedupeWindowMs ? 'dedupe_window' : undefined;
}

/** Whether the network may hold it already: it was accepted, or the answer never came. */
function mayHaveArrived(state: ReplayCandidate['state'], kind: string | undefined): boolean {
  return state === 'delivered' || kind === 'transient' || kind === 'unknown' || kind === 'processing';
}

function countOther(plan: ReplayPlan, { postback: { network } }: ReplayCandidate): void {
  plan.otherAccount = { ...plan.otherAccount, [network]: (plan.otherAccount?.[network] ?? 0) + 1 };
}

function count(plan: ReplayPlan, { postback, state }: ReplayCandidate): void {
  const { network, goal, eventTimeMs } = postback;
  plan.toSend++;
  plan.states[state] = (plan.states[state] ?? 0) + 1;
  plan.networks[network] = (plan.networks[network] ?? 0) + 1;
  plan.goals[goal] = (plan.goals[goal] ?? 0) + 1;
  const time = new Date(eventTimeMs).toISOString();
  if (plan.oldest === undefined || time < plan.oldest) plan.oldest = time;
  if (plan.newest === undefined || time > plan.newest) plan.newest = time;
}
