import { setMaxListeners } from 'node:events';

import PQueue from 'p-queue';

import type { DroppedEntry, Entry } from '../log/entry.js';
import type { Outcome } from '../networks/network.js';
import { AccountHealth } from './account-health.js';
import type { Batch, Item } from './batch.js';
import { Batcher } from './batch.js';
import { ClaimedRows, type ClaimedPage } from './claimed-rows.js';
import { RequestSender } from './request-sender.js';
import { toQueuePace } from './pace.js';
import type { AccountQueueDeps, Stop } from './account-queue-types.js';
import { Investigation } from './investigation.js';
import type { WaitCause } from './report.js';
import { failDamaged, deferBatch, skipDropped } from './leave-pending.js';
import { waitingKindOf } from './tally.js';
import { deadlineOf } from './window.js';

/**
 * Maximum number of batches that wait for another attempt or a free place, besides the batches
 * that are on their way.
 */
const SPARE_BATCHES = 8;

/**
 * How long what has used up its attempts waits for its next ones where its network is well
 * otherwise, in milliseconds.
 */
const RETRY_AFTER_MS = 30_000;

/** How long the pace is named as what a run waits for, in milliseconds. */
const PACE_SHOWN_MS = 1_000;

/** A goal that was mapped when its postback was recorded and is not any more. */
const UNMAPPED: Stop = {
  kind: 'stopped',
  reason: 'unmapped_goal',
  message: 'its goal is no longer mapped',
};

/**
 * The way of the postbacks of one network account: batches, pace, attempts, rests. It ends only
 * with every postback delivered, failed or left pending in the log.
 */
export class AccountQueue {
  readonly #deps: AccountQueueDeps;
  readonly #batcher: Batcher;
  readonly #health: AccountHealth;
  readonly #sender: RequestSender;
  readonly #queue: PQueue;
  readonly #inFlight = new Set<Promise<void>>();
  /** Postbacks in the batches that are under way. */
  #enqueued = 0;
  /**
   * Aborted when nothing more is to be sent: what waits for a place or a pause goes on at once, to
   * be left pending.
   */
  readonly #halt = new AbortController();
  #unrecorded: Entry[] = [];
  /** A batch was made since {@link persistBuffered} was last called. */
  #isPersistDue = false;
  /** Postbacks that wait in the log's rows, claimed by this run. */
  #deferred = 0;
  /** What has used up its attempts is not tried again before this time. */
  #retryAtMs = 0;
  #isCatchingUp = false;
  readonly #claimed: ClaimedRows;
  #fault: Error | undefined;

