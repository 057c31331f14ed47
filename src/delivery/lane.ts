import { setMaxListeners } from 'node:events';

import PQueue from 'p-queue';

import type { DroppedEntry, Entry } from '../log/entry.js';
import type { RowPlace } from '../log/postback-rows.js';
import type { Outcome } from '../networks/network.js';
import type { Batch, Item, Probe } from './batch.js';
import { Batcher, halve } from './batch.js';
import { Courier } from './courier.js';
import type { LaneDeps, Stop } from './lane-parts.js';
import { pickProbes } from './probes.js';
import { isFinalRefusal } from './shared-cause.js';
import { shelveBatch, skipDropped } from './leaving.js';
import { waitingKindOf } from './tally.js';
import { Width } from './width.js';
import { deadlineOf } from './window.js';

/** Batches that may wait for another attempt or a free place, beside those in flight. */
const SPARE_BATCHES = 8;

/** The longest that the reader waits for the first request to leave: a token endpoint that hangs must not keep other networks waiting. */
const DEPARTURE_MS = 1_000;

/** How long what has used up its attempts waits for its next ones where its network is well otherwise, in milliseconds. */
const RETRY_AFTER_MS = 30_000;

/** A goal that was mapped when its postback was recorded and is not any more. */
const UNMAPPED: Stop = { kind: 'stopped', reason: 'unmapped_goal', message: 'its goal is not mapped any more' };

