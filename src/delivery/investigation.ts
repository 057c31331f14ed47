import type { Outcome } from '../networks/network.js';
import type { Batch, Item } from './batch.js';
import { halve } from './batch.js';
import { pickProbes } from './probes.js';
import type { RequestSender } from './request-sender.js';
import { isFinalRefusal } from './shared-cause.js';

/**
 * Finds out whether all events of a batch that was refused whole share the cause: some of them are
 * sent alone, one after another. The first that is taken ends that, and the rest is searched for
 * its bad events. Where all are refused the rest waits: an event that was not tried is never
 * failed.
 */
export class Investigation {
  readonly #sender: RequestSender;
  readonly #key: string;
  readonly #suspect: Outcome;
  readonly #candidates: readonly Item[];
  readonly #finish: () => void;
  #rest: Batch | undefined;
  #refused = 0;
  #isCleared = false;

  /** Begins once no other batch of the group is being looked into. */
  static async begin(
    sender: RequestSender,
    batch: Batch,
    suspect: Outcome,
  ): Promise<Investigation> {
    const finish = await sender.causes.begin(sender.keyOf(batch));
    return new Investigation(sender, batch, suspect, finish);
  }

  private constructor(sender: RequestSender, batch: Batch, suspect: Outcome, finish: () => void) {
    this.#sender = sender;
    this.#key = sender.keyOf(batch);
    this.#suspect = suspect;
    this.#candidates = pickProbes(batch.items, sender.causes.probesFor(this.#key));
    this.#finish = finish;
    this.#rest = batch;
  }

  /**
   * Takes the next event to send alone out of the batch.
   * @returns undefined when the investigation is over
   */
  async nextProbe(): Promise<Batch | undefined> {
    const rest = this.#rest;
    const { causes } = this.#sender;
    const most = Math.min(this.#candidates.length, causes.probesFor(this.#key));
    if (!rest || this.#isCleared || this.#sender.stopFor(this.#key) || this.#refused >= most)
      return undefined;
    const candidate = this.#candidates[this.#refused] as Item;
    const others = rest.items.filter((item) => item !== candidate);
    const groups = others.length === 0 ? [[candidate]] : [[candidate], others];
    const parts = await this.#sender.divide(rest, groups);
    this.#rest = parts?.[1];
    return parts && { ...(parts[0] as Batch), isProbe: true };
  }

  /** Takes note of what became of the probe; undefined: it has no outcome yet. */
  note(outcome: Outcome | undefined): void {
    if (isFinalRefusal(outcome)) this.#refused++;
    else this.#isCleared = true;
  }

  /**
   * Ends the investigation, and leaves the rest pending where its cause is shared.
   * @returns the batches to send
   */
  async conclude(): Promise<Batch[]> {
    const rest = this.#rest;
    if (!rest) return [];
    if (this.#isCleared) return this.#search(rest);
    const stop =
      this.#sender.stopFor(this.#key) ??
      (await this.#sender.concludeShared(this.#key, this.#suspect));
    await this.#sender.leavePending(rest, stop);
    return [];
  }

  /** Lets the other batches of the group go on. */
  end(): void {
    this.#finish();
  }

  /** Where a bad event was found already, the rest may be good: it is not halved before. */
  async #search(rest: Batch): Promise<Batch[]> {
    if (this.#refused > 0 || rest.items.length === 1) return [{ ...rest, cleared: true }];
    const halves = await this.#sender.divide(rest, halve(rest.items));
    return (halves ?? []).map((half) => ({ ...half, cleared: true }));
  }
}
