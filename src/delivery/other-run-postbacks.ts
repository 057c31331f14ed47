import type { Clock } from '../clock.js';
import type { Mapping } from '../goals/goal.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import { LEASE_MS } from '../log/run.js';
import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import type { Item } from './batch.js';
import type { Report } from './report.js';
import type { Tally } from './tally.js';
import type { InFlightSet } from './in-flight-set.js';

/** How often the log is asked what became of them, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** Postbacks that are asked for in one transaction. */
const PER_LOOK = 500;
/**
 * Postbacks kept in memory. Reading waits before there are more ({@link Elsewhere.makeRoom}); what
 * comes all the same, because the other run does not get on, is only counted.
 */
const MOST_KEPT = 10_000;
/** Those at which reading waits: one part of an input has fewer than the rest. */
const MANY = MOST_KEPT / 2;

/** What an account queue does for postbacks that come back to this run. */
interface Taker {
  account: string;
  add(item: Item): void;
  deferToLog(count: number): void;
}

export interface ElsewhereParts {
  log: DeliveryLog;
  /** The account queue that a postback goes by. */
  queueOf: (postback: Postback) => Taker | undefined;
  clock: Clock;
  tally: Tally;
  inFlight: InFlightSet;
  mappingOf: (postback: Postback) => Mapping | undefined;
  report: Report;
  signal: AbortSignal;
}

/**
 * Postbacks that this run met and another living run is delivering. They are not duplicates before
 * the other run's answer is recorded: this run waits for it, delivers what the other leaves, and
 * says what remains.
 */
export class Elsewhere {
  readonly #parts: ElsewhereParts;
  readonly #postbacks = new Map<string, Postback>();
  /** Of each network, those beyond {@link MOST_KEPT}. */
  readonly #more = new Map<NetworkName, number>();
  #isLooking = false;
  /** The other run did not get on for a lease: reading waits for it no more. */
  #isStuck = false;
  /** It was said that the run waits. */
  #isReported = false;

  constructor(parts: ElsewhereParts) {
    this.#parts = parts;
  }

  /** Takes a postback that is counted as planned. */
  add(postback: Postback): void {
    if (this.#postbacks.size < MOST_KEPT) this.#postbacks.set(postback.id, postback);
    else this.#more.set(postback.network, (this.#more.get(postback.network) ?? 0) + 1);
  }

  /**
   * Lets go of a postback that this run has claimed by other means. Returns whether it was here.
   */
  release(id: string): boolean {
    return this.#postbacks.delete(id);
  }

  get size(): number {
    return this.#postbacks.size;
  }

  /**
   * Asks once what became of them, and gives to the account queues what is this run's now. Returns
   * whether anything was.
   */
  async look(): Promise<boolean> {
    if (this.size === 0 || this.#isLooking) return false;
    this.#isLooking = true;
    try {
      const before = this.size;
      const all = [...this.#postbacks.values()];
      // What a run that died meanwhile had is pending then.
      await this.#parts.log.recoverAbandonedRuns();
      for (let at = 0; at < all.length; at += PER_LOOK)
        await this.#inquire(all.slice(at, at + PER_LOOK));
      const hasChanged = this.size !== before;
      if (hasChanged) this.#isStuck = false;
      return hasChanged;
    } finally {
      this.#isLooking = false;
    }
  }

  /**
   * Waits while there are many of them and the other run gets on: two runs of the same file meet
   * half of its postbacks at each other, and in memory there is room for a few.
   */
  async makeRoom(): Promise<void> {
    const { clock, signal } = this.#parts;
    const startedMs = clock.now();
    while (this.size >= MANY && !this.#isStuck && !signal.aborted) {
      if (await this.look()) continue;
      this.#isStuck = clock.now() - startedMs >= LEASE_MS;
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  /**
   * Waits until another run has delivered or left some of them. Gives up when nothing has changed
   * for a lease; what remains is counted as pending.
   * @returns whether anything came back: deliver it and call again
   */
  async awaitChange(): Promise<boolean> {
    const { clock, signal, report, log } = this.#parts;
    const startedMs = clock.now();
    while (this.size > 0 && !signal.aborted) {
      if (await this.look()) return true;
      const waitedMs = clock.now() - startedMs;
      if (waitedMs >= LEASE_MS) break;
      if (!this.#isReported && waitedMs >= LOOK_EVERY_MS) {
        this.#isReported = true;
        report({
          type: 'input',
          message: `Waiting for ${this.size} postbacks that ${await nameRuns(log)}.`,
        });
      }
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
    await this.#countRest();
    return false;
  }

  async #inquire(postbacks: readonly Postback[]): Promise<void> {
    const { log, queueOf, tally, inFlight, mappingOf } = this.#parts;
    const answers = await log.inquire(
      postbacks.map((postback) => ({ postback, account: queueOf(postback)?.account })),
    );
    const delivered: Postback[] = [];
    postbacks.forEach((postback, index) => {
      const answer = answers[index];
      const accountQueue = queueOf(postback);
      if (answer === 'elsewhere' || answer === undefined || accountQueue === undefined) return;
      // Recovered in the meantime: its account queue has it.
      if (!this.#postbacks.delete(postback.id)) return;
      if (answer === 'other_account') {
        tally.leaveToOtherAccount(postback.network);
      } else if (answer === 'known') {
        delivered.push(postback);
      } else if (answer === 'unknown') {
        inFlight.add(postback);
        const outgoing = { postback, mapping: mappingOf(postback) ?? '' };
        accountQueue.add({ outgoing, entry: { postback, attempts: 0 }, tries: 0 });
      } else {
        accountQueue.deferToLog(1);
      }
    });
    for (const { network } of delivered) {
      tally.unplan(network);
      tally.skip('duplicate', network, true);
    }
    await log.skip(
      delivered.map(({ eventId, event, goal, network, membership }) => ({
        eventId,
        event,
        goal,
        network,
        reason: 'duplicate',
        message: 'another run delivered it',
        ...(membership && { list: membership.list }),
      })),
    );
  }

  async #countRest(): Promise<void> {
    const { tally, log, report } = this.#parts;
    for (const { network } of this.#postbacks.values()) tally.wait(network, 'other_run');
    for (const [network, count] of this.#more) tally.wait(network, 'other_run', count);
    const count = tally.summary.waiting.other_run ?? 0;
    if (count === 0) return;
    report({ type: 'input', message: `${count} postbacks stay pending: ${await nameRuns(log)}.` });
  }
}

/** Who delivers them, for a sentence. */
async function nameRuns(log: DeliveryLog): Promise<string> {
  const living = await log.listLivingRuns();
  const runs = living.map(({ command, pid, host }) => `${command} (process ${pid} on ${host})`);
  return runs.length === 0 ? 'another run had' : `another run is delivering: ${runs.join(', ')}`;
}
