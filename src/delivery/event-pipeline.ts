import type { InputError } from '../errors.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { moveWarningCounts } from '../events/warnings.js';
import type { SkipEntry } from '../log/entry.js';
import type { KnownEvent } from '../log/known-state.js';
import type { Delivery } from './delivery.js';
import type { AccountQueue } from './account-queue.js';
import type { Origin, Origins } from './origins.js';
import type { PlannedPostback, PlannedSkip } from './plan.js';
import { Planner, type PreparedEvent } from './planner.js';
import { type RecordCounts, RecordReader } from './record-reader.js';
import { refuseInvalid } from './strict.js';
import { isInRange, type TimeRange } from './time-range.js';

/** Skips are recorded in rows of so many. */
const SKIPS_PER_ROW = 2_000;
/** Number of parts of a file (256 KB each) after which skips are recorded, however few they are. */
const PARTS_PER_WRITE = 16;
/**
 * Maximum number of buffered stream records before they are written to the log, roughly one
 * request's worth.
 */
const UNRECORDED_RECORDS = 600;

export interface EventPipelineOptions {
  /**
   * Postbacks wait in the log until the input is read, to leave in the order of their deadlines.
   */
  defersToLog?: boolean;
  /** Events outside of it count as events and make nothing. */
  range?: TimeRange;
}

/** Takes lines, plans them and hands the postbacks to their account queues. */
export class EventPipeline {
  readonly #delivery: Delivery;
  readonly #strict: boolean;
  readonly #planner: Planner;
  readonly #options: EventPipelineOptions;
  /** Skips of events that this pipeline has made, whether they are recorded yet or not. */
  skips = 0;
  #skips: SkipEntry[] = [];
  /** Parts of files that were read since skips were recorded last. */
  #partsKept = 0;
  #deferred: PlannedPostback[] = [];
  #resumed: PlannedPostback[] = [];
  readonly #reader: RecordReader;
  /** What was read since it was last recorded: counted when it is. */
  readonly #read: RecordCounts = { lines: 0, invalid: 0, events: 0, warnings: {} };
  /** Some of it came from a stream, which cannot be read again. */
  #isStreamed = false;

  constructor(delivery: Delivery, strict: boolean, options: EventPipelineOptions = {}) {
    this.#delivery = delivery;
    this.#strict = strict;
    this.#options = options;
    this.#reader = new RecordReader(this.#read, delivery.report, delivery.origins);
    this.#planner = new Planner(delivery.planContext);
  }

  /**
   * Takes lines in a row and plans their events with one look-up, which records first what they say
   * of people, so that a click counts for the conversion next to it.
   * @param holds the lines come from a stream: {@link flush} records what they made
   * @throws InputError at the first invalid line, under `--strict`; what came before it is taken
   */
  async take(lines: readonly Line[], input: Input, holds: boolean): Promise<void> {
    const events: ConversionEvent[] = [];
    let fault: InputError | undefined;
    this.#isStreamed ||= holds;
    for (const line of lines) {
      const isValid = this.#reader.read(line, input, events);
      if (isValid || !this.#strict) continue;
      fault = refuseInvalid(1, this.#reader.lastProblem);
      break;
    }
    const { range } = this.#options;
    await this.#plan(
      range ? events.filter(({ timeMs }) => isInRange(timeMs, range)) : events,
      holds,
    );
    if (fault) throw fault;
  }

  /** Reports each input that has ended without a record. */
  reportEmpty(inputs: readonly Input[]): void {
    this.#reader.reportEmpty(inputs, this.#strict);
  }

  /**
   * Lets the beginning of an input that is read from its middle decide its format; true once it is
   * decided.
   */
  detectFormat(lines: readonly Line[], input: Input): boolean {
    return this.#reader.detectFormat(lines, input);
  }

  async #plan(events: readonly ConversionEvent[], holds: boolean): Promise<void> {
    const { log, inFlight } = this.#delivery;
    const request = this.#planner.prepare(events);
    inFlight.beginLookup();
    try {
      const known = await log.lookup(request);
      let index = 0;
      for (const prepared of request.questions)
        this.#planEvent(prepared, known.events[index++] as KnownEvent, holds);
    } finally {
      inFlight.endLookup();
    }
  }

