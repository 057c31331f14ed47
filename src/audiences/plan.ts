import type { StagedPair } from '../log/audience-records.js';
import type { LoggedState } from '../log/stored-postback.js';

/** Action for one person. `resume`, `resend`: an earlier run began it. */
export type Todo = 'add' | 'update' | 'remove' | 'refresh' | 'resume' | 'resend';

/** Why nothing is done: all is as the file has it, or the change is on its way already. */
export type Rest = 'unchanged' | 'underway';

/** Planned actions of a sync, in numbers of people. */
export interface SyncPlan {
  list: string;
  /** Makes the list equal to the file. */
  full: boolean;
  toAdd: number;
  /** In the list, with changed data. */
  toUpdate: number;
  toRemove: number;
  /** Unchanged, and uploaded again so that they stay: half of the list's time to live is over. */
  toRefresh: number;
  /** Begun by an earlier run and not finished. */
  toResume: number;
  unchanged: number;
  /** Accepted by the network and not decided yet, or in the hands of another process. */
  underway: number;
  invalid: number;
  /** Kept out by rule, by reason. */
  skipped: number;
}

export interface PlanRules {
  full: boolean;
  /** Uploads everybody again. */
  refresh: boolean;
  /** People who were last uploaded before this time are uploaded again. */
  refreshBeforeMs: number;
  /** Returns the logged state of a change. */
  postbackState: (change: string) => LoggedState;
}

const COUNTERS = {
  add: 'toAdd',
  update: 'toUpdate',
  remove: 'toRemove',
  refresh: 'toRefresh',
  resume: 'toResume',
  resend: 'toResume',
  unchanged: 'unchanged',
  underway: 'underway',
} as const;

export function startPlan(list: string, full: boolean): SyncPlan {
  return {
    list,
    full,
    toAdd: 0,
    toUpdate: 0,
    toRemove: 0,
    toRefresh: 0,
    toResume: 0,
    unchanged: 0,
    underway: 0,
    invalid: 0,
    skipped: 0,
  };
}

/** Counts one person into a plan. */
export function countPerson(plan: SyncPlan, decision: Todo | Rest): void {
  plan[COUNTERS[decision]]++;
}

/** How many records a plan makes. */
export function countRecords({ toAdd, toUpdate, toRemove, toRefresh, toResume }: SyncPlan): number {
  return toAdd + toUpdate + toRemove + toRefresh + toResume;
}

/**
 * Decides what is to be done with one person, by what the file says and what was uploaded before.
 */
export function evaluatePair({ staged, known }: StagedPair, rules: PlanRules): Todo | Rest {
  if (staged.action === 'KEEP') return 'unchanged';
  const isRemoval = staged.action === 'DELETE';
  if (!known) {
    // A person who is not known to be in the list is removed only on an explicit DELETE, not by
    // --full.
    if (isRemoval) return rules.full ? 'unchanged' : 'remove';
    return 'add';
  }
  const isSame = known.action === staged.action && (isRemoval || known.digest === staged.digest);
  if (!isSame) return isRemoval ? 'remove' : known.action === 'CREATE' ? 'update' : 'add';
  if (!known.isConfirmed) return evaluateUnconfirmed(rules.postbackState(known.change), isRemoval);
  const isDue = !isRemoval && (rules.refresh || known.updatedMs < rules.refreshBeforeMs);
  return isDue ? 'refresh' : 'unchanged';
}

function evaluateUnconfirmed(postbackState: LoggedState, isRemoval: boolean): Todo | Rest {
  // Noted, and the process ended before its record was: the same change again.
  if (postbackState === 'unknown') return 'resend';
  if (postbackState === 'known') return 'underway';
  if (postbackState.state !== 'pending') return isRemoval ? 'remove' : 'add';
  return postbackState.run === undefined && postbackState.kind !== 'processing'
    ? 'resume'
    : 'underway';
}
