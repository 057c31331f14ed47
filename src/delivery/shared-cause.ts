import type { Outcome, OutcomeKind } from '../networks/network.js';
import type { Stop } from './account-queue-types.js';
import { trimEndOf } from '../text-ends.js';

/**
 * Single events that are refused, none being taken, until their cause is held to be shared by all.
 */
const PROBES = 9;
/**
 * The same where other requests of the group were refused whole too: each of them is a sign as
 * well.
 */
const FEWEST_PROBES = 4;
/**
 * Requests that one mistake may cost in a group, with those that were under way when it was met.
 */
const REQUESTS = 11;
/** Where something of the group was taken before, a batch of another kind needs more evidence. */
const PROBES_AFTER_SUCCESS = 20;
/**
 * Requests in a row that are refused for their form or address, whatever the events, until no more
 * are made.
 */
const WHOLE_REFUSALS = 3;

const FINAL: ReadonlySet<OutcomeKind> = new Set(['payload', 'configuration', 'expired']);

/** Whether an outcome says that the event itself is refused for good. */
export function isFinalRefusal(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && FINAL.has(outcome.kind);
}

interface Group {
  hasSuccess: boolean;
  /** Requests refused whole since the last success, probes left out. */
  refused: number;
  /** Those of them whose form or address was refused, in a row. */
  configuration: number;
  /** Settles when the batch that is being looked into is done with. */
  busy: Promise<void> | undefined;
  /** Settles when every batch that is about to be looked into has begun to be. */
  reserved: Promise<void> | undefined;
  reservations: number;
  endReservation: () => void;
  stop: Stop | undefined;
}

/**
 * Knows which groups of an account queue (events that may share a request) are refused for a cause
 * that every event shares. Events that were not tried are never failed for it: they wait.
 */
export class SharedCauses {
  readonly #groups = new Map<string, Group>();

  /** Why no event of the group is tried any more. */
  stopOf(key: string): Stop | undefined {
    return this.#groups.get(key)?.stop;
  }

  /**
   * Whether requests of the group have to wait for the look into one of its batches; undefined:
   * they need not.
   */
  busy(key: string): Promise<void> | undefined {
    const group = this.#groups.get(key);
    return group && !group.hasSuccess ? (group.busy ?? group.reserved) : undefined;
  }

  /**
   * Holds requests of the group back until {@link unreserve}: a batch of it is about to be looked
   * into.
   */
  reserve(key: string): void {
    const group = this.#of(key);
    group.reservations++;
    group.reserved ??= new Promise((resolve) => (group.endReservation = resolve));
  }

  unreserve(key: string): void {
    const group = this.#of(key);
    group.reservations--;
    if (group.reservations > 0) return;
    group.reserved = undefined;
    group.endReservation();
  }

  /** How many events of a refused batch are worth being tried one by one. */
  probesFor(key: string): number {
    const group = this.#of(key);
    if (group.hasSuccess) return PROBES_AFTER_SUCCESS;
    return Math.max(FEWEST_PROBES, Math.min(PROBES, REQUESTS - group.refused));
  }

  /** Begins a look into a batch; call the result when it is over. */
  async begin(key: string): Promise<() => void> {
    const group = this.#of(key);
    while (group.busy) await group.busy;
    let end: () => void = () => undefined;
    group.busy = new Promise((resolve) => (end = resolve));
    return () => {
      group.busy = undefined;
      end();
    };
  }

  /**
   * Takes note of the answer to one request, and returns whether it shows that no request of the
   * group is worth making. `isSearched`: its bad events are looked for, so that it says nothing of
   * the others; `isProbe`: it carried one event, to learn about its neighbors.
   */
  note(
    key: string,
    outcomes: readonly Outcome[],
    { isSearched, isProbe }: { isSearched: boolean; isProbe: boolean },
  ): boolean {
    const group = this.#of(key);
    const [first] = outcomes;
    if (outcomes.some(({ kind }) => kind === 'delivered' || kind === 'processing')) {
      Object.assign(group, { hasSuccess: true, refused: 0, configuration: 0 });
      return false;
    }
    if (!first || !outcomes.every((outcome) => outcome === first) || !FINAL.has(first.kind))
      return false;
    if (isProbe) return false;
    group.refused++;
    const isWhole = first.kind === 'configuration' && !isSearched;
    group.configuration = isWhole ? group.configuration + 1 : 0;
    return group.configuration === WHOLE_REFUSALS && !group.hasSuccess;
  }

  /**
   * Concludes that every event shares the cause of a refusal.
   * @returns why the rest waits; where something of the group was taken before, only the batch that
   *   was looked into does
   */
  conclude(key: string, { reason, message }: Outcome): Stop {
    const words = message === undefined ? reason : trimEndOf(message, /[.\s]/);
    const stop: Stop = {
      kind: 'stopped',
      reason,
      message: `${words}. Every event that was tried was refused like this, so the rest was not tried.`,
    };
    const group = this.#of(key);
    if (!group.hasSuccess) group.stop = stop;
    return stop;
  }

  #of(key: string): Group {
    let group = this.#groups.get(key);
    if (!group) {
      group = {
        hasSuccess: false,
        refused: 0,
        configuration: 0,
        busy: undefined,
        reserved: undefined,
        reservations: 0,
        endReservation: () => undefined,
        stop: undefined,
      };
      this.#groups.set(key, group);
    }
    return group;
  }
}
