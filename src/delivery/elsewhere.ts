import type { Clock } from '../clock.js';
import type { Mapping } from '../goals/goal.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import { LEASE_MS } from '../log/runs.js';
import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import type { Item } from './batch.js';
import type { Report } from './report.js';
import type { Tally } from './tally.js';
import type { Underway } from './underway.js';

/** How often the log is asked what became of them, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** Postbacks that are asked for in one transaction. */
const PER_LOOK = 500;
/** Postbacks kept in memory. More are only counted: another run that has so many does not finish within a lease. */
const MOST_KEPT = 10_000;

/** What a lane does for postbacks that come back to this run. */
interface Taker {
  account: string;
  add(item: Item): void;
  shelve(count: number): void;
}

export interface ElsewhereParts {
  log: DeliveryLog;
  /** The lane that a postback goes by. */
  laneOf: (postback: Postback) => Taker | undefined;
  clock: Clock;
  tally: Tally;
  underway: Underway;
  mappingOf: (postback: Postback) => Mapping | undefined;
  report: Report;
  signal: AbortSignal;
}

/**
 * Postbacks that this run met and another living run is delivering. They are no duplicates before the other run's answer
 * is recorded: this run waits for it, delivers what the other leaves, and says what remains.
 */
export class Elsewhere {
  readonly #parts: ElsewhereParts;
  readonly #postbacks = new Map<string, Postback>();
  /** Of each network, those beyond {@link MOST_KEPT}. */
  readonly #more = new Map<NetworkName, number>();
  #isLooking = false;

  constructor(parts: ElsewhereParts) {
    this.#parts = parts;
  }

  /** Takes a postback that is counted as planned. */
  add(postback: Postback): void {
    if (this.#postbacks.size < MOST_KEPT) this.#postbacks.set(postback.id, postback);
    else this.#more.set(postback.network, (this.#more.get(postback.network) ?? 0) + 1);
  }

  get size(): number {
    return this.#postbacks.size;
  }

  /** Asks once what became of them, and gives to the lanes what is this run's now. Returns whether anything was. */
  async look(): Promise<boolean> {
    if (this.size === 0 || this.#isLooking) return false;
    this.#isLooking = true;
    try {
      const before = this.size;
      const all = [...this.#postbacks.values()];
      for (let at = 0; at < all.length; at += PER_LOOK) await this.#inquire(all.slice(at, at + PER_LOOK));
      return this.size !== before;
    } finally {
      this.#isLooking = false;
    }
  }

  /**
   * Waits until another run has delivered or left each of them; gives up when nothing has changed for a lease. What
   * remains is counted as pending.
   * @param drain resolves when the lanes have delivered what they were given
   */
  async settle(drain: () => Promise<void>): Promise<void> {
    const { clock, signal, report, log } = this.#parts;
    let changedMs = clock.now();
    for (let isTold = false; this.size > 0 && !signal.aborted;) {
      if (await this.look()) {
        await drain();
        changedMs = clock.now();
        continue;
      }
      if (clock.now() - changedMs >= LEASE_MS) break;
      if (!isTold && clock.now() - changedMs >= LOOK_EVERY_MS) {
        isTold = true;
        report({ type: 'input', message: `Waiting for ${this.size} postbacks that ${nameRuns(log)}.` });
      }
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
    this.#countRest();
  }

  async #inquire(postbacks: readonly Postback[]): Promise<void> {
    const { log, laneOf, tally, underway, mappingOf } = this.#parts;
    const answers = await log.inquire(postbacks, (index) => laneOf(postbacks[index]!)?.account);
    const delivered: Postback[] = [];
    postbacks.forEach((postback, index) => {
      const answer = answers[index];
      const lane = laneOf(postback);
      if (answer === 'elsewhere' || answer === undefined || lane === undefined) return;
      this.#postbacks.delete(postback.id);
      if (answer === 'other_account') {
        tally.leaveToOtherAccount(postback.network);
      } else if (answer === 'known') {
        delivered.push(postback);
      } else if (answer === 'unknown') {
        underway.add(postback);
        const outgoing = { postback, mapping: mappingOf(postback) ?? '' };
        lane.add({ outgoing, entry: { postback, attempts: 0 }, tries: 0 });
      } else {
        lane.shelve(1);
      }
    });
    for (const { network } of delivered) {
      tally.unplan();
      tally.skip('duplicate', network, true);
    }
    await log.skip(
      delivered.map(({ eventId, event, goal, network }) => {
        return { eventId, event, goal, network, reason: 'duplicate', message: 'another run delivered it' };
      }),
    );
  }

  #countRest(): void {
    const { tally, log, report } = this.#parts;
    for (const { network } of this.#postbacks.values()) tally.wait(network, 'other_run');
    for (const [network, count] of this.#more) tally.wait(network, 'other_run', count);
    const count = tally.summary.waiting.other_run ?? 0;
    if (count > 0) report({ type: 'input', message: `${count} postbacks stay pending: ${nameRuns(log)}.` });
  }
}

/** Who delivers them, for a sentence. */
function nameRuns(log: DeliveryLog): string {
  const runs = log.listLiving().map(({ command, pid, host }) => `${command} (process ${pid} on ${host})`);
  return runs.length === 0 ? 'another run had' : `another run is delivering: ${runs.join(', ')}`;
}
