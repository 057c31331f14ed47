import { AuthError, messageOf, NetworkError } from '../errors.js';
import type { HttpAnswer } from '../http/http.js';
import { ConnectionFault } from '../http/http.js';
import type { EntryVerdict, OpenRequest } from '../log/entry.js';
import { Flights } from '../log/flights.js';
import { fixOf, type Fix } from '../networks/fix.js';
import type { Outcome, Verdict } from '../networks/network.js';
import type { Batch, Item } from './batch.js';
import { Breaker } from './breaker.js';
import type { CourierHooks, LaneDeps, Stop } from './lane-parts.js';
import { STOPPED } from './lane-parts.js';
import { dropExpired, leaveBatch, shelveBatch, skipDropped, without } from './leaving.js';
import { noteRefusal, recordRefusal, type RefusalDetails } from './refusals.js';
import { backoffMs, LONGEST_WAIT_MS, MOST_RESTS } from './retry.js';
import { SharedCauses } from './shared-cause.js';
import { renewedBatch, sortVerdict } from './sorting.js';
import { waitingKindOf } from './tally.js';

/** What one request came back with. */
interface Answered {
  answer: HttpAnswer | undefined;
  latencyMs: number;
  verdict: Verdict;
}

/**
 * Makes one attempt with one batch: what expired is taken out, the request is recorded, sent, judged and its outcome
 * recorded. Knows when to stop: a refused grant, a network that was rested too often, a signal.
 */
export class Courier {
  readonly breaker: Breaker;
  /** What is known of causes that all events share. */
  readonly causes = new SharedCauses();
  readonly #deps: LaneDeps;
  readonly #hooks: CourierHooks;
  /** Resolves when the first request is on its way. */
  readonly departure: Promise<void>;
  #hasDeparted = false;
  readonly #depart: () => void;
  #stop: Stop | undefined;
  readonly #notices = new Set<string>();
  #hasRecorded = false;
  /** The run goes on for as long as its input does: no network is given up, and what has used up its attempts is shelved. */
  isPersistent = false;
  /** It was said that postbacks are shelved, and the network has not answered well since. */
  #hasToldShelved = false;