  #planEvent(prepared: PreparedEvent, read: KnownEvent, holds: boolean): void {
    const { workspace, origins, inFlight } = this.#delivery;
    const { event } = prepared;
    const known = inFlight.overlay(prepared, read);
    const plan = this.#planner.plan(prepared, known, workspace.clock.now());
    if (plan.filtered) this.#delivery.tally.filter(plan.filtered);
    for (const skip of plan.skips) {
      if (this.#isRecovered(skip, known)) continue;
      this.#skip(event.id, event.name, skip, origins?.ofEvent(event));
    }
    for (const planned of plan.outgoing) {
      if (origins) this.#noteOrigin(origins, event, planned);
      this.#dispatch(planned, holds);
    }
  }

  /**
   * A recovered postback that the input holds too is not a duplicate: it is counted once, as
   * planned.
   */
  #isRecovered({ reason, goal }: PlannedSkip, { postbacks }: KnownEvent): boolean {
    if (reason !== 'duplicate') return false;
    const duplicate = postbacks.find((postback) => postback.goal === goal);
    return duplicate !== undefined && this.#delivery.recovery.meets(duplicate.id);
  }

  #noteOrigin(
    origins: Origins,
    event: ConversionEvent,
    { postback, resumes }: PlannedPostback,
  ): void {
    if (resumes || this.#options.defersToLog) origins.keepWaiting(postback, event);
    else origins.derive(event, postback);
  }

  /**
   * Records what was taken since the last call and counts it, then waits until the account queues
   * can take more.
   * @param goesOn more follows at once. Of a file, skips wait until they fill a row or until some
   *   parts have passed: a checkpoint after them waits as long. Of a stream, all waits until a
   *   request is filled, which records most of it (see UNRECORDED_RECORDS). A commit for each part
   *   would cost more than all else that is written.
   */
  async flush({ goesOn = false } = {}): Promise<void> {
    await this.record({ goesOn });
    await this.space();
  }

  /**
   * Records what was taken since the last call and counts it: without `goesOn`, everything is in
   * the log afterwards, and its source may be told so.
   */
  async record({ goesOn = false } = {}): Promise<void> {
    const accountQueues = [...this.#delivery.accountQueues.values()];
    await this.#resume();
    await this.#deferToLog();
    const mayWait = goesOn && this.#isStreamed && this.#read.lines < UNRECORDED_RECORDS;
    if (!mayWait || accountQueues.some(({ isPersistDue }) => isPersistDue))
      await this.#record(accountQueues, goesOn);
  }

  /** Resolves when the account queues can take more, and few postbacks wait for another run. */
  async space(): Promise<void> {
    await this.#delivery.elsewhere.makeRoom();
    for (const accountQueue of this.#delivery.accountQueues.values()) await accountQueue.space();
  }

  async #record(accountQueues: readonly AccountQueue[], goesOn: boolean): Promise<void> {
    const { report, tally } = this.#delivery;
    const mayKeep = goesOn && !this.#isStreamed && ++this.#partsKept < PARTS_PER_WRITE;
    if (!mayKeep) this.#partsKept = 0;
    const least = mayKeep ? SKIPS_PER_ROW : 1;
    const writes: Promise<void>[] = [];
    while (this.#skips.length >= least)
      writes.push(this.#recordSkips(this.#skips.splice(0, SKIPS_PER_ROW)));
    for (const accountQueue of accountQueues) writes.push(accountQueue.persistBuffered());
    await Promise.all(writes);
    this.#isStreamed = false;
    for (const count of ['lines', 'invalid', 'events'] as const) {
      tally.summary[count] += this.#read[count];
      this.#read[count] = 0;
    }
    moveWarningCounts(this.#read.warnings, tally.summary.warnings);
    report({ type: 'progress', summary: tally.summary });
  }

  /** Records skips, with the checkpoints that hold then. */
  async #recordSkips(entries: readonly SkipEntry[]): Promise<void> {
    const { log, checkpoints } = this.#delivery;
    const held = checkpoints.listHeld({ skips: entries.length });
    await log.skip(entries, held);
    checkpoints.noteSkips(entries.length);
    checkpoints.noteSaved(held);
  }

  /** Records as pending what waits for its deadline's turn. */
  async #deferToLog(): Promise<void> {
    const { accountQueues, log, inFlight } = this.#delivery;
    const planned = this.#deferred;
    this.#deferred = [];
    for (const [network, accountQueue] of accountQueues) {
      const entries = planned.flatMap(({ postback }) =>
        postback.network === network ? { postback, attempts: 0 } : [],
      );
      if (entries.length === 0) continue;
      const outcome = { kind: 'stopped', reason: 'waits_for_its_turn' } as const;
      const { account } = accountQueue;
      const leaving = { account, entries, state: 'pending', outcome, claimed: true } as const;
      const dropped = await log.storeUnsent(leaving);
      accountQueue.deferToLog(entries.length - dropped.length);
      await accountQueue.skipDropped(dropped);
    }
    for (const { postback } of planned) inFlight.delete(postback);
  }

  #dispatch(planned: PlannedPostback, holds: boolean): void {
    const { postback, mapping, resumes } = planned;
    const { accountQueues, tally, inFlight } = this.#delivery;
    const accountQueue = accountQueues.get(postback.network) as AccountQueue;
    tally.plan(postback.network);
    inFlight.add(postback);
    if (resumes) {
      this.#resumed.push(planned);
    } else if (this.#options.defersToLog) {
      this.#deferred.push(planned);
    } else {
      accountQueue.add(
        { outgoing: { postback, mapping }, entry: { postback, attempts: 0 }, tries: 0 },
        holds,
      );
    }
  }

  /**
   * Claims what an earlier run recorded and did not deliver: it goes on with the facts of its
   * first attempt.
   */
  async #resume(): Promise<void> {
    const { accountQueues, log, tally, inFlight, elsewhere } = this.#delivery;
    const planned = this.#resumed;
    this.#resumed = [];
    if (planned.length === 0) return;
    const entries = await log.claim(
      planned.map(({ postback: { id, network } }) => ({
        id,
        account: accountQueues.get(network)?.account,
      })),
    );
    planned.forEach(({ postback, mapping }, index) => {
      const accountQueue = accountQueues.get(postback.network) as AccountQueue;
      const entry = entries[index];
      if (entry === 'other_account') {
        inFlight.delete(postback);
        tally.leaveToOtherAccount(postback.network);
      } else if (!entry) {
        // The run that has it has recorded it.
        inFlight.delete(postback);
        elsewhere.add(postback);
      } else if (entry.postback.isDamaged) {
        // The row has lost what the event holds.
        accountQueue.add({
          outgoing: { postback, mapping },
          entry: { ...entry, postback },
          tries: 0,
        });
      } else if (this.#options.defersToLog) {
        inFlight.delete(postback);
        accountQueue.deferToLog(1);
      } else {
        accountQueue.add({ outgoing: { postback: entry.postback, mapping }, entry, tries: 0 });
      }
    });
  }

  #skip(
    eventId: string,
    event: string,
    { reason, network, goal, message, field, postback }: PlannedSkip,
    origin?: Origin,
  ): void {
    this.#delivery.tally.skip(reason, network);
    this.skips++;
    const entry: SkipEntry = { eventId, event, reason };
    if (goal !== undefined) entry.goal = goal;
    if (network !== undefined) entry.network = network;
    if (!PLAIN_REASONS.has(reason)) entry.message = message;
    if (field !== undefined) entry.field = field;
    if (postback !== undefined) entry.postback = postback;
    this.#skips.push(entry);
    this.#delivery.report(
      origin === undefined
        ? { type: 'skip', entry, message }
        : { type: 'skip', entry, message, origin },
    );
  }
}

/** Reasons that say all there is to say: their message is not stored with each event. */
const PLAIN_REASONS: ReadonlySet<string> = new Set([
  'duplicate',
  'organic',
  'consent_none',
  'consent_unknown',
  'no_goal',
]);
