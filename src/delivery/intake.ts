import type { Line } from '../events/line-splitter.js';
import { parseLine } from '../events/parse-line.js';
import type { Standing } from '../log/delivery-log.js';
import type { SkipEntry } from '../log/entry.js';
import type { Delivery } from './delivery.js';
import type { Lane } from './lane.js';
import type { PlannedPostback, PlannedSkip, PostbackKey, World } from './plan.js';
import { planEvent } from './plan.js';
import { refuseInvalid } from './strict.js';

/** Skips are recorded in rows of so many. */
const SKIPS_PER_ROW = 2_000;

/** Takes lines, plans them and hands the postbacks to their lanes. */
export class Intake {
  readonly #delivery: Delivery;
  readonly #strict: boolean;
  readonly #world: World;
  #skips: SkipEntry[] = [];

  constructor(delivery: Delivery, strict: boolean) {
    this.#delivery = delivery;
    this.#strict = strict;
    this.#world = { ...delivery.world, standing: (key) => this.#standing(key) };
  }

  /**
   * Takes one line.
   * @param holds the line comes from a stream: {@link settle} records what it made
   * @throws InputError when it is invalid, under `--strict`
   */
  async take(line: Line, input: string, holds: boolean): Promise<void> {
    const { tally, report, workspace } = this.#delivery;
    tally.summary.lines++;
    const parsed = line.invalid ? { invalid: line.invalid } : parseLine(line.text);
    if ('invalid' in parsed) {
      tally.summary.invalid++;
      report({ type: 'invalid', input, line: line.number, ...parsed.invalid });
      if (this.#strict) throw refuseInvalid(1);
      return;
    }
    tally.summary.events++;
    const plan = planEvent(parsed.event, this.#world, workspace.clock.now());
    const { id, name } = parsed.event;
    for (const skip of plan.skips) this.#skip(id, name, skip);
    for (const planned of plan.outgoing) await this.#dispatch(planned, holds);
  }

  /** Records what was taken since the last call, then waits until the lanes can take more. */
  async settle(): Promise<void> {
    const { log, lanes, report, tally } = this.#delivery;
    while (this.#skips.length > 0) await log.skip(this.#skips.splice(0, SKIPS_PER_ROW));
    for (const lane of lanes.values()) await lane.hold();
    report({ type: 'progress', summary: tally.summary });
    for (const lane of lanes.values()) await lane.space();
  }

  async #dispatch({ postback, mapping, resumes }: PlannedPostback, holds: boolean): Promise<void> {
    const { lanes, tally, log, underway } = this.#delivery;
    const lane = lanes.get(postback.network) as Lane;
    tally.plan();
    const entry = resumes ? await log.claim(postback.id) : { postback, attempts: 0 };
    if (entry) {
      underway.add(postback.id);
      lane.add({ outgoing: { postback: entry.postback, mapping }, entry, tries: 0 }, holds);
      return;
    }
    tally.unplan();
    const { eventId, event, goal, network } = postback;
    this.#skip(eventId, event, { reason: 'duplicate', message: 'another process is sending it', goal, network });
  }

  #skip(eventId: string, event: string, { reason, network, goal, message, postback }: PlannedSkip): void {
    this.#delivery.tally.skip(reason, network);
    const entry: SkipEntry = { eventId, event, reason };
    if (goal !== undefined) entry.goal = goal;
    if (network !== undefined) entry.network = network;
    if (!PLAIN_REASONS.has(reason)) entry.message = message;
    if (postback !== undefined) entry.postback = postback;
    this.#skips.push(entry);
    this.#delivery.report({ type: 'skip', entry, message });
  }

  #standing(key: PostbackKey): 'new' | 'pending' | 'known' {
    const { underway, log } = this.#delivery;
    return underway.has(key.id) ? 'known' : judgeStanding(log.standing(key), log.run.id);
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