  constructor(deps: LaneDeps, hooks: CourierHooks) {
    this.#deps = deps;
    this.#hooks = hooks;
    this.breaker = new Breaker(deps.clock);
    let leave: () => void = () => undefined;
    this.departure = new Promise((resolve) => (leave = resolve));
    this.#depart = () => {
      this.#hasDeparted = true;
      leave();
    };
  }

  /** Whether a request has left. */
  get hasDeparted(): boolean {
    return this.#hasDeparted;
  }

  /** Why nothing more leaves; undefined while all goes on. */
  get stop(): Stop | undefined {
    return this.#stop ?? (this.#deps.signal.aborted ? STOPPED : undefined);
  }

  /** One attempt. Returns the batches that are to be tried again. */
  async attempt(batch: Batch): Promise<Batch[]> {
    const again = await this.#attempt(batch);
    await this.#recordRefusal();
    return again;
  }

  async #attempt(batch: Batch): Promise<Batch[]> {
    const inTime = await dropExpired(this.#deps, batch);
    const token = inTime.items.length > 0 && !this.stop ? await this.#findToken() : undefined;
    if (typeof token !== 'string') {
      if (token !== undefined && !this.stop) return this.#putOff(inTime, token);
      this.breaker.cancel();
      if (inTime.items.length > 0) await this.leavePending(inTime);
      return [];
    }
    const { log, channel } = this.#deps;
    const entries = inTime.items.map(({ entry }) => entry);
    const { open, dropped } = await log.begin(channel.account, entries, inTime.flight, () =>
      this.#forget(inTime.items),
    );
    const mine = dropped.length === 0 ? inTime : { ...inTime, items: without(inTime.items, dropped) };
    await skipDropped(this.#deps, dropped);
    if (open) return this.#request(mine, open, token);
    this.breaker.cancel();
    return [];
  }

  /** Leaves a batch to a later run. */
  leavePending(batch: Batch, stop: Stop = this.stop ?? STOPPED): Promise<void> {
    return leaveBatch(this.#deps, batch, stop);
  }

  /** No token can be had now: the batch goes again as after a failed request, though none was made. */
  async #putOff(batch: Batch, outcome: Outcome): Promise<Batch[]> {
    const { clock, random, options } = this.#deps;
    this.#countFailure(outcome);
    const items = batch.items.map((item): Item => ({ ...item, tries: item.tries + 1 }));
    const tries = Math.max(...items.map((item) => item.tries));
    if (this.stop || (tries >= options.maxAttempts && !this.isPersistent)) {
      await this.leavePending(batch, this.stop ?? { ...outcome, message: outcome.message ?? outcome.reason });
      return [];
    }
    if (tries >= options.maxAttempts) {
      this.#tellShelved(await shelveBatch(this.#deps, batch, outcome), outcome);
      return [];
    }
    return [{ ...batch, items, notBeforeMs: clock.now() + backoffMs(tries, undefined, random) }];
  }

  async #request(batch: Batch, open: OpenRequest, token: string): Promise<Batch[]> {
    this.#deps.tally.request(this.#deps.channel.network);
    const answered = await this.#ask(batch, token);
    const { answer, verdict } = answered;
    const isRefused = verdict.outcomes.every(({ kind }) => kind === 'credential');
    const renewal = isRefused && answer?.status === 401 && !batch.renewed ? await this.#renewToken(token) : 'refused';
    if (renewal === 'renewed') {
      // A 401 used up the half-open probe; release it so that the retry can probe again.
      this.breaker.cancel();
      const verdicts = verdict.outcomes.map((outcome): EntryVerdict => ({ status: 'retried', outcome }));
      return this.#record(batch, open, answered, verdicts, [renewedBatch(batch)]);
    }
    if (typeof renewal === 'object') {
      // Whether the grant still holds is not known: the token endpoint could not be asked.
      const outcomes = verdict.outcomes.map(() => renewal);
      return this.#judge(batch, open, { ...answered, verdict: { ...verdict, outcomes } });
    }
    await this.#noteCause(batch, verdict);
    if (isRefused && answer) await this.#refuse(answer, verdict);
    return this.#judge(batch, open, answered, isRefused);
  }

  async #judge(batch: Batch, open: OpenRequest, answered: Answered, isRefused = false): Promise<Batch[]> {
    const { verdict, answer } = answered;
    if (!isRefused) this.#judgeNetwork(verdict, answer?.status);
    const { clock, random, options, channel } = this.#deps;
    const { verdicts, again } = sortVerdict(batch, verdict, {
      nowMs: clock.now(),
      maxAttempts: options.maxAttempts,
      channel,
      random,
      isStopped: this.stop !== undefined,
      isPersistent: this.isPersistent,
    });
    if (again.some(({ suspect }) => suspect)) this.causes.reserve(this.keyOf(batch));
    return this.#record(batch, open, answered, verdicts, again);
  }

  async #noteCause(batch: Batch, { outcomes, split = false, culprits = [] }: Verdict): Promise<void> {
    const [first] = outcomes;
    if (batch.probe && first) batch.probe.outcome = first;
    const isSearched = split || culprits.length > 0;
    const key = this.keyOf(batch);
    const isOver = this.causes.note(key, outcomes, { isSearched, isProbe: batch.probe !== undefined });
    if (isOver && first) await this.concludeShared(key, first, fixOf(first));
  }

  /**
   * Concludes that every event of a group shares the cause of a refusal, says so and writes it down.
   * @returns why the rest of the group, or of the batch that was looked into, waits
   */
  async concludeShared(key: string, cause: Outcome, fix: Fix = { by: 'shared_cause' }): Promise<Stop> {
    const stop = this.causes.conclude(key, cause);
    const { refusal, message } = noteRefusal(this.#deps, { ...cause, fix });
    this.#deps.report({ type: 'notice', network: refusal.network, message });
    await recordRefusal(this.#deps, refusal);
    return stop;
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
    const { flight: whole } = batch;
    if (whole === undefined) return undefined;
    const parts = new Flights(log.database, log.run.id, 0);
    const flights = await log.write(() => parts.divide(channel.account, whole, entries));
    return flights?.map((flight, index) => ({
      items: groups[index] as Item[],
      notBeforeMs: batch.notBeforeMs,
      flight,
    }));
  }

  async #ask(batch: Batch, token: string): Promise<Answered> {
    const { channel, http, options, clock, random } = this.#deps;
    const outgoing = batch.items.map((item) => item.outgoing);
    try {
      const plain = channel.request(outgoing, token);
      const moment = { nowMs: clock.now(), nonce: random.bytes(16).toString('hex') };
      const request = channel.sign === undefined ? plain : channel.sign(plain, token, moment);
      // Not when it is handed over: undici lets a turn of the event loop pass before it uses the connection of the token's request again.
      const answer = await http.send(request, { timeoutMs: options.timeoutMs, onDeparture: this.#depart });
      return { answer, latencyMs: answer.latencyMs, verdict: channel.classify(outgoing, answer) };
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error;
      // What cannot leave keeps nobody waiting.
      this.#depart();
      const outcome: Outcome = { kind: 'transient', reason: error.code, message: error.message };
      return { answer: undefined, latencyMs: error.latencyMs, verdict: { outcomes: outgoing.map(() => outcome) } };
    }
  }

  async #record(
    batch: Batch,
    open: OpenRequest,
    { answer, latencyMs, verdict }: Answered,
    verdicts: EntryVerdict[],
    again: Batch[],
  ): Promise<Batch[]> {
    const { log, channel, report, tally } = this.#deps;
    const { requestId } = verdict;
    const flights = await log.finish(
      channel.account,
      open,
      { http: answer?.status, latencyMs, verdicts, ...(requestId === undefined ? {} : { requestId }) },
      again.map(({ items }) => items.map(({ entry }) => entry)),
    );
    this.#count(verdicts);
    const { network, account } = channel;
    report({ type: 'answer', network, account, batch, verdicts, http: answer?.status, latencyMs });
    this.#reportNotice(verdict);
    report({ type: 'progress', summary: tally.summary });
    // Another process took this request over while this one slept: what is left of it is no longer ours.
    if (!flights) {
      if (again.some(({ suspect }) => suspect)) this.causes.unreserve(this.keyOf(batch));
      return [];
    }
    return again.map((next, index) => ({ ...next, flight: flights[index] as number }));
  }

  /** What every answer of the network repeats is reported once a run. */
  #reportNotice({ notice }: Verdict): void {
    if (notice === undefined || this.#notices.has(notice)) return;
    this.#notices.add(notice);
    const { report, channel } = this.#deps;
    report({ type: 'notice', network: channel.network, message: notice });
  }

  #count(verdicts: readonly EntryVerdict[]): void {
    const { tally, channel, signal } = this.#deps;
    let delivered = 0;
    const shelved: Outcome[] = [];
    for (const { status, outcome, settled } of verdicts) {
      if (outcome.warning !== undefined) tally.warn('network_warning');
      if (status === 'success') delivered++;
      else if (settled === 'shelved') shelved.push(outcome);
      else if (settled === 'failed') tally.fail(channel.network, outcome.kind);
      else if (settled === 'pending') {
        const kind = waitingKindOf(outcome.kind);
        tally.wait(channel.network, signal.aborted && kind === 'transient' ? 'stopped' : kind);
      }
    }
    tally.deliver(channel.network, delivered);
    const [first] = shelved;
    if (first) this.#tellShelved(shelved.length, first);
  }

  #tellShelved(count: number, { reason, message }: Outcome): void {
    if (count === 0) return;
    this.#hooks.onShelved(count);
    if (this.#hasToldShelved) return;
    this.#hasToldShelved = true;
    const { channel, report } = this.#deps;
    const text = `${count} postbacks wait for ${channel.network} and are tried again: ${message ?? reason}`;
    report({ type: 'notice', network: channel.network, message: text });
  }

  /** What an answer says of the network as a whole. */
  #judgeNetwork({ outcomes, retryAfterMs = 0 }: Verdict, status: number | undefined): void {
    const [first] = outcomes;
    const isUniform = first !== undefined && outcomes.every((outcome) => outcome === first);
    const kind = isUniform ? first.kind : 'delivered';
    // A server in trouble may ask for time too; where a single event has to wait, its answer is a 400.
    const asksForTime = kind === 'throttled' || (kind === 'transient' && (status ?? 0) >= 500 && retryAfterMs > 0);
    if (asksForTime) this.#slowDown(first as Outcome, retryAfterMs);
    else if (kind === 'transient' || kind === 'unknown') this.#countFailure(first as Outcome);
    else if (this.breaker.succeed()) {
      this.#hasToldShelved = false;
      const { channel, report } = this.#deps;
      report({ type: 'notice', network: channel.network, message: `${channel.network} answers again.` });
    }
  }

  #countFailure(first: Outcome): void {
    const { channel, report } = this.#deps;
    const restMs = this.breaker.fail();
    if (restMs === 0) return;
    const said = first.message ?? first.reason;
    if (this.breaker.rests > MOST_RESTS && !this.isPersistent) {
      const message = `${channel.network} keeps failing; what is left stays pending. ${said}`;
      this.#end({ kind: first.kind, reason: first.reason, message });
      return;
    }
    const message = `${channel.network} keeps failing and is rested for ${restMs / 1000} s. ${said}`;
    report({ type: 'notice', network: channel.network, message });
  }

  #slowDown(outcome: Outcome, retryAfterMs: number): void {
    const { channel, report, clock } = this.#deps;
    if (retryAfterMs > LONGEST_WAIT_MS && this.isPersistent) {
      this.breaker.pause(retryAfterMs);
      const seconds = Math.ceil(retryAfterMs / 1000);
      const message = `${channel.network} asks to be left alone for ${seconds} s; what waits is tried again then.`;
      report({ type: 'notice', network: channel.network, message });
    } else if (retryAfterMs > LONGEST_WAIT_MS) {
      const untilMs = clock.now() + retryAfterMs;
      this.#stopFor({ ...outcome, fix: { by: 'wait', untilMs } });
    } else {
      this.breaker.pause(retryAfterMs);
    }
  }

  async #refuse(answer: HttpAnswer, { outcomes }: Verdict): Promise<void> {
    const { tokens } = this.#deps;
    if (this.#stop) return;
    const { reason, message = `HTTP ${answer.status}`, fix } = outcomes[0] ?? { reason: 'refused' };
    this.#stopFor({ kind: 'credential', reason, message, ...(fix && { fix }) });
    // A grant that is valid needs nobody to connect again.
    if (fix === undefined || fix.by === 'reconnect') await tokens.reportRefused(answer);
  }

  /** Stops for a refusal that holds for all that is left, and says what fixes it. */
  #stopFor(outcome: Outcome, details: RefusalDetails = {}): void {
    if (this.#stop) return;
    const { kind, reason } = outcome;
    const { refusal, message } = noteRefusal(this.#deps, outcome, details);
    this.#end({ kind, reason, message, refusal });
  }

  /** Writes down why nothing more leaves, so that other commands can say it. */
  async #recordRefusal(): Promise<void> {
    const refusal = this.#stop?.refusal;
    if (!refusal || this.#hasRecorded) return;
    this.#hasRecorded = true;
    await recordRefusal(this.#deps, refusal);
  }

  /** The token; an outcome where the token endpoint could not be asked; undefined where nothing more leaves. */
  async #findToken(): Promise<string | Outcome | undefined> {
    try {
      return await this.#deps.tokens.accessToken(this.#deps.signal);
    } catch (error) {
      return this.#judgeTokenFault(error);
    }
  }

  async #renewToken(stale: string): Promise<'renewed' | 'refused' | Outcome> {
    try {
      await this.#deps.tokens.renew(stale, this.#deps.signal);
      return 'renewed';
    } catch (error) {
      return this.#judgeTokenFault(error) ?? 'refused';
    }
  }

  #judgeTokenFault(error: unknown): Outcome | undefined {
    if (this.stop) return undefined;
    if (error instanceof NetworkError) return { kind: 'transient', reason: error.code, message: messageOf(error) };
    if (!(error instanceof AuthError)) throw error;
    const { code, message, hint, next } = error;
    this.#stopFor(
      { kind: 'credential', reason: code, message },
      { ...(hint && { action: hint }), ...(next && { next }) },
    );
    return undefined;
  }

  #end(stop: Stop): void {
    if (this.#stop) return;
    const { channel, report } = this.#deps;
    this.#stop = stop;
    const { kind, message } = stop;
    report({ type: 'notice', network: channel.network, message, refused: kind === 'credential' });
    this.#hooks.onStop();
  }

  #forget(items: readonly Item[]): void {
    for (const { entry } of items) this.#deps.underway.delete(entry.postback);
  }
}
