import { NetworkError } from '../errors.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import type { Recovered } from '../log/claims.js';
import { RENEW_EVERY_MS, type IgnoredLease } from '../log/run.js';
import type { NetworkName } from '../networks/names.js';
import type { Elsewhere } from './other-run-postbacks.js';
import type { AccountQueue } from './account-queue.js';
import type { Report } from './report.js';
import type { Tally } from './tally.js';
import type { InFlightSet } from './in-flight-set.js';

/**
 * Maximum number of postbacks of one network that a step claims; a network that has as many left
 * waits for the next.
 */
const PER_STEP = 2_000;
/** Maximum number of recovered postbacks that are recognized when the input holds them too. */
const MOST_KNOWN = 20_000;

export interface RecoveryParts {
  log: DeliveryLog;
  /** The queues of the networks that this run serves. */
  accountQueues: ReadonlyMap<NetworkName, AccountQueue>;
  /** The goals that this run serves; empty: all. */
  goals: readonly string[];
  tally: Tally;
  inFlight: Pick<InFlightSet, 'has'>;
  elsewhere: Pick<Elsewhere, 'release'>;
  report: Report;
  signal: AbortSignal;
  /** Aborted when a step of the timer finds that another process has recovered this run. */
  takenOver: AbortController;
}

/**
 * Keeps the lease of a run and recovers runs that died: what they left is claimed and delivered by
 * this run, as far as it serves the network and the goal. The rest stays pending for other runs.
 */
export class Recovery {
  readonly #parts: RecoveryParts;
  readonly #timer: NodeJS.Timeout;
  /** Recovered postbacks that the input may hold too. */
  readonly #known = new Set<string>();
  /** Networks whose postbacks for another account were reported. */
  readonly #reported = new Set<NetworkName>();
  #isClaiming = false;
  #isReporting = true;
  #step: Promise<unknown> | undefined;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#tick(), RENEW_EVERY_MS);
  }

  /** The accounts that this run delivers to. */
  get accounts(): { network: NetworkName; account: string }[] {
    return [...this.#parts.accountQueues].map(([network, { account }]) => ({ network, account }));
  }

  /** The goals that this run serves; empty: all. */
  get goals(): readonly string[] {
    return this.#parts.goals;
  }

  /** Claims recovered postbacks from now on. Before, they are only made pending. */
  begin(): void {
    this.#isClaiming = true;
  }

  /**
   * Recovers dead runs once and gives what this run serves to its queues.
   * @param isReporting whether it says what it leaves because of the account; false: the caller
   *   does
   * @returns how many postbacks were claimed
   */
  async recover(isReporting = true): Promise<number> {
    await this.#step;
    this.#isReporting = isReporting;
    const count = (await this.#parts.log.hasAbandonedWork()) ? await this.#recover() : 0;
    this.#isReporting = true;
    return count;
  }

  /** Says once that postbacks were left alone because they were recorded for another account. */
  reportOthers(network: NetworkName, account: string, count: number): void {
    if (count === 0 || this.#reported.has(network)) return;
    this.#reported.add(network);
    this.#parts.report({
      type: 'notice',
      network,
      message: describeOthers(network, account, count),
    });
  }

  /** Waits for a step of the timer, and lets it make no other. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#step;
  }

  /**
   * Whether a postback of the input was recovered: it is counted and under way already. From now on
   * it counts as the input's own.
   */
  meets(id: string): boolean {
    if (!this.#known.delete(id)) return false;
    this.#parts.tally.recover(-1);
    return true;
  }

  #tick(): void {
    if (this.#step) return;
    const { accountQueues, takenOver } = this.#parts;
    const send = async (): Promise<void> => {
      await this.#parts.log.renewLease();
      await this.#recover();
      // A backfill orders what it reads by deadline: until it has read all, its rows wait.
      if (!this.#isClaiming) return;
      for (const accountQueue of accountQueues.values()) await catchUp(accountQueue);
    };
    this.#step = send()
      .catch((error: unknown) => {
        // Every other fault of the log is met by the write that needs it.
        if (isTakenOver(error)) takenOver.abort(error);
      })
      .finally(() => (this.#step = undefined));
  }

  async #recover(): Promise<number> {
    const { log, accountQueues, goals, signal } = this.#parts;
    const mayClaim = this.#isClaiming && !signal.aborted;
    const ready = [...accountQueues].filter(
      ([, accountQueue]) =>
        mayClaim &&
        !accountQueue.stop &&
        !accountQueue.isBroken &&
        accountQueue.deferred < PER_STEP,
    );
    const accounts = ready.map(([network, accountQueue]) => ({
      network,
      account: accountQueue.account,
    }));
    this.reportIgnored(await log.recoverAbandonedRuns());
    const recovered =
      accounts.length === 0 ? [] : await log.claimRecovered(accounts, goals, PER_STEP);
    let total = 0;
    for (const [index, [network, accountQueue]] of ready.entries()) {
      const { ids, others } = recovered[index] as Recovered;
      total += this.#take(network, accountQueue, ids);
      if (this.#isReporting) this.reportOthers(network, accountQueue.account, others);
    }
    return total;
  }

  /** Gives claimed postbacks to their queue. Those that this run met before are counted already. */
  #take(network: NetworkName, accountQueue: AccountQueue, ids: readonly string[]): number {
    const { tally, inFlight, elsewhere, report } = this.#parts;
    const unplanned: string[] = [];
    let count = 0;
    for (const id of ids) {
      // The input holds it too, and its own claim of it follows.
      if (inFlight.has(id)) continue;
      count++;
      if (!elsewhere.release(id)) unplanned.push(id);
    }
    accountQueue.deferToLog(count);
    if (unplanned.length > 0) {
      tally.plan(network, unplanned.length);
      tally.recover(unplanned.length);
      for (const id of unplanned) this.#remember(id);
      const words = unplanned.length === 1 ? '1 postback' : `${unplanned.length} postbacks`;
      const message = `Delivering ${words} for ${network} from a run that ended before it was finished.`;
      report({ type: 'input', message });
    }
    return count;
  }

  #remember(id: string): void {
    this.#known.add(id);
    if (this.#known.size <= MOST_KNOWN) return;
    for (const oldest of this.#known) {
      this.#known.delete(oldest);
      break;
    }
  }

  /** Says that runs were recovered whose leases are dated in the future. */
  reportIgnored(leases: readonly IgnoredLease[]): void {
    for (const { name, command, host, aheadMs } of leases) {
      const seconds = Math.round(aheadMs / 1000);
      const message =
        `The lease of run ${name} (${command} on ${host}) is dated ${seconds} s in the future ` +
        'and was ignored: the clock of that machine or of this one was changed. Its unfinished ' +
        'postbacks are recovered.';
      this.#parts.report({ type: 'input', message });
    }
  }
}

/** Whether an error says that another process has recovered this run. */
export function isTakenOver(error: unknown): boolean {
  return error instanceof NetworkError && error.code === 'run_taken_over';
}

function describeOthers(network: NetworkName, account: string, count: number): string {
  const words = count === 1 ? '1 pending postback was' : `${count} pending postbacks were`;
  return (
    `${words} recorded for another account than ${account} and left alone. To send them to ` +
    `${account}: postback replay --state pending --all --account-changed --network ${network}`
  );
}

/** Sends what waits in rows, as far as there is room. */
async function catchUp(accountQueue: AccountQueue): Promise<void> {
  for (let before = Infinity; accountQueue.deferred > 0 && accountQueue.deferred < before;) {
    before = accountQueue.deferred;
    await accountQueue.catchUp();
  }
}
