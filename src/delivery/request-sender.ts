import type { HttpAnswer } from '../http/http.js';
import { ConnectionFault } from '../http/http.js';
import type { Begun, EntryVerdict, OpenRequest } from '../log/entry.js';
import { fixOf, type Fix } from '../networks/fix.js';
import type { Outcome, Verdict } from '../networks/network.js';
import type { AccountHealth } from './account-health.js';
import type { AccountQueueDeps, Stop } from './account-queue-types.js';
import { RENEWAL_STOPPED, STOPPED } from './account-queue-types.js';
import type { Batch, Item } from './batch.js';
import { dropExpired, leaveBatch, deferBatch, skipDropped, without } from './leave-pending.js';
import { paceKeyOf } from './pace.js';
import { noteRefusal, recordRefusal } from './refusals.js';
import { backoffMs } from './retry.js';
import { SharedCauses } from './shared-cause.js';
import { renewedBatch, type ResolvedOutcomes, resolveOutcomes } from './resolve-outcomes.js';
import { waitingKindOf } from './tally.js';

/** What one request came back with. */
interface Answered {
  answer: HttpAnswer | undefined;
  latencyMs: number;
  verdict: Verdict;
}

/** What one attempt leaves to do. */
export interface Attempt {
  /** Batches to try again. */
  again: Batch[];
  /**
   * Number of postbacks that used up their attempts and now wait in rows that this run has claimed.
   */
  deferred: number;
  /** The outcome of the first postback; absent where nothing is known about it yet. */
  outcome?: Outcome;
}

const DONE: Attempt = { again: [], deferred: 0 };

/**
 * Makes one attempt with one batch: takes out what expired, records the request, sends it,
 * classifies the answer and records the outcomes.
 */
export class RequestSender {
  /** What is known of causes that all events share. */
  readonly causes = new SharedCauses();
  readonly #deps: AccountQueueDeps;
  readonly #health: AccountHealth;

  constructor(deps: AccountQueueDeps, health: AccountHealth) {
    this.#deps = deps;
    this.#health = health;
  }

  /** Makes one attempt. Where nothing more leaves afterwards, the account's health says why. */
  async attempt(batch: Batch): Promise<Attempt> {
    const attempt = await this.#attempt(batch);
    await this.#health.recordRefusal();
    return attempt;
  }

