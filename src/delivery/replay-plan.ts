import type { ReplayCandidate } from '../log/stored-postback.js';
import { lockOf, type OnceLock } from '../log/once-lock.js';
import { withLogReader } from '../log/open-log.js';
import type { LogReader } from '../log/log-reader.js';
import type { PerNetwork } from '../networks/names.js';
import type { Channel } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { channelOf, evaluateStored } from './evaluate-stored.js';
import {
  advise,
  type ReplayAdvice,
  type ReplayRefusal,
  type ReplaySelection,
} from './replay-advice.js';
import type { RunContext } from './resolve-targets.js';

export interface ReplayPlan {
  /** Postbacks that the filters match. */
  matched: number;
  /** Those that will be sent. */
  toSend: number;
  /** Those that could be sent but for `--limit`. */
  overLimit: number;
  /**
   * Those that cannot be sent, by reason; `dedupe_window`: the network could count them twice;
   * `processing`: it has them and has not decided; `other_account`: they were recorded for another
   * account; `delivered`: they were delivered, and `force` is not set.
   */
  refused: Partial<Record<ReplayRefusal, number>>;
  /** What those that cannot be sent need, one entry a reason. */
  advice: ReplayAdvice[];
  /** Those refused as `other_account`, by network; absent where there are none. */
  otherAccount?: PerNetwork<number>;
  /** What will be sent, by what it is. */
  states: Record<string, number>;
  networks: Record<string, number>;
  goals: Record<string, number>;
  /** Event time of the oldest and newest that will be sent, ISO 8601. */
  oldest?: string;
  newest?: string;
}

/** Reasons that no later replay can change. */
const OVER: ReadonlySet<ReplayRefusal> = new Set<ReplayRefusal>([
  'too_old',
  'already_counted',
  'log_damaged',
]);

export interface PlannedReplay {
  plan: ReplayPlan;
  /**
   * What is handed to delivery: those to send, and pending ones whose window has closed, to be
   * marked as failed.
   */
  candidates: ReplayCandidate[];
}

/** Finds in the log what a replay would send, and why the rest cannot be sent. Sends nothing. */
export async function planReplay(
  workspace: Workspace,
  runContext: RunContext,
  selection: ReplaySelection,
): Promise<PlannedReplay> {
  const planner = new ReplayPlanner(workspace, runContext, selection);
  await withLogReader(workspace.logLocation, async (logReader) => {
    for (const list of [logReader.listUndelivered(selection), logReader.listDelivered(selection)]) {
      for await (const candidates of list) await planner.take(candidates, logReader);
    }
  });
  return planner.finish();
}

/** What the log knows of a candidate in addition to its row. */
interface Known {
  /** Id of the postback that holds the once-per-player lock. */
  lockOwner: string | undefined;
  firstAttemptMs: number | undefined;
}

