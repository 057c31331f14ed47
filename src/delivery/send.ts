import type { Clock } from '../clock.js';
import { InputError } from '../errors.js';
import type { Input } from '../events/input.js';
import { checkInputs, readLines } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { parseLine } from '../events/parse-line.js';
import type { DeliveryLog, Standing } from '../log/delivery-log.js';
import type { SkipEntry } from '../log/entry.js';
import type { NetworkName } from '../networks/names.js';
import type { Item } from './batch.js';
import type { Lane } from './lane.js';
import type { PlannedPostback, PlannedSkip, PostbackKey, World } from './plan.js';
import { planEvent } from './plan.js';
import type { Report } from './report.js';
import type { Summary, Tally } from './tally.js';

export interface SendDeps {
  clock: Clock;
  log: DeliveryLog;
  /** The world but for what the log answers. */
  world: Omit<World, 'standing'>;
  lanes: ReadonlyMap<NetworkName, Lane>;
  /** Ids of postbacks in lanes that the log does not know yet; the lanes take them out. */
  underway: Set<string>;
  tally: Tally;
  report: Report;
  signal: AbortSignal;
}

export interface SendOptions {
  inputs: readonly Input[];
  /** Files are checked whole before anything is sent; a stream stops at its first invalid line. */
  strict: boolean;
}

/** Skips are recorded in rows of so many. */
const SKIPS_PER_ROW = 2_000;
/** The longest that a postback from a stream waits for company, in milliseconds. */
const TRICKLE_MS = 250;

/**
 * Sends what the inputs hold: every line is planned, batched, delivered and recorded. Resolves when nothing is under
 * way any more, also after `signal` aborted.
 * @throws InputError when an input cannot be read, or is invalid under `strict`; InternalError when the log cannot be
 *   written
 */
export async function sendInputs(options: SendOptions, deps: SendDeps): Promise<Summary> {
  const startedMs = deps.clock.now();
  const session = new Session(deps, options.strict);
  await checkInputs(options.inputs);
  if (options.strict) await checkLines(options.inputs, deps.report);
  let inputFault: InputError | undefined;
  for (const input of options.inputs) {
    if (deps.signal.aborted) break;
    try {
      await session.read(input);
    } catch (error) {
      // What was read before the fault is still delivered, then the fault is told.
      if (!(error instanceof InputError)) throw error;
      inputFault = error;
      break;
    }
  }
  await session.drain();
  deps.tally.summary.durationMs = deps.clock.now() - startedMs;
  if (inputFault) throw inputFault;
  return deps.tally.summary;
}

class Session {
  readonly #deps: SendDeps;
  readonly #strict: boolean;
  readonly #world: World;
  #skips: SkipEntry[] = [];

  constructor(deps: SendDeps, strict: boolean) {
    this.#deps = deps;
    this.#strict = strict;
    this.#world = { ...deps.world, standing: (key) => this.#standing(key) };
  }

