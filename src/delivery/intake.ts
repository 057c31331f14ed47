import type { InputError } from '../errors.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { moveWarningCounts } from '../events/warnings.js';
import type { Standing } from '../log/postback-rows.js';
import type { SkipEntry } from '../log/entry.js';
import type { Delivery } from './delivery.js';
import type { Lane } from './lane.js';
import { makeMemory } from './memory.js';
import type { Origin, Origins } from './origins.js';
import type { PlannedPostback, PlannedSkip, PostbackKey, World } from './plan.js';
import { planEvent } from './plan.js';
import { tellsOfPeople } from './prescan.js';
import { type RecordCounts, RecordReader } from './record-reader.js';
import { refuseInvalid } from './strict.js';

/** Skips are recorded in rows of so many. */
const SKIPS_PER_ROW = 2_000;
/** So many records of a stream are taken at most before they are recorded, while more of it is at hand: about what fills a request. */
const UNRECORDED_RECORDS = 600;

export interface IntakeOptions {
  /** Postbacks wait in the log until the input is read, to leave in the order of their deadlines. */
  shelves?: boolean;
  /** Which events are taken at all; those that are not count as events and make nothing. */
  accepts?(event: ConversionEvent): boolean;
}

/** Takes lines, plans them and hands the postbacks to their lanes. */
export class Intake {
  readonly #delivery: Delivery;
  readonly #strict: boolean;
  readonly #world: World;
  readonly #options: IntakeOptions;
  #skips: SkipEntry[] = [];
  #shelved: PlannedPostback[] = [];
  #resumed: PlannedPostback[] = [];
  readonly #reader: RecordReader;
  /** What was read since it was last recorded: counted when it is. */
  readonly #read: RecordCounts = { lines: 0, invalid: 0, events: 0, warnings: {} };
  /** Some of it came from a stream, which cannot be read again. */
  #isStreamed = false;

  constructor(delivery: Delivery, strict: boolean, options: IntakeOptions = {}) {
    this.#delivery = delivery;
    this.#strict = strict;
    this.#options = options;
    this.#reader = new RecordReader(this.#read, delivery.report, delivery.origins);
    const memory = makeMemory(delivery.log.people, delivery.underway);
    this.#world = { ...delivery.world, standing: (key) => this.#standing(key), memory };
  }

  /**
   * Takes lines in a row. What they say of people is remembered first, so that a click counts for the conversion beside it.
   * @param holds the lines come from a stream: {@link settle} records what they made
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
    await this.remember(events);
    for (const event of events) this.#plan(event, holds);
    if (fault) throw fault;
  }

  /** Reports each input that has ended without a record. */
  reportEmpty(inputs: readonly Input[]): void {
    this.#reader.reportEmpty(inputs);
  }

  /** Lets the beginning of an input that is read from its middle decide its format; true once it is decided. */
  settleFormat(lines: readonly Line[], input: Input): boolean {
    return this.#reader.settle(lines, input);
  }

  /** Remembers what events say of people: who is who, and which paid clicks brought them. */
  async remember(events: readonly ConversionEvent[]): Promise<void> {
    const { log } = this.#delivery;
    const telling = events.filter(tellsOfPeople);
    if (telling.length === 0) {
      log.people.refresh();
      return;
    }
    await log.write(() => {
      log.people.refresh();
      log.people.note(telling);
    });
  }