class ReplayPlanner {
  readonly #workspace: Workspace;
  readonly #runContext: RunContext;
  readonly #selection: ReplaySelection;
  readonly #plan: ReplayPlan = {
    matched: 0,
    toSend: 0,
    overLimit: 0,
    refused: {},
    advice: [],
    states: {},
    networks: {},
    goals: {},
  };
  readonly #candidates: ReplayCandidate[] = [];
  readonly #firsts = new Map<ReplayRefusal, ReplayCandidate>();
  readonly #met = new Set<string>();

  constructor(workspace: Workspace, runContext: RunContext, selection: ReplaySelection) {
    this.#workspace = workspace;
    this.#runContext = runContext;
    this.#selection = selection;
  }

  /** Plans some candidates, with one look-up for all of them. */
  async take(found: readonly ReplayCandidate[], logReader: LogReader): Promise<void> {
    const fresh = found.filter(({ postback: { id } }) => {
      const isFresh = !this.#met.has(id);
      this.#met.add(id);
      return isFresh;
    });
    const known = await readKnown(fresh, logReader, this.#selection.force);
    for (const candidate of fresh) this.#decide(candidate, known(candidate));
  }

  finish(): PlannedReplay {
    const plan = this.#plan;
    const selection = this.#selection;
    for (const [reason, first] of this.#firsts) {
      plan.advice.push(
        advise(
          {
            reason,
            count: plan.refused[reason] ?? 0,
            first,
            selection,
            isGoalRemoved: this.#workspace.goals.every(({ id }) => id !== first.postback.goal),
          },
          this.#runContext,
        ),
      );
    }
    return { plan, candidates: this.#candidates };
  }

  #decide(candidate: ReplayCandidate, known: Known): void {
    const plan = this.#plan;
    plan.matched++;
    const refusal = this.#evaluate(candidate, known);
    if (refusal !== undefined) {
      plan.refused[refusal] = (plan.refused[refusal] ?? 0) + 1;
      if (refusal === 'other_account') countOther(plan, candidate);
      if (!this.#firsts.has(refusal)) this.#firsts.set(refusal, candidate);
      // A replay ends what waits in vain: it has failed, or another conversion was counted.
      const isOver = OVER.has(refusal);
      if (isOver && candidate.state === 'pending') this.#candidates.push(candidate);
    } else if (plan.toSend >= this.#selection.limit) {
      plan.overLimit++;
    } else {
      this.#candidates.push(candidate);
      count(plan, candidate);
    }
  }

  #evaluate(candidate: ReplayCandidate, known: Known): ReplayRefusal | undefined {
    const { postback, account, state, request } = candidate;
    const { force, accountChanged = false } = this.#selection;
    const { planContext } = this.#runContext;
    if (state === 'delivered' && !force) return 'delivered';
    if (request !== undefined && !force) return 'processing';
    const { stop } = evaluateStored(postback, this.#workspace, planContext);
    if (stop) return stop.reason;
    const route = planContext.routes.get(postback.network);
    const channel = route && channelOf(route, postback);
    if (!accountChanged && account !== undefined && account !== channel?.account)
      return 'other_account';
    if (known.lockOwner !== undefined && known.lockOwner !== postback.id) return 'already_counted';
    return force
      ? undefined
      : evaluateDedupe(candidate, channel, known.firstAttemptMs, this.#workspace.clock.now());
  }
}

/** Asks the log, once for all candidates, what a plan has to know of each. */
async function readKnown(
  candidates: readonly ReplayCandidate[],
  logReader: LogReader,
  force: boolean,
): Promise<(candidate: ReplayCandidate) => Known> {
  const locks = candidates.flatMap(({ postback, state }): OnceLock[] => {
    const lock = state === 'delivered' ? undefined : lockOf(postback);
    return lock ? [lock] : [];
  });
  const attempted = force
    ? []
    : candidates.filter(({ attempts }) => attempts > 0).map(({ postback }) => postback);
  const owners = await logReader.findLockOwners(locks);
  const firsts = await logReader.findFirstAttempts(attempted);
  const ownerOf = new Map(locks.map(({ id }, index) => [id, owners[index]]));
  const firstOf = new Map(attempted.map(({ id }, index) => [id, firsts[index]]));
  return ({ postback: { id } }) => ({
    lockOwner: ownerOf.get(id),
    firstAttemptMs: firstOf.get(id),
  });
}

/**
 * Whether the network could count it twice: it may hold the first attempt, and has forgotten its
 * id.
 */
function evaluateDedupe(
  { state, kind, attempts }: ReplayCandidate,
  channel: Channel | undefined,
  firstAttemptMs: number | undefined,
  nowMs: number,
): ReplayRefusal | undefined {
  const dedupeWindowMs = channel?.limits.dedupeWindowMs;
  if (dedupeWindowMs === undefined || attempts === 0 || !mayHaveArrived(state, kind))
    return undefined;
  return nowMs - (firstAttemptMs ?? nowMs) > dedupeWindowMs ? 'dedupe_window' : undefined;
}

/** Whether the network may hold it already: it was accepted, or the answer never came. */
function mayHaveArrived(state: ReplayCandidate['state'], kind: string | undefined): boolean {
  return (
    state === 'delivered' || kind === 'transient' || kind === 'unknown' || kind === 'processing'
  );
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
