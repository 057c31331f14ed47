import type { QueueOf, RowPosition } from '../log/claims.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import type { Entry } from '../log/entry.js';
import type { InFlightSet } from './in-flight-set.js';

/**
 * A page of {@link ClaimedRows}. `none`: nothing waits. `end`: the last page was read, and the next
 * begins again. `underway`: all of the page is in flight. `some`: the entries are in flight from
 * now on.
 */
export type ClaimedPage =
  { kind: 'none' | 'end' | 'underway' } | { kind: 'some'; entries: readonly Entry[] };

/**
 * Reads the postbacks that wait in the log's rows, claimed by this run, in the order of their event
 * times. Each comes back once, though rows of postbacks in flight are met again.
 */
export class ClaimedRows {
  readonly #log: Pick<DeliveryLog, 'listClaimed'>;
  readonly #inFlight: InFlightSet;
  readonly #of: QueueOf;
  /** The last row that was read. */
  #after: RowPosition | undefined;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(log: Pick<DeliveryLog, 'listClaimed'>, inFlight: InFlightSet, of: QueueOf) {
    this.#log = log;
    this.#inFlight = inFlight;
    this.#of = of;
  }

  /** Reads the next page of at most `limit` rows. Calls that overlap read one after another. */
  next(limit: number): Promise<ClaimedPage> {
    const page = this.#reading.then(() => this.#read(limit));
    this.#reading = page.catch(() => undefined);
    return page;
  }

  async #read(limit: number): Promise<ClaimedPage> {
    // A row that is sent while the answer is on its way is still in it.
    this.#inFlight.beginLookup();
    try {
      const found = await this.#log.listClaimed(this.#of, limit, this.#after);
      const last = found.at(-1);
      if (last === undefined) {
        const kind = this.#after === undefined ? 'none' : 'end';
        // Something older may have been deferred since: start from the beginning.
        this.#after = undefined;
        return { kind };
      }
      this.#after = last.postback;
      const entries = found.filter(({ postback }) => !this.#inFlight.isMet(postback.id));
      for (const { postback } of entries) this.#inFlight.add(postback);
      return entries.length === 0 ? { kind: 'underway' } : { kind: 'some', entries };
    } finally {
      this.#inFlight.endLookup();
    }
  }
}