  constructor(deps: AccountQueueDeps) {
    this.#deps = deps;
    this.#batcher = new Batcher(deps.channel);
    this.#claimed = new ClaimedRows(deps.log, deps.inFlight, deps.channel);
    const { concurrency, requestsPerSecond } = deps.options;
    this.#queue = new PQueue({ concurrency, ...toQueuePace(requestsPerSecond) });
    // Every batch that waits listens: their number is bounded by the backlog, not by Node's guess
    // at a leak.
    setMaxListeners(0, this.#halt.signal);
    const halt = (): void => this.#halt.abort();
    this.#health = new AccountHealth(deps);
    this.#sender = new RequestSender(deps, this.#health);
    if (deps.signal.aborted) halt();
    else deps.signal.addEventListener('abort', halt, { once: true });
  }

  /** How many postbacks wait in the log's rows, claimed by this run. */
  get deferred(): number {
    return this.#deferred;
  }

  /** How many postbacks wait in rows or in batches that are not finished. */
  get pending(): number {
    return this.#deferred + this.#enqueued;
  }

  get account(): string {
    return this.#deps.channel.account;
  }

  /** Whether nothing more leaves in this run, and why. */
  get stop(): Stop | undefined {
    return this.#health.stop;
  }

  /**
   * Whether the run goes on for as long as its input does: then it comes back to what has used up
   * its attempts, at {@link catchUp}, and gives no network up. Ends with {@link drain}.
   */
  set isPersistent(isPersistent: boolean) {
    this.#health.isPersistent = isPersistent;
  }

  /** Whether the account queue can do nothing more; {@link space} throws why. */
  get isBroken(): boolean {
    return this.#fault !== undefined;
  }

  /**
   * Takes one postback. Await {@link space} now and then. `holds`: it came from a stream, see
   * {@link persistBuffered}.
   */
  add(item: Item, holds = false): void {
    if (holds && !item.entry.stored) this.#unrecorded.push(item.entry);
    const full = this.#batcher.add(item);
    if (full) this.#enqueue(full);
  }

  /** Records what was not taken into a row as a skip, or leaves it to the run that has it. */
  skipDropped(dropped: readonly DroppedEntry[]): Promise<void> {
    return skipDropped(this.#deps, dropped);
  }

  /** Takes postbacks that go into one request together. */
  addTogether(items: Item[]): void {
    if (items.length > 0) this.#enqueue({ items, notBeforeMs: 0 });
  }

  /**
   * Takes postbacks that wait in the log's rows, claimed for this run; {@link drain} or
   * {@link catchUp} sends them.
   */
  deferToLog(count: number): void {
    this.#deferred += count;
  }

  /**
   * Whether this is the moment to call {@link persistBuffered}: a batch was made, and the request
   * that it goes into holds most of it.
   */
  get isPersistDue(): boolean {
    return this.#isPersistDue;
  }

  /** Records what came from a stream since the last call, but for what went into a request. */
  async persistBuffered(): Promise<void> {
    const { log, channel, inFlight } = this.#deps;
    const entries = this.#unrecorded;
    this.#unrecorded = [];
    this.#isPersistDue = false;
    if (entries.length === 0) return;
    // What is not in flight any more is recorded.
    const buffered = entries.filter(({ postback }) => inFlight.has(postback.id));
    if (buffered.length > 0) await log.persistBuffered(channel.account, buffered);
  }

  /** Sends off the batches that are being filled. */
  flush(): void {
    for (const batch of this.#batcher.takeAll()) this.#enqueue(batch);
  }

  /**
   * Resolves when the account queue can take more: this is what holds the reader back. Throws what
   * broke the account queue.
   */
  async space(): Promise<void> {
    while (this.#inFlight.size > this.#backlog && !this.#mustDefer) await this.#awaitBatch();
    if (this.#fault !== undefined) throw this.#fault;
  }

  /**
   * Sends some of what waits in rows, where there is room: for a run whose end may be days away.
   */
  async catchUp(): Promise<void> {
    const { breaker } = this.#health;
    if (this.#deferred === 0 || this.#isCatchingUp || this.stop || this.#fault !== undefined)
      return;
    if (breaker.waitMs > 0 || (!breaker.isResting && this.#deps.clock.now() < this.#retryAtMs))
      return;
    // Of a network that rests, one batch finds out whether it is well again.
    if (this.#inFlight.size > (breaker.isResting ? 0 : this.#backlog)) return;
    this.#isCatchingUp = true;
    try {
      if ((await this.#resumeFromLog()) === 'none') this.#deferred = 0;
    } finally {
      this.#isCatchingUp = false;
    }
  }

  /**
   * Resolves when every postback is delivered, failed or left pending. Throws what broke the
   * account queue.
   */
  async drain(): Promise<void> {
    this.isPersistent = false;
    this.flush();
    for (;;) {
      while (this.#inFlight.size > (this.#deferred > 0 ? this.#backlog : 0))
        await this.#awaitBatch();
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#deferred === 0) {
        if (this.#inFlight.size === 0) return;
      } else if (this.stop) {
        this.#leaveDeferred(this.stop);
      } else {
        const found = await this.#resumeFromLog();
        // All that was found is under way already: looked for again when some of it is done.
        if (found === 'none' || (found === 'underway' && !(await this.#awaitBatch())))
          this.#deferred = 0;
        else if (found === 'end') await this.#awaitBatch();
      }
    }
  }

  #enqueue(batch: Batch): void {
    this.#isPersistDue = true;
    const way = this.#run(batch).then(noop, (error: unknown) => {
      this.#fault ??= error instanceof Error ? error : new Error(String(error));
      this.#halt.abort();
    });
    this.#inFlight.add(way);
    this.#enqueued += batch.items.length;
    void way.finally(() => {
      this.#inFlight.delete(way);
      this.#enqueued -= batch.items.length;
    });
  }

  /** @returns the outcome of its first postback; undefined where nothing is known about it yet */
  async #run(batch: Batch): Promise<Outcome | undefined> {
    const { clock, channel } = this.#deps;
    const { signal } = this.#halt;
    if (this.#mustDefer && this.#inFlight.size > this.#backlog) {
      await this.#deferBatch(batch);
      return undefined;
    }
    if (batch.suspect) {
      await this.#investigate(batch, batch.suspect);
      return undefined;
    }
    if (!batch.isProbe) await this.#awaitInvestigation(batch);
    const waitMs = batch.notBeforeMs - clock.now();
    if (waitMs > 0) {
      this.#reportWait('retry', waitMs);
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
    if (this.#queue.isRateLimited) this.#reportWait('pace', PACE_SHOWN_MS);
    // Nearest deadline first: what is about to expire overtakes what is not.
    const times = batch.items.map(({ outgoing }) => deadlineOf(outgoing.postback, channel));
    let attempt: Promise<Outcome | undefined> | undefined;
    const start = (): Promise<unknown> => (attempt = this.#attempt(batch));
    // The queue lets go of what is halted; an attempt under way is still waited for, and its error
    // is the one to tell.
    const priority = -Math.min(...times);
    await this.#queue.add(start, { priority, signal }).catch(() => undefined);
    return attempt ?? this.#attempt(batch);
  }

  /**
   * Waits while another batch of the group is looked into: what comes out of it may hold for this
   * one.
   */
  async #awaitInvestigation(batch: Batch): Promise<void> {
    const key = this.#sender.keyOf(batch);
    for (let busy; (busy = this.#sender.causes.busy(key)) && !this.stop;) await busy;
  }

  /** Sends events of a batch that was refused whole alone, then what that leaves of it. */
  async #investigate(batch: Batch, suspect: Outcome): Promise<void> {
    const investigation = await Investigation.begin(this.#sender, batch, suspect);
    try {
      for (let probe; (probe = await investigation.nextProbe());)
        investigation.note(await this.#run(probe));
      for (const rest of await investigation.conclude()) this.#enqueue(rest);
    } finally {
      investigation.end();
    }
  }

  #reportWait(cause: WaitCause, waitMs: number): void {
    const { report, channel, clock } = this.#deps;
    report({ type: 'wait', network: channel.network, cause, untilMs: clock.now() + waitMs });
  }

  async #attempt(batch: Batch): Promise<Outcome | undefined> {
    if (this.#fault !== undefined) return undefined;
    const { causes } = this.#sender;
    const key = this.#sender.keyOf(batch);
    // The place in the queue is given back: the look into another batch needs it.
    if (!batch.isProbe && !this.stop && causes.busy(key)) {
      this.#enqueue(batch);
      return undefined;
    }
    const known = causes.stopOf(key);
    if (!known) await this.#awaitHealth();
    const stop = this.stop ?? known;
    if (stop) {
      await this.#sender.leavePending(batch, stop);
      return undefined;
    }
    const { again, deferred, outcome } = await this.#sender.attempt(batch);
    if (this.stop) this.#halt.abort();
    if (deferred > 0) this.#noteDeferred(deferred);
    for (const next of again) this.#enqueue(next);
    // Its look has begun by now, and holds the others back itself.
    if (again.some(({ suspect }) => suspect)) causes.unreserve(key);
    return outcome;
  }

  /** Waits until the network takes a request, or nothing more leaves. */
  async #awaitHealth(): Promise<void> {
    const { breaker } = this.#health;
    while (!this.stop) {
      const waitMs = breaker.enter();
      if (waitMs === 0) return;
      this.#reportWait(breaker.isResting ? 'failing' : 'throttled', waitMs);
      await this.#deps.clock.sleep(waitMs, this.#halt.signal).catch(() => undefined);
    }
  }

  /** Batches that may be under way before the reader is held back. */
  get #backlog(): number {
    return this.#queue.concurrency + SPARE_BATCHES;
  }

  /** A resting network must not hold back the reader that others are fed by. */
  get #mustDefer(): boolean {
    const { breaker, isPersistent } = this.#health;
    return (this.#deps.sharesReader || isPersistent) && breaker.isHolding && !this.stop;
  }

  async #deferBatch(batch: Batch): Promise<void> {
    const count = await deferBatch(this.#deps, batch, { kind: 'stopped', reason: 'network_rests' });
    this.#deferred += count;
  }

  #noteDeferred(count: number): void {
    this.#deferred += count;
    this.#retryAtMs = this.#deps.clock.now() + RETRY_AFTER_MS;
  }

  /** Brings a batch of what waits in rows back into the account queue. */
  async #resumeFromLog(): Promise<ClaimedPage['kind']> {
    const page = await this.#claimed.next(this.#deps.channel.limits.maxEvents);
    if (page.kind !== 'some') return page.kind;
    const { entries } = page;
    const unmapped: Item[] = [];
    const damaged: Entry[] = [];
    for (const entry of entries) {
      if (entry.postback.isDamaged) {
        damaged.push(entry);
        continue;
      }
      const mapping = this.#deps.mappingOf(entry.postback);
      const item = {
        outgoing: { postback: entry.postback, mapping: mapping ?? '' },
        entry,
        tries: 0,
      };
      if (mapping === undefined) {
        unmapped.push(item);
        continue;
      }
      this.add(item);
    }
    this.#deferred = Math.max(0, this.#deferred - entries.length);
    if (damaged.length > 0) await failDamaged(this.#deps, damaged);
    if (unmapped.length > 0)
      await this.#sender.leavePending({ items: unmapped, notBeforeMs: 0 }, UNMAPPED);
    this.flush();
    return 'some';
  }

  /** Resolves when one of the batches that are under way is done; false when none is. */
  async #awaitBatch(): Promise<boolean> {
    if (this.#inFlight.size === 0) return false;
    await Promise.race(this.#inFlight);
    return true;
  }

  #leaveDeferred({ kind }: Stop): void {
    const { tally, channel } = this.#deps;
    tally.wait(channel.network, waitingKindOf(kind), this.#deferred);
    this.#deferred = 0;
  }
}

const noop = (): void => undefined;
