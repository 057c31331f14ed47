import type { Standing } from '../log/postback-rows.js';
import type { StagedPair } from '../log/membership-stage.js';

/** What is done with one person. `resume`, `resend`: an earlier run began it. */
export type Todo = 'add' | 'update' | 'remove' | 'refresh' | 'resume' | 'resend';

/** Why nothing is done: all is as the file has it, or the change is on its way already. */
export type Rest = 'unchanged' | 'underway';

/** What a sync will do, in people. */
export interface SyncPlan {
  list: string;
  /** Makes the list equal to the file. */
  full: boolean;
  toAdd: number;
  /** In the list, but told of differently now. */
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
  /** Who was uploaded before this time is uploaded again. */
  refreshBeforeMs: number;
  /** What the log knows of the record of a change. */
  standing: (change: string) => Standing;
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
export function countPerson(plan: SyncPlan, judged: Todo | Rest): void {
  plan[COUNTERS[judged]]++;
}

/** How many records a plan makes. */
export function countRecords({ toAdd, toUpdate, toRemove, toRefresh, toResume }: SyncPlan): number {
  return toAdd + toUpdate + toRemove + toRefresh + toResume;
}

/** Decides what is to be done with one person, by what the file says and what was uploaded before. */
export function judgePair({ staged, known }: StagedPair, rules: PlanRules): Todo | Rest {
  if (staged.action === 'KEEP') return 'unchanged';
  const isRemoval = staged.action === 'DELETE';
  if (!known) {
    // Who is not known to be in the list is removed where somebody says so, not to make it equal to a file.
    if (isRemoval) return rules.full ? 'unchanged' : 'remove';
    return 'add';
  }
  const isSame = known.action === staged.action && (isRemoval || known.digest === staged.digest);
  if (!isSame) return isRemoval ? 'remove' : known.action === 'CREATE' ? 'update' : 'add';
  if (!known.isSettled) return judgeUnsettled(rules.standing(known.change), isRemoval);
  const isDue = !isRemoval && (rules.refresh || known.updatedMs < rules.refreshBeforeMs);
  return isDue ? 'refresh' : 'unchanged';
}

function judgeUnsettled(standing: Standing, isRemoval: boolean): Todo | Rest {
  // Noted, and the process ended before its record was: the same change again.
  if (standing === 'unknown') return 'resend';
  if (standing === 'known') return 'underway';
  if (standing.state !== 'pending') return isRemoval ? 'remove' : 'add';
  return standing.run === undefined && standing.kind !== 'processing' ? 'resume' : 'underway';
}
