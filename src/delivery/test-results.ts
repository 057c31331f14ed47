import type { NetworkName } from '../networks/names.js';
import type { Report } from './report.js';
import type { TestPlan } from './test-plan.js';

/** What became of one test conversion. */
export interface TestResult {
  goal: string;
  network: NetworkName;
  /** Null where none was made. */
  eventId: string | null;
  /**
   * `refused`: it would have been counted as real, or could not be made; `planned`: by a dry run.
   */
  status: 'delivered' | 'failed' | 'pending' | 'skipped' | 'refused' | 'planned';
  http: number | null;
  /** The network's words, or why it was not sent. */
  message: string | null;
}

type Fate = Pick<TestResult, 'status' | 'http' | 'message'>;

/** Listens to a run and keeps what became of each test conversion. */
export class TestResults {
  readonly #plan: TestPlan;
  readonly #fates = new Map<string, Fate>();
  readonly #notices = new Map<NetworkName, string>();

  constructor(plan: TestPlan) {
    this.#plan = plan;
  }

  readonly note: Report = (update) => {
    if (update.type === 'notice') this.#notices.set(update.network, update.message);
    else if (update.type === 'skip')
      this.skip(update.entry.eventId, update.entry.reason, update.message);
    else if (update.type === 'expired') {
      for (const { eventId } of update.postbacks)
        this.#put(eventId, 'failed', null, 'the window closed while it waited');
    } else if (update.type === 'answer') {
      update.batch.items.forEach(({ outgoing: { postback } }, index) => {
        const verdict = update.verdicts[index];
        if (!verdict) return;
        const { status, rowState: settled, outcome } = verdict;
        const message =
          outcome.message === undefined ? outcome.reason : `${outcome.reason}: ${outcome.message}`;
        const fate =
          status === 'success' ? 'delivered' : settled === 'failed' ? 'failed' : 'pending';
        this.#put(
          postback.eventId,
          fate,
          update.http ?? null,
          fate === 'delivered' ? null : message,
        );
      });
    }
  };

  skip(eventId: string, reason: string, message: string): void {
    this.#put(eventId, 'skipped', null, `${reason}: ${message}`);
  }

  /**
   * One result for each goal and network, the refused ones last; `unheard`: what the others are of
   * that nothing was told.
   */
  list(unheard: 'pending' | 'planned' = 'pending'): TestResult[] {
    const tested = this.#plan.ready.map(({ goal, network, event }): TestResult => {
      const message = this.#notices.get(network) ?? null;
      const fate = this.#fates.get(event.id) ?? { status: unheard, http: null, message };
      return { goal: goal.id, network, eventId: event.id, ...fate };
    });
    return [...tested, ...listRefused(this.#plan)];
  }

  #put(eventId: string, status: Fate['status'], http: number | null, message: string | null): void {
    this.#fates.set(eventId, { status, http, message });
  }
}

/** The results of what a plan refuses. */
export function listRefused({ refused }: TestPlan): TestResult[] {
  return refused.map(({ goal, network, message }) => ({
    goal,
    network,
    eventId: null,
    status: 'refused',
    http: null,
    message,
  }));
}
