import PQueue from 'p-queue';

import type { TokenSource } from '../accounts/tokens.js';
import type { Clock } from '../clock.js';
import { AuthError, NetworkError, messageOf } from '../errors.js';
import type { HttpAnswer, HttpClient } from '../http/http.js';
import { ConnectionFault } from '../http/http.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import type { EntryVerdict, OpenRequest } from '../log/entry.js';
import type { Channel, Outcome, OutcomeKind, Verdict } from '../networks/network.js';
import type { Random } from '../random.js';
import type { Batch, Item } from './batch.js';
import { Batcher } from './batch.js';
import type { Report } from './report.js';
import { advance, sortVerdict } from './sorting.js';
import type { Tally } from './tally.js';
import { waitingKindOf } from './tally.js';
import { deadlineOf, judgeAge } from './window.js';

export interface LaneOptions {
  /** Requests in flight. */
  concurrency: number;
  /** Requests a second; 0: unpaced. */
  requestsPerSecond: number;
  maxAttempts: number;
  timeoutMs: number;
}

export interface LaneDeps {
  channel: Channel;
  tokens: TokenSource;
  http: HttpClient;
  log: DeliveryLog;
  clock: Clock;
  random: Random;
  tally: Tally;
  /** Ids that the log does not know yet: taken out when it does. */
  underway: Set<string>;
  report: Report;
  signal: AbortSignal;
  options: LaneOptions;
}

/** Batches that may wait for another attempt or a free place before the reader is held back. */
const BACKLOG_PER_REQUEST = 4;
/** So many batches in a row that used up their attempts end the lane for this run: the network is down. */
const EXHAUSTED_LIMIT = 3;

interface Stop {
  kind: OutcomeKind | 'stopped';
  reason: string;
  message: string;
}

