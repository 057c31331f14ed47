import { AuthError, messageOf, NetworkError } from '../errors.js';
import type { HttpAnswer } from '../http/http.js';
import type { Outcome, Verdict } from '../networks/network.js';
import type { AccountQueueDeps, Stop } from './account-queue-types.js';
import { STOPPED } from './account-queue-types.js';
import { Breaker } from './breaker.js';
import { paceKeyOf } from './pace.js';
import { noteRefusal, recordRefusal, type RefusalDetails } from './refusals.js';
import { LONGEST_WAIT_MS, MOST_RESTS } from './retry.js';

/**
 * Whether an account takes requests: what its answers and its token say of it as a whole. Knows
 * when to stop: a refused grant, a network that was rested too often, a signal.
 */
export class AccountHealth {
  readonly breaker: Breaker;
  /**
   * The run goes on for as long as its input does: no network is given up, and what has used up its
   * attempts is deferred to the log.
   */
  isPersistent = false;
  readonly #deps: AccountQueueDeps;
  #stop: Stop | undefined;
  #isRecorded = false;
  readonly #notices = new Set<string>();
  /** It was reported that postbacks wait, and the network has not answered well since. */
  #hasReportedDeferred = false;

  constructor(deps: AccountQueueDeps) {
    this.#deps = deps;
    this.breaker = new Breaker(deps.clock);
  }

  /** Why nothing more leaves; undefined while all goes on. */
  get stop(): Stop | undefined {
    return this.#stop ?? (this.#deps.signal.aborted ? STOPPED : undefined);
  }

  /** Takes note of what an answer says of the network as a whole. */
  noteAnswer({ outcomes, retryAfterMs = 0 }: Verdict, status: number | undefined): void {
    const [first] = outcomes;
    const isUniform = first !== undefined && outcomes.every((outcome) => outcome === first);
    const kind = isUniform ? first.kind : 'delivered';
    // A server in trouble may ask for time too; where a single event has to wait, its answer is a
    // 400.
    const asksForTime =
      kind === 'throttled' || (kind === 'transient' && (status ?? 0) >= 500 && retryAfterMs > 0);
    if (asksForTime) this.#slowDown(first as Outcome, retryAfterMs);
    else if (kind === 'transient' || kind === 'unknown') this.noteFailure(first as Outcome);
    else if (this.breaker.succeed()) {
      this.#hasReportedDeferred = false;
      this.#report(`${this.#deps.channel.network} answers again.`);
    }
  }

  /** Counts a request that failed whole, or could not be made. */
  noteFailure({ kind, reason, message }: Outcome): void {
    const { network } = this.#deps.channel;
    const restMs = this.breaker.fail();
    if (restMs === 0) return;
    const said = message ?? reason;
    if (this.breaker.rests > MOST_RESTS && !this.isPersistent) {
      const words = `${network} keeps failing; what is left stays pending. ${said}`;
      this.#end({ kind, reason, message: words });
      return;
    }
    this.#report(`${network} keeps failing; pausing ${restMs / 1000} s. ${said}`);
  }

  /** Stops, because the network refused the grant. */
  async refuse(answer: HttpAnswer, { outcomes }: Verdict): Promise<void> {
    if (this.#stop) return;
    const { reason, message = `HTTP ${answer.status}`, fix } = outcomes[0] ?? { reason: 'refused' };
    this.#stopFor({ kind: 'credential', reason, message, ...(fix && { fix }) });
    // A grant that is valid needs nobody to connect again.
    if (fix === undefined || fix.by === 'reconnect') await this.#deps.tokens.reportRefused(answer);
  }

  /**
   * Takes note of why no token can be had.
   * @returns the outcome where the token endpoint could not be asked; undefined where nothing more
   *   leaves
   * @throws `error` where it is of another kind
   */
  noteTokenFault(error: unknown): Outcome | undefined {
    if (this.stop) return undefined;
    if (error instanceof NetworkError)
      return { kind: 'transient', reason: error.code, message: messageOf(error) };
    if (!(error instanceof AuthError)) throw error;
    const { code, message, hint, next } = error;
    this.#stopFor(
      { kind: 'credential', reason: code, message },
      { ...(hint && { action: hint }), ...(next && { next }) },
    );
    return undefined;
  }

  /** Reports once that postbacks wait in the log, until the network answers well. */
  reportDeferred(count: number, { reason, message }: Outcome): void {
    if (count === 0 || this.#hasReportedDeferred) return;
    this.#hasReportedDeferred = true;
    const { network } = this.#deps.channel;
    this.#report(
      `${count} postbacks wait for ${network} and will be tried again: ${message ?? reason}`,
    );
  }

  /** What every answer of the network repeats is reported once a run. */
  reportNotice({ notice }: Verdict): void {
    if (notice === undefined || this.#notices.has(notice)) return;
    this.#notices.add(notice);
    this.#report(notice);
  }

  /** Writes down why nothing more leaves, so that other commands can say it. */
  async recordRefusal(): Promise<void> {
    const refusal = this.#stop?.refusal;
    if (!refusal || this.#isRecorded) return;
    this.#isRecorded = true;
    await recordRefusal(this.#deps, refusal);
  }

  #slowDown(outcome: Outcome, retryAfterMs: number): void {
    const { channel, clock, log } = this.#deps;
    if (retryAfterMs <= LONGEST_WAIT_MS) {
      this.breaker.pause(retryAfterMs);
      void log.sharedPace?.rest(paceKeyOf(channel), retryAfterMs).catch(() => undefined);
    } else if (this.isPersistent) {
      this.breaker.pause(retryAfterMs);
      const seconds = Math.ceil(retryAfterMs / 1000);
      this.#report(
        `${channel.network} asks to wait ${seconds} s; pending postbacks are tried again then.`,
      );
    } else {
      const untilMs = clock.now() + retryAfterMs;
      this.#stopFor({ ...outcome, fix: { by: 'wait', untilMs } });
    }
  }

  /** Stops for a refusal that holds for all that is left, and says what fixes it. */
  #stopFor(outcome: Outcome, details: RefusalDetails = {}): void {
    if (this.#stop) return;
    const { kind, reason } = outcome;
    const { refusal, message } = noteRefusal(this.#deps, outcome, details);
    this.#end({ kind, reason, message, refusal });
  }

  #end(stop: Stop): void {
    if (this.#stop) return;
    this.#stop = stop;
    const { channel, report } = this.#deps;
    const { kind, message } = stop;
    report({ type: 'notice', network: channel.network, message, refused: kind === 'credential' });
  }

  #report(message: string): void {
    const { channel, report } = this.#deps;
    report({ type: 'notice', network: channel.network, message });
  }
}
