import type { Input } from '../events/input.js';
import { openInputs } from '../events/open-inputs.js';
import type { Channel } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { PlannedEvent, RequestSink } from './dry-run.js';
import { withDryRun } from './dry-run.js';
import type { Origins } from './origins.js';
import type { SourceRun } from './read-source.js';
import type { Report } from './report.js';
import type { Selection, RunContext } from './resolve-targets.js';
import { resolveTargets } from './resolve-targets.js';
import { checkLines } from './strict.js';
import type { TimeRange } from './time-range.js';
import type { Summary } from './tally.js';
import { deadlineOf } from './window.js';

/** What a backfill finds for one day and one network; `none` is where no network owns the click. */
export interface BackfillDay {
  /** UTC day, `2026-11-18`. */
  day: string;
  network: string;
  events: number;
  /** Postbacks that will be sent. */
  eligible: number;
  /** Those of them whose window closes within 24 hours. */
  expiringSoon: number;
  tooOld: number;
  alreadyDelivered: number;
  /** Events and postbacks that other rules stop. */
  otherwiseSkipped: number;
}

export interface BackfillPlan {
  days: BackfillDay[];
  lines: number;
  invalid: number;
  events: number;
  eligible: number;
  expiringSoon: number;
  tooOld: number;
  alreadyDelivered: number;
  /** Events that `--since` and `--until` leave out. */
  outside: number;
}

export interface BackfillOptions extends Selection, TimeRange, Pick<SourceRun, 'rejects'> {
  inputs: readonly Input[];
  /** Plans nothing where a line is invalid. */
  strict?: boolean;
  /** Keeps what the files say of people, for the delivery that follows; a dry run keeps nothing. */
  remembers?: boolean;
  /** Wait until networks that decide later have decided. */
  waits?: boolean;
  /** Remembers which line each event came from, for `--rejects`. */
  origins?: Origins | undefined;
  /** Requests that a dry run builds. */
  requests?: RequestSink | undefined;
  report: Report;
  signal: AbortSignal;
}

const SOON_MS = 24 * 3_600_000;

/**
 * Reads the files with the planner of the delivery that follows, and counts per day and network
 * what will be sent and what is lost to the window. Changes nothing but what is remembered of
 * people.
 * @throws AuthError when no network is connected; InputError when a file cannot be read
 */
export async function planBackfill(
  workspace: Workspace,
  options: BackfillOptions,
): Promise<{ plan: BackfillPlan; summary: Summary & { dryRun: true } }> {
  const inputs = await openInputs(options.inputs);
  if (options.strict) await checkLines(inputs, options.report);
  const counter = new DayCounter(resolveTargets(workspace, options), workspace.clock.now());
  let outside = 0;
  const run = { ...options, command: 'backfill', range: options };
  const summary = await withDryRun(workspace, run, async (dryRun) => {
    for (const input of inputs) await dryRun.prescan(input);
    for (const input of inputs) {
      for await (const events of dryRun.planInput(input)) counter.take(events);
    }
    dryRun.checkRecords(inputs, options.strict === true);
    outside = dryRun.outside;
  });
  const { lines, invalid, events } = summary;
  return { plan: { ...counter.finish(), lines, invalid, events, outside }, summary };
}

type DayTotals = Omit<BackfillPlan, 'lines' | 'invalid' | 'events' | 'outside'>;

class DayCounter {
  readonly #runContext: RunContext;
  readonly #nowMs: number;
  readonly #days = new Map<string, BackfillDay>();

  constructor(runContext: RunContext, nowMs: number) {
    this.#runContext = runContext;
    this.#nowMs = nowMs;
  }

  take(events: readonly PlannedEvent[]): void {
    for (const planned of events) this.#count(planned);
  }

  #count({ event, skips, sent, expired, others }: PlannedEvent): void {
    if (event.type !== 'track') return;
    const [first] = [...sent, ...expired, ...others];
    const network =
      first?.postback.network ?? skips.find((skip) => skip.network)?.network ?? 'none';
    const day = this.#dayOf(event.timeMs, network);
    day.events++;
    for (const { reason } of skips) {
      if (reason === 'too_old') day.tooOld++;
      else if (reason === 'duplicate') day.alreadyDelivered++;
      else day.otherwiseSkipped++;
    }
    day.tooOld += expired.length;
    day.otherwiseSkipped += others.length;
    for (const { postback } of sent) {
      day.eligible++;
      const channel = this.#channelOf(postback.network);
      if (channel && deadlineOf(postback, channel) - this.#nowMs < SOON_MS) day.expiringSoon++;
    }
  }

  finish(): DayTotals {
    const days = [...this.#days.values()].sort((a, b) =>
      a.day + a.network < b.day + b.network ? -1 : 1,
    );
    const sum = (field: 'eligible' | 'expiringSoon' | 'tooOld' | 'alreadyDelivered'): number =>
      days.reduce((total, day) => total + day[field], 0);
    return {
      days,
      eligible: sum('eligible'),
      expiringSoon: sum('expiringSoon'),
      tooOld: sum('tooOld'),
      alreadyDelivered: sum('alreadyDelivered'),
    };
  }

  #channelOf(network: Channel['network']): Channel | undefined {
    return this.#runContext.planContext.routes.get(network)?.channel;
  }

  #dayOf(timeMs: number, network: string): BackfillDay {
    const day = new Date(timeMs).toISOString().slice(0, 10);
    const key = `${day} ${network}`;
    const known = this.#days.get(key);
    if (known) return known;
    const counts = {
      events: 0,
      eligible: 0,
      expiringSoon: 0,
      tooOld: 0,
      alreadyDelivered: 0,
      otherwiseSkipped: 0,
    };
    const made = { day, network, ...counts };
    this.#days.set(key, made);
    return made;
  }
}