  async read(input: Input): Promise<void> {
    // What trickles in through a pipe does not wait for a full batch.
    const trickle = input.path === undefined ? setInterval(() => this.#flush(), TRICKLE_MS) : undefined;
    try {
      await this.#readAll(input);
    } finally {
      clearInterval(trickle);
    }
  }

  async #readAll(input: Input): Promise<void> {
    for await (const lines of readLines(input, this.#deps.signal)) {
      for (const line of lines) await this.#take(line, input);
      await this.#recordSkips();
      this.#deps.report({ type: 'progress', summary: this.#deps.tally.summary });
      for (const lane of this.#deps.lanes.values()) await lane.space();
    }
  }

  async drain(): Promise<void> {
    await this.#recordSkips();
    await Promise.all([...this.#deps.lanes.values()].map((lane) => lane.drain()));
  }

  #flush(): void {
    for (const lane of this.#deps.lanes.values()) lane.flush();
  }

  async #take(line: Line, input: Input): Promise<void> {
    const { tally, report, clock } = this.#deps;
    tally.summary.lines++;
    const parsed = line.invalid ? { invalid: line.invalid } : parseLine(line.text);
    if ('invalid' in parsed) {
      tally.summary.invalid++;
      report({ type: 'invalid', input: input.name, line: line.number, ...parsed.invalid });
      if (this.#strict) throw refuseStrict(1);
      return;
    }
    tally.summary.events++;
    const plan = planEvent(parsed.event, this.#world, clock.now());
    const { id, name } = parsed.event;
    for (const skip of plan.skips) this.#skip(id, name, skip);
    for (const planned of plan.outgoing) await this.#dispatch(planned);
  }

  async #dispatch(planned: PlannedPostback): Promise<void> {
    const { lanes, tally, log } = this.#deps;
    const { postback } = planned;
    const lane = lanes.get(postback.network) as Lane;
    tally.plan();
    if (!planned.resumes) {
      this.#deps.underway.add(postback.id);
      lane.add(itemOf(planned));
      return;
    }
    const entry = await log.claim(postback.id);
    if (entry) {
      this.#deps.underway.add(postback.id);
      lane.add({ outgoing: { postback: entry.postback, mapping: planned.mapping }, entry, tries: 0 });
      return;
    }
    tally.unplan();
    const { eventId, event, goal, network } = postback;
    this.#skip(eventId, event, { reason: 'duplicate', message: 'another process is sending it', goal, network });
  }

  #skip(eventId: string, event: string, { reason, network, goal, message, postback }: PlannedSkip): void {
    this.#deps.tally.skip(reason, network);
    const entry: SkipEntry = { eventId, event, reason };
    if (goal !== undefined) entry.goal = goal;
    if (network !== undefined) entry.network = network;
    if (!PLAIN_REASONS.has(reason)) entry.message = message;
    if (postback !== undefined) entry.postback = postback;
    this.#skips.push(entry);
    this.#deps.report({ type: 'skip', entry, message });
  }

  async #recordSkips(): Promise<void> {
    while (this.#skips.length > 0) await this.#deps.log.skip(this.#skips.splice(0, SKIPS_PER_ROW));
  }

  #standing(key: PostbackKey): 'new' | 'pending' | 'known' {
    if (this.#deps.underway.has(key.id)) return 'known';
    return judgeStanding(this.#deps.log.standing(key), this.#deps.log.run.id);
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
export function judgeStanding(standing: Standing, run: number | undefined): 'new' | 'pending' | 'known' {
  if (standing === 'unknown') return 'new';
  if (standing === 'known' || standing.state === 'failed') return 'known';
  if (standing.state === 'skipped') return 'new';
  return standing.run === undefined || standing.run === run ? 'pending' : 'known';
}

function itemOf(planned: PlannedPostback): Item {
  const { postback, mapping } = planned;
  return { outgoing: { postback, mapping }, entry: { postback, attempts: 0 }, tries: 0 };
}

/**
 * `--strict`: every line of every file is read once before the first is sent. Streams are checked as they come.
 * @throws InputError when a line is invalid
 */
export async function checkLines(inputs: readonly Input[], report: Report): Promise<void> {
  let invalid = 0;
  for (const input of inputs) {
    if (input.path === undefined) continue;
    for await (const lines of readLines(input)) {
      for (const line of lines) {
        const parsed = line.invalid ? { invalid: line.invalid } : parseLine(line.text);
        if (!('invalid' in parsed)) continue;
        invalid++;
        report({ type: 'invalid', input: input.name, line: line.number, ...parsed.invalid });
      }
    }
  }
  if (invalid > 0) throw refuseStrict(invalid);
}

function refuseStrict(count: number): InputError {
  const what = count === 1 ? 'A line is invalid' : `${count} lines are invalid`;
  return new InputError('invalid_lines', `${what}, and --strict is set.`, {
    hint: 'Mend the lines named above, or leave --strict out: then the valid ones are sent.',
  });
}