  #plan(event: ConversionEvent, holds: boolean): void {
    if (this.#options.accepts?.(event) === false) return;
    const plan = planEvent(event, this.#world, this.#delivery.workspace.clock.now());
    const { origins } = this.#delivery;
    for (const skip of plan.skips) this.#skip(event.id, event.name, skip, origins?.ofEvent(event));
    for (const planned of plan.outgoing) {
      if (origins) this.#noteOrigin(origins, event, planned);
      this.#dispatch(planned, holds);
    }
  }

  #noteOrigin(origins: Origins, event: ConversionEvent, { postback, resumes }: PlannedPostback): void {
    if (resumes || this.#options.shelves) origins.keepWaiting(postback, event);
    else origins.derive(event, postback);
  }

  /**
   * Records what was taken since the last call and counts it, then waits until the lanes can take more.
   * @param goesOn more follows at once. Of a file, skips wait until they fill a row: what a crash forgets of them, the next run
   *   finds again in the file. Of a stream, all waits until a request is filled, which records most of it (see UNRECORDED_RECORDS).
   *   A commit for each part would cost more than all else that is written.
   */
  async settle({ goesOn = false } = {}): Promise<void> {
    const lanes = [...this.#delivery.lanes.values()];
    await this.#resume();
    await this.#shelve();
    const mayWait = goesOn && this.#isStreamed && this.#read.lines < UNRECORDED_RECORDS;
    if (!mayWait || lanes.some(({ isHoldDue }) => isHoldDue)) await this.#record(lanes, goesOn);
    for (const lane of lanes) await lane.space();
  }

  async #record(lanes: readonly Lane[], goesOn: boolean): Promise<void> {
    const { log, report, tally } = this.#delivery;
    const least = goesOn && !this.#isStreamed ? SKIPS_PER_ROW : 1;
    const writes: Promise<void>[] = [];
    while (this.#skips.length >= least) writes.push(log.skip(this.#skips.splice(0, SKIPS_PER_ROW)));
    for (const lane of lanes) writes.push(lane.hold());
    await Promise.all(writes);
    this.#isStreamed = false;
    for (const count of ['lines', 'invalid', 'events'] as const) {
      tally.summary[count] += this.#read[count];
      this.#read[count] = 0;
    }
    moveWarningCounts(this.#read.warnings, tally.summary.warnings);
    report({ type: 'progress', summary: tally.summary });
  }

  /** Records as pending what waits for its deadline's turn. */
  async #shelve(): Promise<void> {
    const { lanes, log, underway } = this.#delivery;
    const planned = this.#shelved;
    this.#shelved = [];
    for (const [network, lane] of lanes) {
      const entries = planned.flatMap(({ postback }) =>
        postback.network === network ? { postback, attempts: 0 } : [],
      );
      if (entries.length === 0) continue;
      const outcome = { kind: 'stopped', reason: 'waits_for_its_turn' } as const;
      const leaving = { entries, flight: undefined, claimed: true };
      const dropped = await log.settle(lane.account, leaving, 'pending', outcome);
      lane.shelve(entries.length - dropped.length);
      await lane.skipDropped(dropped);
    }
    for (const { postback } of planned) underway.delete(postback);
  }

  #dispatch(planned: PlannedPostback, holds: boolean): void {
    const { postback, mapping, resumes } = planned;
    const { lanes, tally, underway } = this.#delivery;
    const lane = lanes.get(postback.network) as Lane;
    tally.plan();
    underway.add(postback);
    if (resumes) {
      this.#resumed.push(planned);
    } else if (this.#options.shelves) {
      this.#shelved.push(planned);
    } else {
      lane.add({ outgoing: { postback, mapping }, entry: { postback, attempts: 0 }, tries: 0 }, holds);
    }
  }

  /** Claims what an earlier run recorded and did not deliver: it goes on with the facts of its first attempt. */
  async #resume(): Promise<void> {
    const { lanes, log, tally, underway, elsewhere } = this.#delivery;
    const planned = this.#resumed;
    this.#resumed = [];
    if (planned.length === 0) return;
    const entries = await log.claim(
      planned.map(({ postback }) => postback.id),
      (index) => lanes.get(planned[index]!.postback.network)?.account,
    );
    planned.forEach(({ postback, mapping }, index) => {
      const lane = lanes.get(postback.network) as Lane;
      const entry = entries[index];
      if (entry === 'other_account') {
        underway.delete(postback);
        tally.leaveToOtherAccount(postback.network);
      } else if (!entry) {
        // Its section of the file stays open: a later run begins before it.
        underway.leave(postback);
        elsewhere.add(postback);
      } else if (this.#options.shelves) {
        underway.delete(postback);
        lane.shelve(1);
      } else {
        lane.add({ outgoing: { postback: entry.postback, mapping }, entry, tries: 0 });
      }
    });
  }

  #skip(
    eventId: string,
    event: string,
    { reason, network, goal, message, postback }: PlannedSkip,
    origin?: Origin,
  ): void {
    this.#delivery.tally.skip(reason, network);
    const entry: SkipEntry = { eventId, event, reason };
    if (goal !== undefined) entry.goal = goal;
    if (network !== undefined) entry.network = network;
    if (!PLAIN_REASONS.has(reason)) entry.message = message;
    if (postback !== undefined) entry.postback = postback;
    this.#skips.push(entry);
    this.#delivery.report(
      origin === undefined ? { type: 'skip', entry, message } : { type: 'skip', entry, message, origin },
    );
  }

  #standing(key: PostbackKey): 'new' | 'pending' | 'known' {
    const { underway, log } = this.#delivery;
    if (underway.has(key.id)) return 'known';
    const standing = log.standing(key);
    // What another run is delivering is claimed like what waits: where that fails, its answer is waited for.
    return log.isElsewhere(key, standing) ? 'pending' : judgeStanding(standing);
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

/** What a plan makes of the log's answer: failed ones are for `replay`, skipped ones are judged anew. */
export function judgeStanding(standing: Standing): 'new' | 'pending' | 'known' {
  if (standing === 'unknown') return 'new';
  if (standing === 'known' || standing.state === 'failed') return 'known';
  if (standing.state === 'skipped') return 'new';
  // Its network has it and will decide: a second copy would be a duplicate.
  if (standing.request !== undefined) return 'known';
  // What this run has claimed waits for its turn: met again in the same input, it is a duplicate.
  return standing.run === undefined ? 'pending' : 'known';
}