/**
 * The way of the postbacks of one network account: batches, pace, attempts, rests. It ends only with every postback
 * delivered, failed or left pending in the log.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #batcher: Batcher;
  readonly #courier: Courier;
  readonly #queue: PQueue;
  readonly #underway = new Set<Promise<void>>();
  readonly #width: Width;
  /** Aborted when nothing more is to be sent: what waits for a place or a pause goes on at once, to be left pending. */
  readonly #halt = new AbortController();
  #unheld: Entry[] = [];
  /** A batch was made since {@link hold} was last called. */
  #isHoldDue = false;
  /** Postbacks that wait in the log's rows, claimed by this run. */
  #shelved = 0;
  /** What has used up its attempts is not tried again before this time. */
  #retryAtMs = 0;
  #isCatchingUp = false;
  /** The last of them that was brought back, in the order of event times. */
  #unshelved: RowPlace | undefined;
  #fault: Error | undefined;
  /** The first request was waited for, whether it has left or not. */
  #hasWaited = false;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
    this.#batcher = new Batcher(deps.channel);
    const { concurrency, requestsPerSecond } = deps.options;
    this.#width = new Width(concurrency);
    this.#queue = new PQueue({ concurrency: this.#width.requests, ...paceOf(requestsPerSecond) });
    // Every batch that waits listens: their number is bounded by the backlog, not by Node's guess at a leak.
    setMaxListeners(0, this.#halt.signal);
    const halt = (): void => this.#halt.abort();
    this.#courier = new Courier(deps, {
      onStop: halt,
      onShelved: (count) => this.#noteShelved(count),
    });
    if (deps.signal.aborted) halt();
    else deps.signal.addEventListener('abort', halt, { once: true });
  }

  /** How many postbacks wait in the log's rows, claimed by this run. */
  get shelved(): number {
    return this.#shelved;
  }

  get account(): string {
    return this.#deps.channel.account;
  }

  /** Whether nothing more leaves in this run, and why. */
  get stop(): Stop | undefined {
    return this.#courier.stop;
  }

  /**
   * Whether the run goes on for as long as its input does: then it comes back to what has used up its attempts, at
   * {@link catchUp}, and gives no network up. Ends with {@link drain}.
   */
  set isPersistent(isPersistent: boolean) {
    this.#courier.isPersistent = isPersistent;
  }

  /** Whether the lane can do nothing more; {@link space} throws why. */
  get isBroken(): boolean {
    return this.#fault !== undefined;
  }

  /** Takes one postback. Await {@link space} now and then. `holds`: it came from a stream, see {@link hold}. */
  add(item: Item, holds = false): void {
    if (holds && !item.entry.stored) this.#unheld.push(item.entry);
    const full = this.#batcher.add(item);
    if (full) this.#carry(full);
  }

  /** Records what was not taken into a row as a skip, or leaves it to the run that has it. */
  skipDropped(dropped: readonly DroppedEntry[]): Promise<void> {
    return skipDropped(this.#deps, dropped);
  }

  /** Takes postbacks that go into one request together. */
  addTogether(items: Item[]): void {
    if (items.length > 0) this.#carry({ items, notBeforeMs: 0 });
  }

  /** Takes postbacks that wait in the log's rows, claimed for this run; {@link drain} or {@link catchUp} sends them. */
  shelve(count: number): void {
    this.#shelved += count;
  }

  /** Whether this is the moment to call {@link hold}: a batch was made, and the request that it goes into holds most of it. */
  get isHoldDue(): boolean {
    return this.#isHoldDue;
  }

  /** Records what came from a stream since the last call, but for what went into a request. */
  async hold(): Promise<void> {
    const { log, channel, underway } = this.#deps;
    const entries = this.#unheld;
    this.#unheld = [];
    this.#isHoldDue = false;
    if (entries.length === 0) return;
    // What is not under way any more is in a request, which is quicker to tell than by asking the log.
    await log.hold(channel.account, () => entries.filter(({ postback }) => underway.has(postback.id)));
  }

  /** Sends off what there is, unless something is on its way already. */
  sendFirst(): void {
    if (this.#underway.size === 0 && !this.#courier.hasDeparted) this.flush();
  }

  /** Sends off the batches that are being filled. */
  flush(): void {
    for (const batch of this.#batcher.takeAll()) this.#carry(batch);
  }

  /** Resolves when the lane can take more: this is what holds the reader back. Throws what broke the lane. */
  async space(): Promise<void> {
    if (this.#underway.size > 0 && !this.#courier.hasDeparted && !this.#hasWaited) await this.#awaitDeparture();
    while (this.#underway.size > this.#backlog && !this.#mustShelve) await this.#landing();
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Sends some of what waits in rows, where there is room: for a run whose end may be days away. */
  async catchUp(): Promise<void> {
    const { breaker } = this.#courier;
    if (this.#shelved === 0 || this.#isCatchingUp || this.stop || this.#fault !== undefined) return;
    if (breaker.waitMs > 0 || (!breaker.isResting && this.#deps.clock.now() < this.#retryAtMs)) return;
    // Of a network that rests, one batch finds out whether it is well again.
    if (this.#underway.size > (breaker.isResting ? 0 : this.#backlog)) return;
    this.#isCatchingUp = true;
    try {
      if ((await this.#unshelve()) === 'none') this.#shelved = 0;
    } finally {
      this.#isCatchingUp = false;
    }
  }

  /** Resolves when every postback is delivered, failed or left pending. Throws what broke the lane. */
  async drain(): Promise<void> {
    this.isPersistent = false;
    this.flush();
    for (;;) {
      while (this.#underway.size > (this.#shelved > 0 ? this.#backlog : 0)) await this.#landing();
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#shelved === 0) {
        if (this.#underway.size === 0) return;
      } else if (this.stop) {
        this.#leaveShelved(this.stop);
      } else {
        const found = await this.#unshelve();
        // All that was found is under way already: looked for again when some of it has landed.
        if (found === 'none' || (found === 'underway' && !(await this.#landing()))) this.#shelved = 0;
        else if (found === 'end') await this.#landing();
      }
    }
  }

  /** What is read before the first request has left keeps it waiting, as both need the one thread: it is waited for, once. */
  async #awaitDeparture(): Promise<void> {
    this.#hasWaited = true;
    const patience = new AbortController();
    const longest = this.#deps.clock.sleep(DEPARTURE_MS, patience.signal).catch(() => undefined);
    await Promise.race([this.#courier.departure, this.#landing(), longest]);
    patience.abort();
  }

  #carry(batch: Batch): void {
    this.#isHoldDue = true;
    const way = this.#run(batch).catch((error: unknown) => {
      this.#fault ??= error instanceof Error ? error : new Error(String(error));
      this.#halt.abort();
    });
    this.#underway.add(way);
    void way.finally(() => this.#underway.delete(way));
  }

  async #run(batch: Batch): Promise<void> {
    const { clock, channel } = this.#deps;
    const { signal } = this.#halt;
    if (this.#mustShelve && this.#underway.size > this.#backlog) return this.#shelveBatch(batch);
    if (batch.suspect) return this.#investigate(batch, batch.suspect);
    if (!batch.probe) await this.#awaitInvestigation(batch);
    const waitMs = batch.notBeforeMs - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => undefined);
    // Nearest deadline first: what is about to expire overtakes what is not.
    const times = batch.items.map(({ outgoing }) => deadlineOf(outgoing.postback, channel));
    let attempt: Promise<void> | undefined;
    try {
      await this.#queue.add(() => (attempt = this.#attempt(batch)), { priority: -Math.min(...times), signal });
    } catch {
      // The queue lets go of what is halted; an attempt under way is still waited for, and its error is the one to tell.
      await (attempt ?? this.#attempt(batch));
    }
  }

  /** Waits while another batch of the group is looked into: what comes out of it may hold for this one. */
  async #awaitInvestigation(batch: Batch): Promise<void> {
    const key = this.#courier.keyOf(batch);
    for (let busy; (busy = this.#courier.causes.busy(key)) && !this.stop;) await busy;
  }

  /**
   * Finds out whether all events of a batch that was refused whole share the cause, by sending some of them alone, one
   * after another. The first that is taken ends that: the rest is searched for its bad events. Where all are refused the
   * rest waits: an event that was not tried is never failed.
   */
  async #investigate(batch: Batch, suspect: Outcome): Promise<void> {
    const { causes } = this.#courier;
    const key = this.#courier.keyOf(batch);
    const end = await causes.begin(key);
    let rest: Batch | undefined = batch;
    let refused = 0;
    let isCleared = false;
    try {
      const candidates = pickProbes(batch.items, causes.probesFor(key));
      while (
        rest &&
        !isCleared &&
        !this.#stopFor(key) &&
        refused < Math.min(candidates.length, causes.probesFor(key))
      ) {
        const candidate = candidates[refused] as Item;
        const others: Item[] = rest.items.filter((item) => item !== candidate);
        const groups = others.length === 0 ? [[candidate]] : [[candidate], others];
        const parts = await this.#courier.divide(rest, groups);
        if (!parts) return;
        const probe: Probe = {};
        rest = parts[1];
        await this.#run({ ...(parts[0] as Batch), probe });
        isCleared = !isFinalRefusal(probe.outcome);
        if (!isCleared) refused++;
      }
      if (!rest) return;
      if (isCleared) {
        await this.#search(rest, refused);
        return;
      }
      await this.#courier.leavePending(rest, this.#stopFor(key) ?? (await this.#courier.concludeShared(key, suspect)));
    } finally {
      end();
    }
  }

  /** Searches the rest of a batch for its bad events; where a bad one was found already, the rest may be good. */
  async #search(rest: Batch, refused: number): Promise<void> {
    const cleared = { ...rest, cleared: true };
    if (refused > 0 || rest.items.length === 1) {
      this.#carry(cleared);
      return;
    }
    const halves = await this.#courier.divide(rest, halve(rest.items));
    for (const half of halves ?? []) this.#carry({ ...half, cleared: true });
  }

  #stopFor(key: string): Stop | undefined {
    return this.stop ?? this.#courier.causes.stopOf(key);
  }

  async #attempt(batch: Batch): Promise<void> {
    if (this.#fault !== undefined) return;
    const key = this.#courier.keyOf(batch);
    // The place in the queue is given back: the look into another batch needs it.
    if (!batch.probe && !this.stop && this.#courier.causes.busy(key)) {
      this.#carry(batch);
      return;
    }
    const known = this.#courier.causes.stopOf(key);
    if (known && !this.stop) return this.#courier.leavePending(batch, known);
    while (!this.stop) {
      const waitMs = this.#courier.breaker.enter();
      if (waitMs === 0) break;
      await this.#deps.clock.sleep(waitMs, this.#halt.signal).catch(() => undefined);
    }
    if (this.stop) return this.#courier.leavePending(batch);
    const { clock } = this.#deps;
    const startedMs = clock.now();
    const batches = await this.#courier.attempt(batch);
    this.#width.note(clock.now() - startedMs);
    this.#queue.concurrency = this.#width.requests;
    for (const again of batches) this.#carry(again);
    // Its look has begun by now, and holds the others back itself.
    if (batches.some(({ suspect }) => suspect)) this.#courier.causes.unreserve(key);
  }

  /** Batches that may be under way before the reader is held back. */
  get #backlog(): number {
    return this.#width.requests + SPARE_BATCHES;
  }

  /** A resting network must not hold back the reader that others are fed by. */
  get #mustShelve(): boolean {
    const { breaker, isPersistent } = this.#courier;
    return (this.#deps.sharesReader || isPersistent) && breaker.isHolding && !this.stop;
  }

  async #shelveBatch(batch: Batch): Promise<void> {
    const count = await shelveBatch(this.#deps, batch, { kind: 'stopped', reason: 'network_rests' });
    this.#shelved += count;
  }

  #noteShelved(count: number): void {
    this.#shelved += count;
    this.#retryAtMs = this.#deps.clock.now() + RETRY_AFTER_MS;
  }

  /**
   * Brings a batch of what waits in rows back into the lane, nearest deadline first.
   * @returns `end`: the last of them was met, those before it may have changed; `underway`: all that was found is under way
   */
  async #unshelve(): Promise<'some' | 'none' | 'end' | 'underway'> {
    const { log, channel, underway } = this.#deps;
    const { maxEvents } = channel.limits;
    const found = log.listClaimed(channel, maxEvents, this.#unshelved);
    if (found.length === 0 && this.#unshelved) {
      // Something older may have been shelved since: from the beginning once more.
      this.#unshelved = undefined;
      return 'end';
    }
    if (found.length === 0) return 'none';
    this.#unshelved = found.at(-1)?.postback;
    const entries = found.filter(({ postback }) => !underway.has(postback.id));
    const unmapped: Item[] = [];
    for (const entry of entries) {
      const mapping = this.#deps.mappingOf(entry.postback);
      const item = { outgoing: { postback: entry.postback, mapping: mapping ?? '' }, entry, tries: 0 };
      if (mapping === undefined) {
        unmapped.push(item);
        continue;
      }
      underway.add(entry.postback);
      this.add(item);
    }
    this.#shelved = Math.max(0, this.#shelved - entries.length);
    if (unmapped.length > 0) await this.#courier.leavePending({ items: unmapped, notBeforeMs: 0 }, UNMAPPED);
    this.flush();
    return entries.length > 0 ? 'some' : 'underway';
  }

  /** Resolves when one of the batches that are under way has landed; false when none is. */
  async #landing(): Promise<boolean> {
    if (this.#underway.size === 0) return false;
    await Promise.race(this.#underway);
    return true;
  }

  #leaveShelved({ kind }: Stop): void {
    const { tally, channel } = this.#deps;
    tally.wait(channel.network, waitingKindOf(kind), this.#shelved);
    this.#shelved = 0;
  }
}

/** p-queue counts whole requests an interval: below one a second the interval grows instead. */
function paceOf(requestsPerSecond: number): { interval?: number; intervalCap?: number } {
  if (requestsPerSecond <= 0) return {};
  if (requestsPerSecond >= 1) return { interval: 1000, intervalCap: Math.floor(requestsPerSecond) };
  return { interval: Math.round(1000 / requestsPerSecond), intervalCap: 1 };
}