/** The way of the postbacks of one network account: batches, pace, attempts. Ends only with every batch accounted for. */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #batcher: Batcher;
  readonly #queue: PQueue;
  readonly #underway = new Set<Promise<void>>();
  /** Aborted when nothing more is to be sent: what waits for a place or a pause goes on at once, to be left pending. */
  readonly #halt = new AbortController();
  #stop: Stop | undefined;
  #exhausted = 0;
  #fault: unknown;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
    this.#batcher = new Batcher(deps.channel);
    const { concurrency, requestsPerSecond } = deps.options;
    const pace = requestsPerSecond > 0 ? paceOf(requestsPerSecond) : {};
    this.#queue = new PQueue({ concurrency, ...pace });
    const halt = (): void => this.#halt.abort();
    if (deps.signal.aborted) halt();
    else deps.signal.addEventListener('abort', halt, { once: true });
  }

  /** Takes one postback. Await {@link space} before the next. */
  add(item: Item): void {
    const full = this.#batcher.add(item);
    if (full) this.#carry(full);
  }

  /** Sends off the batch that is being filled. */
  flush(): void {
    const batch = this.#batcher.take();
    if (batch) this.#carry(batch);
  }

  /** Resolves when the lane can take more: this is what holds the reader back. Throws what broke the lane. */
  async space(): Promise<void> {
    while (this.#underway.size > this.#deps.options.concurrency * BACKLOG_PER_REQUEST) {
      await Promise.race(this.#underway);
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Resolves when every postback is delivered, failed or left pending. Throws what broke the lane. */
  async drain(): Promise<void> {
    this.flush();
    while (this.#underway.size > 0) await Promise.race(this.#underway);
    if (this.#fault !== undefined) throw this.#fault;
  }

  #carry(batch: Batch): void {
    const way = this.#run(batch).catch((error: unknown) => {
      this.#fault ??= error;
    });
    this.#underway.add(way);
    void way.finally(() => this.#underway.delete(way));
  }

  async #run(batch: Batch): Promise<void> {
    const { clock, channel } = this.#deps;
    const { signal } = this.#halt;
    const waitMs = batch.notBeforeMs - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => undefined);
    // Nearest deadline first: what is about to expire overtakes what is not.
    const deadlineMs = Math.min(
      ...batch.items.map(({ outgoing }) => deadlineOf(outgoing.postback.eventTimeMs, channel.limits)),
    );
    let attempt: Promise<void> | undefined;
    try {
      await this.#queue.add(() => (attempt = this.#attempt(batch)), { priority: -deadlineMs, signal });
    } catch {
      // The queue lets go of what is halted; an attempt under way is still waited for, and its error is the one to tell.
      await (attempt ?? this.#attempt(batch));
    }
  }

  async #attempt(batch: Batch): Promise<void> {
    if (this.#fault !== undefined) return;
    const stop = this.#stop ?? (this.#deps.signal.aborted ? STOPPED : undefined);
    if (stop) return this.#leavePending(batch, stop);
    const inTime = await this.#dropExpired(batch);
    if (inTime.items.length === 0) return;
    const token = await this.#findToken();
    if (token === undefined) return this.#leavePending(inTime, this.#stop ?? STOPPED);
    const { log, channel } = this.#deps;
    const entries = inTime.items.map(({ entry }) => entry);
    const open = await log.begin(channel.account, entries, inTime.flight);
    this.#forget(inTime);
    const mine = await this.#dropTaken(inTime, open);
    if (open && mine.items.length > 0) await this.#request(mine, open, token);
  }

  async #request(batch: Batch, open: OpenRequest, token: string): Promise<void> {
    const { channel, http, tally, options } = this.#deps;
    const outgoing = batch.items.map((item) => item.outgoing);
    tally.request(channel.network);
    let answer: HttpAnswer | undefined;
    let verdict: Verdict;
    let latencyMs: number;
    try {
      answer = await http.send(channel.request(outgoing, token), { timeoutMs: options.timeoutMs });
      latencyMs = answer.latencyMs;
      verdict = channel.classify(outgoing, answer);
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error;
      latencyMs = error.latencyMs;
      const outcome: Outcome = { kind: 'transient', reason: error.code, message: error.message };
      verdict = { outcomes: outgoing.map(() => outcome) };
    }
    const isRefused = verdict.outcomes.every(({ kind }) => kind === 'credential');
    if (isRefused && answer?.status === 401 && !batch.renewed && (await this.#renewToken(token))) {
      return this.#record(batch, open, answer, latencyMs, verdict, [renewedBatch(batch)]);
    }
    if (isRefused && answer) await this.#refuse(answer, verdict);
    return this.#record(batch, open, answer, latencyMs, verdict);
  }

  async #record(
    batch: Batch,
    open: OpenRequest,
    answer: HttpAnswer | undefined,
    latencyMs: number,
    verdict: Verdict,
    renewed?: Batch[],
  ): Promise<void> {
    const { log, channel, clock, random, options, signal } = this.#deps;
    const { verdicts, again } = renewed
      ? { verdicts: verdict.outcomes.map((outcome): EntryVerdict => ({ status: 'retried', outcome })), again: renewed }
      : sortVerdict(batch, verdict, {
          nowMs: clock.now(),
          maxAttempts: options.maxAttempts,
          limits: channel.limits,
          random,
          isStopped: this.#stop !== undefined || signal.aborted,
        });
    const result = { http: answer?.status, latencyMs, verdicts };
    const flights = await log.finish(
      channel.account,
      open,
      verdict.requestId === undefined ? result : { ...result, requestId: verdict.requestId },
      again.map(({ items }) => items.map(({ entry }) => entry)),
    );
    this.#count(batch, verdicts);
    this.#deps.report({ type: 'answer', network: channel.network, batch, verdicts, http: answer?.status, latencyMs });
    this.#deps.report({ type: 'progress', summary: this.#deps.tally.summary });
    // Another process took this request over while this one slept: what is left of it is no longer ours.
    if (!flights) return;
    again.forEach((next, index) => this.#carry({ ...next, flight: flights[index] as number }));
  }

  #count(batch: Batch, verdicts: readonly EntryVerdict[]): void {
    const { tally, channel, signal } = this.#deps;
    let delivered = 0;
    let exhausted = 0;
    for (const { status, outcome, settled } of verdicts) {
      if (status === 'success') delivered++;
      else if (settled === 'failed') tally.fail(channel.network, outcome.kind);
      else if (settled === 'pending') {
        exhausted++;
        const kind = waitingKindOf(outcome.kind);
        tally.wait(channel.network, signal.aborted && kind === 'transient' ? 'stopped' : kind);
      }
    }
    tally.deliver(channel.network, delivered);
    if (delivered > 0) this.#exhausted = 0;
    else if (exhausted === batch.items.length) this.#giveUpAfterMany(verdicts[0]?.outcome);
  }

  #giveUpAfterMany(outcome: Outcome | undefined): void {
    this.#exhausted++;
    if (this.#stop || this.#exhausted < EXHAUSTED_LIMIT || !outcome) return;
    const { channel, report } = this.#deps;
    const message = `${channel.network} keeps failing (${outcome.message ?? outcome.reason}); what is left stays pending`;
    this.#end({ kind: outcome.kind, reason: outcome.reason, message });
    report({ type: 'notice', network: channel.network, message });
  }

  async #refuse(answer: HttpAnswer, verdict: Verdict): Promise<void> {
    const { tokens, channel, report } = this.#deps;
    const said = verdict.outcomes[0]?.message ?? `HTTP ${answer.status}`;
    const message = `${channel.network} refuses the grant: ${said}`;
    if (this.#stop) return;
    this.#end({ kind: 'credential', reason: verdict.outcomes[0]?.reason ?? 'refused', message });
    report({ type: 'notice', network: channel.network, message, refused: true });
    await tokens.reportRefused(answer);
  }

  async #findToken(): Promise<string | undefined> {
    try {
      return await this.#deps.tokens.accessToken(this.#deps.signal);
    } catch (error) {
      this.#stopForToken(error);
      return undefined;
    }
  }

  async #renewToken(stale: string): Promise<boolean> {
    try {
      await this.#deps.tokens.renew(stale, this.#deps.signal);
      return true;
    } catch (error) {
      this.#stopForToken(error);
      return false;
    }
  }

  #stopForToken(error: unknown): void {
    const { channel, report, signal } = this.#deps;
    if (this.#stop || signal.aborted) return;
    if (error instanceof AuthError) {
      this.#end({ kind: 'credential', reason: error.code, message: error.message });
      report({ type: 'notice', network: channel.network, message: error.message, refused: true });
    } else if (error instanceof NetworkError) {
      this.#end({ kind: 'transient', reason: error.code, message: error.message });
      report({ type: 'notice', network: channel.network, message: messageOf(error) });
    } else {
      throw error;
    }
  }

  #forget(batch: Batch): void {
    for (const { entry } of batch.items) this.#deps.underway.delete(entry.postback.id);
  }

  #end(stop: Stop): void {
    this.#stop = stop;
    this.#halt.abort();
  }

  async #leavePending(batch: Batch, stop: Stop): Promise<void> {
    const { log, channel, tally } = this.#deps;
    const entries = batch.items.map(({ entry }) => entry);
    const outcome = { kind: waitingKindOf(stop.kind) as OutcomeKind, reason: stop.reason, message: stop.message };
    await log.settle(channel.account, { entries, flight: batch.flight }, 'pending', outcome);
    this.#forget(batch);
    tally.wait(channel.network, waitingKindOf(stop.kind), entries.length);
  }

  /** The window holds at the moment of sending: what expired while it waited is not sent. */
  async #dropExpired(batch: Batch): Promise<Batch> {
    const { channel, clock, log, tally } = this.#deps;
    const nowMs = clock.now();
    const isLate = ({ outgoing }: Item): boolean =>
      judgeAge(outgoing.postback.eventTimeMs, nowMs, channel.limits)?.reason === 'too_old';
    const late = batch.items.filter(isLate);
    if (late.length === 0) return batch;
    const outcome: Outcome = { kind: 'expired', reason: 'too_old', message: 'the window closed while it waited' };
    const entries = late.map(({ entry }) => entry);
    const items = batch.items.filter((item) => !isLate(item));
    const rest = items.map(({ entry }) => entry);
    await log.settle(channel.account, { entries, flight: batch.flight, rest }, 'failed', outcome);
    this.#forget({ items: late, notBeforeMs: 0 });
    late.forEach(() => tally.fail(channel.network, 'expired'));
    this.#deps.report({
      type: 'expired',
      network: channel.network,
      postbacks: entries.map(({ postback }) => postback),
    });
    return { ...batch, items };
  }

  /** What another process has taken since it was planned is a duplicate here. */
  async #dropTaken(batch: Batch, open: OpenRequest | undefined): Promise<Batch> {
    const { log, tally, channel } = this.#deps;
    const kept = new Set(open?.entries ?? []);
    const taken = batch.items.filter(({ entry }) => !kept.has(entry));
    if (taken.length === 0) return batch;
    await log.skip(
      taken.map(({ outgoing: { postback } }) => ({
        eventId: postback.eventId,
        event: postback.event,
        reason: 'duplicate',
        goal: postback.goal,
        network: channel.network,
        message: 'another process is sending it',
      })),
    );
    for (const _ of taken) {
      tally.unplan();
      tally.skip('duplicate', channel.network, true);
    }
    return { ...batch, items: batch.items.filter(({ entry }) => kept.has(entry)) };
  }
}

const STOPPED: Stop = { kind: 'stopped', reason: 'stopped', message: 'the run was stopped before it was sent' };

function renewedBatch(batch: Batch): Batch {
  return { items: batch.items.map((item) => advance(item, 0)), notBeforeMs: 0, renewed: true };
}

/** p-queue counts whole requests an interval: below one a second the interval grows instead. */
function paceOf(requestsPerSecond: number): { interval: number; intervalCap: number } {
  if (requestsPerSecond >= 1) return { interval: 1000, intervalCap: Math.floor(requestsPerSecond) };
  return { interval: Math.round(1000 / requestsPerSecond), intervalCap: 1 };
}
