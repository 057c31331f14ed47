import { LogPeek } from '../log/log-peek.js';
import type { ReplayCandidate, ReplayFilter } from '../log/replay-rows.js';
import { listDelivered, listUndelivered } from '../log/replay-rows.js';
import type { SkipReason } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { channelOf, judgeStored } from './judge-stored.js';
import type { Stage } from './stage.js';

/** Why a postback that matches is not sent again. */
export type ReplayRefusal = SkipReason | 'dedupe_window' | 'processing';

export interface ReplayPlan {
  /** Postbacks that the filters match. */
  matched: number;
  /** Those that will be sent. */
  toSend: number;
  /** Those that could be sent but for `--limit`. */
  overLimit: number;
  /**
   * Those that cannot be sent, by reason; `dedupe_window`: the network could count them
   * twice; `processing`: it has them and has not decided.
   */
  refused: Partial<Record<ReplayRefusal, number>>;
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
}

/** Finds in the log what a replay would send, and why the rest cannot be sent. Sends nothing. */
export function planReplay(workspace: Workspace, stage: Stage, selection: ReplaySelection): PlannedReplay {
  const plan: ReplayPlan = { matched: 0, toSend: 0, overLimit: 0, refused: {}, states: {}, networks: {}, goals: {} };
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
      const refusal = judgeCandidate(candidate, workspace, stage, peek, selection.force);
      if (refusal !== undefined) {
        plan.refused[refusal] = (plan.refused[refusal] ?? 0) + 1;
        if (refusal === 'too_old' && candidate.state === 'pending') candidates.push(candidate);
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
  return { plan, candidates };
}

function* listMatching(peek: LogPeek, selection: ReplaySelection): Generator<ReplayCandidate> {
  yield* listUndelivered(peek.database, selection);
  yield* listDelivered(peek.database, selection);
}

function judgeCandidate(
  { postback, state, kind, attempts, request }: ReplayCandidate,
  workspace: Workspace,
  { world }: Stage,
  peek: LogPeek,
  force: boolean,
): ReplayRefusal | undefined {
  if (request !== undefined && !force) return 'processing';
  const { stop } = judgeStored(postback, workspace, world);
  if (stop) return stop.reason;
  const route = world.routes.get(postback.network);
  const dedupeWindowMs = route && channelOf(route, postback)?.limits.dedupeWindowMs;
  if (force || dedupeWindowMs === undefined || attempts === 0 || !mayHaveArrived(state, kind)) return undefined;
  const nowMs = workspace.clock.now();
  const firstMs = peek.firstAttemptMs(postback) ?? nowMs;
  return nowMs - firstMs > dedupeWindowMs ? 'dedupe_window' : undefined;
}

/** Whether the network may hold it already: it was accepted, or the answer never came. */
function mayHaveArrived(state: ReplayCandidate['state'], kind: string | undefined): boolean {
  return state === 'delivered' || kind === 'transient' || kind === 'unknown' || kind === 'processing';
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