  async #attempt(batch: Batch): Promise<Attempt> {
    const inTime = await dropExpired(this.#deps, batch);
    const token =
      inTime.items.length > 0 && !this.#health.stop ? await this.#findToken() : undefined;
    if (typeof token !== 'string') {
      if (token !== undefined && !this.#health.stop) return this.#putOff(inTime, token);
      this.#health.breaker.cancel();
      if (inTime.items.length > 0) await this.leavePending(inTime);
      return DONE;
    }
    if (!(await this.#awaitTurn())) {
      this.#health.breaker.cancel();
      await this.leavePending(inTime);
      return DONE;
    }
    const { open, dropped } = await this.#begin(inTime);
    const mine =
      dropped.length === 0 ? inTime : { ...inTime, items: without(inTime.items, dropped) };
    if (open) return this.#request(mine, open, token);
    this.#health.breaker.cancel();
    return DONE;
  }

  /**
   * Waits for a turn in the pace that the runs of several machines share.
   * @returns false where nothing more leaves by then
   */
  async #awaitTurn(): Promise<boolean> {
    const { log, options, signal, channel } = this.#deps;
    if (!log.sharedPace || options.requestsPerSecond <= 0) return true;
    try {
      await log.sharedPace.wait(paceKeyOf(channel), options.requestsPerSecond, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return this.#health.stop === undefined;
  }

  /** Records a request, with the checkpoints that hold then, before it leaves. */
  async #begin({ items, batchId }: Batch): Promise<Begun> {
    const { log, channel, inFlight, checkpoints } = this.#deps;
    const entries = items.map(({ entry }) => entry);
    const held = checkpoints.listHeld({ postbacks: entries.map(({ postback }) => postback) });
    const begun = await log.begin({
      account: channel.account,
      entries,
      batchId,
      checkpoints: held,
    });
    if (begun.dropped.length === 0) checkpoints.noteSaved(held);
    else await skipDropped(this.#deps, begun.dropped);
    for (const { postback } of entries) inFlight.delete(postback);
    return begun;
  }

  /** Leaves a batch to a later run. */
  leavePending(batch: Batch, stop: Stop = this.#health.stop ?? STOPPED): Promise<void> {
    return leaveBatch(this.#deps, batch, stop);
  }

  /**
   * No token can be had now: the batch goes again as after a failed request, though none was made.
   */
  async #putOff(batch: Batch, outcome: Outcome): Promise<Attempt> {
    const { clock, random, options } = this.#deps;
    const health = this.#health;
    health.noteFailure(outcome);
    const items = batch.items.map((item): Item => ({ ...item, tries: item.tries + 1 }));
    const tries = Math.max(...items.map((item) => item.tries));
    if (health.stop || (tries >= options.maxAttempts && !health.isPersistent)) {
      await this.leavePending(
        batch,
        health.stop ?? { ...outcome, message: outcome.message ?? outcome.reason },
      );
      return DONE;
    }
    if (tries >= options.maxAttempts) {
      const deferred = await deferBatch(this.#deps, batch, outcome);
      health.reportDeferred(deferred, outcome);
      return { again: [], deferred };
    }
    const notBeforeMs = clock.now() + backoffMs(tries, undefined, random);
    return { again: [{ ...batch, items, notBeforeMs }], deferred: 0 };
  }

  async #request(batch: Batch, open: OpenRequest, token: string): Promise<Attempt> {
    this.#deps.tally.request(this.#deps.channel.network);
    const answered = await this.#ask(batch, token);
    const { answer, verdict } = answered;
    const isRefused = verdict.outcomes.every(({ kind }) => kind === 'credential');
    const renewal =
      isRefused && answer?.status === 401 && !batch.renewed
        ? await this.#renewToken(token)
        : 'refused';
    if (renewal === 'renewed') {
      // A 401 used up the half-open probe; release it so that the retry can probe again.
      this.#health.breaker.cancel();
      const verdicts = verdict.outcomes.map((outcome): EntryVerdict => ({
        status: 'retried',
        outcome,
      }));
      return this.#record(batch, open, answered, { verdicts, again: [renewedBatch(batch)] });
    }
    if (typeof renewal === 'object') {
      // Whether the grant still holds is not known: the token endpoint could not be asked.
      const outcomes = verdict.outcomes.map(() => renewal);
      return this.#recordVerdict(batch, open, { ...answered, verdict: { ...verdict, outcomes } });
    }
    await this.#noteCause(batch, verdict);
    if (isRefused && answer) await this.#health.refuse(answer, verdict);
    const attempt = await this.#recordVerdict(batch, open, answered, isRefused);
    const [outcome] = verdict.outcomes;
    return outcome ? { ...attempt, outcome } : attempt;
  }

  async #recordVerdict(
    batch: Batch,
    open: OpenRequest,
    answered: Answered,
    isRefused = false,
  ): Promise<Attempt> {
    const { verdict, answer } = answered;
    if (!isRefused) this.#health.noteAnswer(verdict, answer?.status);
    const { clock, random, options, channel } = this.#deps;
    const { verdicts, again } = resolveOutcomes(batch, verdict, {
      nowMs: clock.now(),
      maxAttempts: options.maxAttempts,
      channel,
      random,
      isStopped: this.#health.stop !== undefined,
      isPersistent: this.#health.isPersistent,
    });
    if (again.some(({ suspect }) => suspect)) this.causes.reserve(this.keyOf(batch));
    return this.#record(batch, open, answered, { verdicts, again });
  }

  async #noteCause(
    batch: Batch,
    { outcomes, split = false, rejectedIndexes = [] }: Verdict,
  ): Promise<void> {
    const [first] = outcomes;
    const isSearched = split || rejectedIndexes.length > 0;
    const key = this.keyOf(batch);
    const isOver = this.causes.note(key, outcomes, {
      isSearched,
      isProbe: batch.isProbe === true,
    });
    if (isOver && first) await this.concludeShared(key, first, fixOf(first));
  }

  /**
   * Concludes that every event of a group shares the cause of a refusal, says so and writes it
   * down.
   * @returns why the rest of the group, or of the batch that was looked into, waits
   */
  async concludeShared(
    key: string,
    cause: Outcome,
    fix: Fix = { by: 'shared_cause' },
  ): Promise<Stop> {
    const stop = this.causes.conclude(key, cause);
    const { refusal, message } = noteRefusal(this.#deps, { ...cause, fix });
    this.#deps.report({ type: 'notice', network: refusal.network, message });
    await recordRefusal(this.#deps, refusal);
    return stop;
  }

  /** Why no event of a group leaves any more; undefined while they do. */
  stopFor(key: string): Stop | undefined {
    return this.#health.stop ?? this.causes.stopOf(key);
  }

  /** What events have in common that may share a request. */
  keyOf({ items }: Batch): string {
    const { outgoing } = items[0] as Item;
    return `${outgoing.postback.test} ${this.#deps.channel.groupOf?.(outgoing) ?? ''}`;
  }

  /**
   * Divides a batch that waits for its next attempt.
   * @returns a batch for each group; undefined where another process has taken it over
   */
  async divide(batch: Batch, groups: readonly Item[][]): Promise<Batch[] | undefined> {
    const { log, channel } = this.#deps;
    const entries = groups.map((items) => items.map(({ entry }) => entry));
    const { batchId: whole } = batch;
    if (whole === undefined) return undefined;
    const batches = await log.divide(channel.account, whole, entries);
    return batches?.map((batchId, index) => ({
      items: groups[index] as Item[],
      notBeforeMs: batch.notBeforeMs,
      batchId,
    }));
  }

  async #ask(batch: Batch, token: string): Promise<Answered> {
    const { channel, http, options, clock, random } = this.#deps;
    const outgoing = batch.items.map((item) => item.outgoing);
    try {
      const plain = channel.request(outgoing, token);
      const moment = { nowMs: clock.now(), nonce: random.bytes(16).toString('hex') };
      const request = channel.sign === undefined ? plain : channel.sign(plain, token, moment);
      const answer = await http.send(request, { timeoutMs: options.timeoutMs });
      return { answer, latencyMs: answer.latencyMs, verdict: channel.classify(outgoing, answer) };
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error;
      const outcome: Outcome = { kind: 'transient', reason: error.code, message: error.message };
      return {
        answer: undefined,
        latencyMs: error.latencyMs,
        verdict: { outcomes: outgoing.map(() => outcome) },
      };
    }
  }

  async #record(
    batch: Batch,
    open: OpenRequest,
    { answer, latencyMs, verdict }: Answered,
    { verdicts, again }: ResolvedOutcomes,
  ): Promise<Attempt> {
    const { log, channel, report, tally } = this.#deps;
    const { requestId } = verdict;
    const batches = await log.finish({
      account: channel.account,
      open,
      result: {
        http: answer?.status,
        latencyMs,
        verdicts,
        ...(requestId === undefined ? {} : { requestId }),
      },
      again: again.map(({ items }) => items.map(({ entry }) => entry)),
    });
    const deferred = this.#count(batch, verdicts);
    const { network, account } = channel;
    report({ type: 'answer', network, account, batch, verdicts, http: answer?.status, latencyMs });
    this.#health.reportNotice(verdict);
    report({ type: 'progress', summary: tally.summary });
    // Another process took this request over while this one slept: what is left of it is no longer
    // ours.
    if (!batches) {
      if (again.some(({ suspect }) => suspect)) this.causes.unreserve(this.keyOf(batch));
      return { again: [], deferred };
    }
    return {
      again: again.map((next, index) => ({ ...next, batchId: batches[index] as number })),
      deferred,
    };
  }

  /** Counts what was recorded. @returns the number of postbacks that were deferred to the log */
  #count({ items }: Batch, verdicts: readonly EntryVerdict[]): number {
    const { tally, channel, signal } = this.#deps;
    let delivered = 0;
    const deferred: Outcome[] = [];
    for (const [index, { status, outcome, rowState: settled }] of verdicts.entries()) {
      if (outcome.warning !== undefined) tally.warn('network_warning');
      if (status === 'success') delivered++;
      else if (settled === 'deferred') deferred.push(outcome);
      else if (settled === 'failed') {
        const { outgoing } = items[index] as Item;
        tally.fail(channel.network, outcome.kind, { outgoing, outcome });
      } else if (settled === 'pending') {
        const kind = waitingKindOf(outcome.kind);
        tally.wait(channel.network, signal.aborted && kind === 'transient' ? 'stopped' : kind);
      }
    }
    tally.deliver(channel.network, delivered);
    const [first] = deferred;
    if (first) this.#health.reportDeferred(deferred.length, first);
    return deferred.length;
  }

  /**
   * The token; an outcome where the token endpoint could not be asked; undefined where nothing more
   * leaves.
   */
  async #findToken(): Promise<string | Outcome | undefined> {
    try {
      return await this.#deps.tokens.accessToken(this.#deps.signal);
    } catch (error) {
      return this.#health.noteTokenFault(error);
    }
  }

  async #renewToken(stale: string): Promise<'renewed' | 'refused' | Outcome> {
    try {
      await this.#deps.tokens.renew(stale, this.#deps.signal);
      return 'renewed';
    } catch (error) {
      if (this.#health.stop === STOPPED) return RENEWAL_STOPPED;
      return this.#health.noteTokenFault(error) ?? 'refused';
    }
  }
}
