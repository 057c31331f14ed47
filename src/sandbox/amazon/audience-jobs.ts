import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import type { InvalidRecord } from './audience-records.js';

export type JobState = 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'PARTIALLYSUCCEEDED';

/** One upload of records. */
export interface Job {
  id: string;
  audience: string;
  count: number;
  invalid: readonly InvalidRecord[];
  /** What it ends as. */
  outcome: Exclude<JobState, 'PENDING'>;
  decidedAtMs: number;
}

/**
 * How long a job says PENDING unless somebody says otherwise. Amazon takes minutes; nobody wants to
 * wait for those here.
 */
const DECIDES_AFTER_MS = 300;

/** The uploads that Amazon has accepted and decides on later. */
export class AudienceJobs {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #takesMs: number;
  readonly #jobs = new Map<string, Job>();

  constructor(clock: Clock, random: Random, takesMs = DECIDES_AFTER_MS) {
    this.#clock = clock;
    this.#random = random;
    this.#takesMs = takesMs;
  }

  add(job: Omit<Job, 'id' | 'decidedAtMs'>): Job {
    const hex = this.#random.bytes(16).toString('hex');
    const parts = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20),
    ];
    const added = { ...job, id: parts.join('-'), decidedAtMs: this.#clock.now() + this.#takesMs };
    this.#jobs.set(added.id, added);
    return added;
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  stateOf({ decidedAtMs, outcome }: Job): JobState {
    return this.#clock.now() < decidedAtMs ? 'PENDING' : outcome;
  }

  clear(): void {
    this.#jobs.clear();
  }
}
