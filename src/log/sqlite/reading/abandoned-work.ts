import type {
  LoggedState,
  ReplayCandidate,
  ReplayFilter,
  StoredPostback,
} from '../../stored-postback.js';
import { listAbandoned as listBatches, type AbandonedParts } from '../maintenance/recovery.js';
import { listAbandoned } from '../../packed/replay-filter.js';
import type { Runs } from '../runs/runs.js';

/**
 * What dead runs left unfinished, as a recovery would record it. A reader that cannot write lays it
 * over what the log has, so that its answers are those of the next run.
 */
export class AbandonedWork {
  /** Numbers of the dead runs. */
  readonly runs: ReadonlySet<number>;
  /** Pending postbacks that have no row yet, or another one, by id. */
  readonly postbacks: ReadonlyMap<string, StoredPostback>;

  constructor(parts: AbandonedParts, runs: Runs, nowMs: number) {
    this.runs = new Set(runs.findDead());
    const postbacks = new Map<string, StoredPostback>();
    for (const run of this.runs) {
      for (const { entries, account, outcome } of listBatches(run, parts)) {
        const { kind, reason, message } = outcome;
        const why = { kind, reason, message, http: undefined, request: undefined };
        for (const { postback, attempts } of entries) {
          const stored = { state: 'pending', postback, account, attempts, run: undefined } as const;
          postbacks.set(postback.id, { ...stored, ...why, updatedMs: nowMs });
        }
      }
    }
    this.postbacks = postbacks;
  }

  /** What became of a postback, by its id and what the log has of it. */
  adopt(id: string, found: LoggedState): LoggedState {
    const abandoned = this.postbacks.get(id);
    if (abandoned) return abandoned;
    if (typeof found === 'string' || found.run === undefined || !this.runs.has(found.run))
      return found;
    return { ...found, run: undefined };
  }

  /** Matching postbacks, oldest event first. */
  list(filter: ReplayFilter): ReplayCandidate[] {
    return listAbandoned([...this.postbacks.values()], filter);
  }
}
