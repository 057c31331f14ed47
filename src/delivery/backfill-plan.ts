import type { ConversionEvent } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import { openInputs } from '../events/open-inputs.js';
import type { Line } from '../events/line-splitter.js';
import type { WarningCounts } from '../events/warnings.js';
import { LogPeek } from '../log/log-peek.js';
import type { Workspace } from '../workspace.js';
import { judgeStanding } from './intake.js';
import type { Plan, World } from './plan.js';
import { openRehearsalMemory } from './memory.js';
import { planEvent } from './plan.js';
import { tellsOfPeople } from './prescan.js';
import { RecordReader } from './record-reader.js';
import type { Report } from './report.js';
import { setStage } from './stage.js';
import type { Selection } from './stage.js';
import { deadlineOf } from './window.js';

/** What a backfill finds for one day and one network; `none` is where no network owns the click. */
export interface BackfillDay {
  /** UTC day, `2026-11-18`. */
  day: string;
  network: string;
  events: number;
  /** Postbacks that can be sent. */
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
  /** Oddities of valid events, by code. */
  warnings: WarningCounts;
  eligible: number;
  expiringSoon: number;
  tooOld: number;
  alreadyDelivered: number;
  /** Events that `--since` and `--until` leave out. */
  outside: number;
}

export interface BackfillRange {
  sinceMs?: number;
  untilMs?: number;
}

export interface BackfillOptions extends Selection, BackfillRange {
  inputs: readonly Input[];
  /** Keeps what the files say of people, for the delivery that follows; a dry run keeps nothing. */
  remembers?: boolean;
  /** Wait until networks that decide later have decided. */
  waits?: boolean;
  report: Report;
  signal: AbortSignal;
}

const SOON_MS = 24 * 3_600_000;

/**
 * Reads the files once and counts, per day and network, what can be sent and what is lost to the window. Changes nothing but what is
 * remembered of people.
 * @throws AuthError when no network is connected; InputError when a file cannot be read
 */
export async function planBackfill(workspace: Workspace, options: BackfillOptions): Promise<BackfillPlan> {
  const inputs = await openInputs(options.inputs);
  const { world } = setStage(workspace, options);
  const peek = options.remembers
    ? LogPeek.make(workspace.logPath, workspace.name)
    : LogPeek.open(workspace.logPath, workspace.name);
  // What a killed run left on its way is pending, as it will be for the run that follows.
  peek?.takeOverDead(workspace.clock);
  const rehearsal = openRehearsalMemory(peek?.people);
  const met = new Set<string>();
  const whole: World = {
    ...world,
    standing: (key) => (met.has(key.id) ? 'known' : judgeStanding(peek?.standing(key) ?? 'unknown')),
    memory: rehearsal,
  };
  const remember = (events: readonly ConversionEvent[]): void => {
    if (peek && options.remembers) peek.database.transact(() => peek.people.note(events));
    else rehearsal.remember(events);
  };
  const counter = new Counter(whole, workspace.clock.now(), options, met);
  try {
    for (const input of inputs) {
      for await (const lines of readLines(input, options.signal)) {
        const events = counter.read(lines, input);
        const telling = events.filter(tellsOfPeople);
        if (telling.length > 0) remember(telling);
        for (const event of events) counter.take(event);
      }
    }
    return counter.finish();
  } finally {
    rehearsal.close();
    peek?.close();
  }
}

class Counter {
  readonly #world: World;
  readonly #nowMs: number;
  readonly #options: BackfillOptions;
  readonly #met: Set<string>;
  readonly #days = new Map<string, BackfillDay>();
  readonly #totals = { lines: 0, invalid: 0, events: 0, warnings: {} as WarningCounts, outside: 0 };
  readonly #reader: RecordReader;

  constructor(world: World, nowMs: number, options: BackfillOptions, met: Set<string>) {
    this.#world = world;
    this.#nowMs = nowMs;
    this.#options = options;
    this.#met = met;
    this.#reader = new RecordReader(this.#totals, options.report);
  }

  read(lines: readonly Line[], input: Input): ConversionEvent[] {
    const events: ConversionEvent[] = [];
    for (const line of lines) this.#reader.read(line, input, events);
    return events;
  }

  take(event: ConversionEvent): void {
    if (!isInRange(event.timeMs, this.#options)) {
      this.#totals.outside++;
      return;
    }
    if (event.type !== 'track') return;
    const plan = planEvent(event, this.#world, this.#nowMs);
    const network = plan.outgoing[0]?.postback.network ?? plan.skips.find((skip) => skip.network)?.network ?? 'none';
    this.#count(this.#dayOf(event.timeMs, network), plan);
  }

  finish(): BackfillPlan {
    const days = [...this.#days.values()].sort((a, b) => (a.day + a.network < b.day + b.network ? -1 : 1));
    const sum = (field: 'eligible' | 'expiringSoon' | 'tooOld' | 'alreadyDelivered'): number =>
      days.reduce((total, day) => total + day[field], 0);
    return {
      days,
      ...this.#totals,
      eligible: sum('eligible'),
      expiringSoon: sum('expiringSoon'),
      tooOld: sum('tooOld'),
      alreadyDelivered: sum('alreadyDelivered'),
    };
  }

  #count(day: BackfillDay, plan: Plan): void {
    day.events++;
    for (const { reason } of plan.skips) {
      if (reason === 'too_old') day.tooOld++;
      else if (reason === 'duplicate') day.alreadyDelivered++;
      else day.otherwiseSkipped++;
    }
    for (const { postback } of plan.outgoing) {
      this.#met.add(postback.id);
      day.eligible++;
      const channel = this.#world.routes.get(postback.network)?.channel;
      if (channel && deadlineOf(postback, channel) - this.#nowMs < SOON_MS) day.expiringSoon++;
    }
  }

  #dayOf(timeMs: number, network: string): BackfillDay {
    const day = new Date(timeMs).toISOString().slice(0, 10);
    const key = `${day} ${network}`;
    const known = this.#days.get(key);
    if (known) return known;
    const counts = { events: 0, eligible: 0, expiringSoon: 0, tooOld: 0, alreadyDelivered: 0, otherwiseSkipped: 0 };
    const made = { day, network, ...counts };
    this.#days.set(key, made);
    return made;
  }
}

/** Whether an event is among those that `--since` and `--until` ask for. */
export function isInRange(timeMs: number, { sinceMs, untilMs }: BackfillRange): boolean {
  return (sinceMs === undefined || timeMs >= sinceMs) && (untilMs === undefined || timeMs <= untilMs);
}
