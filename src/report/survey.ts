import { setImmediate as nextTurn } from 'node:timers/promises';

import { derivePostbackId } from '../identity/postback-id.js';
import type { DeliveredFact, FactFilter, Facts, SkippedFact, WaitingFact } from '../log/facts.js';
import { openFacts } from '../log/facts.js';
import { Figures } from './figures.js';
import { Sum } from './money.js';
import { bucketOf } from './spread.js';

const HOUR_MS = 3_600_000;
/** Rows of the log that are read between two looks at whatever else goes on. */
const ROWS_A_TURN = 200;

/**
 * Reasons for which a conversion that was to be reported is not: the goal counted it and its click belongs to a network
 * that is connected. By all other reasons there was nothing to report here, or it must not be.
 */
const LOST: ReadonlySet<string> = new Set([
  'unmapped_goal',
  'too_old',
  'in_future',
  'no_match_key',
  'no_country',
  'eu_consent_missing',
  'opted_out',
  'unsupported_currency',
  'incomplete_event',
]);
/** A network refused these; others failed for our or the line's sake (expired). */
const REFUSED: ReadonlySet<string> = new Set(['payload', 'configuration']);

/** Upper ends of the steps in which response times are shown, in milliseconds; the last step has none. */
export const RESPONSE_STEPS_MS = [10_000, 60_000, 120_000, 300_000, 900_000, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS];

/** Figures of a network or goal, and what it delivered in each hour. */
export class Share {
  readonly figures = new Figures();
  readonly #byHour = new Map<number, { delivered: number }>();
  #hour = -1;
  #current = { delivered: 0 };

  /** Counts a delivered conversion; the log is read in the order of time, so hours come one after another. */
  deliver(hour: number, responseMs: number, bucket: number): void {
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#current = findOrMake(this.#byHour, hour, () => ({ delivered: 0 }));
    }
    this.#current.delivered++;
    this.figures.deliver(responseMs, bucket);
  }

  /** How many were delivered in the hour that starts then. */
  deliveredIn(hour: number): number {
    return this.#byHour.get(hour)?.delivered ?? 0;
  }
}

/** A reason and how many postbacks or events have it. */
export interface ReasonCount {
  kind: string;
  reason: string;
  /** What the network said to one of them. */
  message: string | undefined;
  networks: Map<string, number>;
  count: number;
}

/** All that stats and reports show of one time. */
export class Survey {
  readonly total = new Share();
  readonly networks = new Map<string, Share>();
  readonly goals = new Map<string, Share>();
  /** By the start of the hour, in milliseconds since the epoch. */
  readonly hours = new Map<number, Figures>();
  /** Delivered conversions by {@link RESPONSE_STEPS_MS}. */
  readonly responseSteps = Array.from({ length: RESPONSE_STEPS_MS.length + 1 }, () => 0);
  /** Money that was reported, by currency and network. */
  readonly money = new Map<string, Map<string, Sum>>();
  readonly failures = new Map<string, ReasonCount>();
  readonly waiting = new Map<string, ReasonCount>();
  readonly skips = new Map<string, ReasonCount>();
  /** The shares that a conversion counts in, by network and goal. */
  readonly #shares = new Map<string, Map<string, readonly Share[]>>();
  /** Lost conversions, so that a file that is sent again does not lose them again. */
  readonly #lost = new Set<string>();

  constructor(readonly filter: FactFilter) {}

  addDelivered({ network, goal, atMs, responseMs, value, currency }: DeliveredFact): void {
    const hour = hourOf(atMs);
    const bucket = bucketOf(responseMs);
    for (const share of this.#sharesOf(network, goal)) share.deliver(hour, responseMs, bucket);
    this.#hourOf(hour).deliver(responseMs, bucket);
    const step = RESPONSE_STEPS_MS.findIndex((endMs) => responseMs < endMs);
    this.responseSteps[step === -1 ? RESPONSE_STEPS_MS.length : step]!++;
    if (value !== undefined && currency !== '') this.#moneyOf(currency, network).add(value);
  }

  addWaiting({ state, network, goal, atMs, kind, reason, message, count }: WaitingFact): void {
    for (const figures of this.#figuresOf(network, goal, atMs)) {
      figures[state] += count;
      if (state === 'failed' && REFUSED.has(kind)) figures.refused += count;
      if (state === 'pending' && kind === 'processing') figures.accepted += count;
    }
    const reasons = state === 'failed' ? this.failures : this.waiting;
    addReason(reasons, { kind, reason, message, network, count });
  }

  /** @param isElsewhere tells of a conversion that is sent, waits or failed after all */
  addSkipped({ network, goal, atMs, reason, eventId }: SkippedFact, isElsewhere: Facts['isElsewhere']): void {
    addReason(this.skips, { kind: 'skipped', reason, message: undefined, network: network ?? '', count: 1 });
    if (!LOST.has(reason) || network === undefined || goal === undefined) return;
    // Half of the id tells ten million apart, and takes half the memory.
    const key = derivePostbackId('', network, goal, eventId).slice(0, 16);
    if (this.#lost.has(key) || isElsewhere(network, goal, eventId)) return;
    this.#lost.add(key);
    for (const figures of this.#figuresOf(network, goal, atMs)) figures.lost++;
  }

  #figuresOf(network: string, goal: string, atMs: number): Figures[] {
    return [...this.#sharesOf(network, goal).map(({ figures }) => figures), this.#hourOf(hourOf(atMs))];
  }

  #sharesOf(network: string, goal: string): readonly Share[] {
    return findOrMake(findOrMake(this.#shares, network, makeShares), goal, () => {
      return [this.total, findOrMake(this.networks, network, makeShare), findOrMake(this.goals, goal, makeShare)];
    });
  }

  #hourOf(hour: number): Figures {
    return findOrMake(this.hours, hour, makeFigures);
  }

  #moneyOf(currency: string, network: string): Sum {
    return findOrMake(findOrMake(this.money, currency, makeSums), network, makeSum);
  }
}

/**
 * Reads the log at `path` once. Where there is none, nothing is in the survey.
 * @throws the signal's reason when it aborts; InternalError when the log cannot be read
 */
export async function surveyLog(
  { path, workspace }: { path: string; workspace: string },
  filter: FactFilter,
  signal: AbortSignal,
): Promise<Survey> {
  const survey = new Survey(filter);
  const facts = openFacts(path, workspace, filter);
  try {
    if (facts) await readFacts(facts, survey, signal);
  } finally {
    facts?.close();
  }
  return survey;
}

async function readFacts(facts: Facts, survey: Survey, signal: AbortSignal): Promise<void> {
  let rows = 0;
  const pause = async (): Promise<void> => {
    rows++;
    if (rows % ROWS_A_TURN !== 0) return;
    await nextTurn();
    signal.throwIfAborted();
  };
  for (const delivered of facts.delivered()) {
    for (const fact of delivered) survey.addDelivered(fact);
    await pause();
  }
  for (const fact of facts.undelivered()) survey.addWaiting(fact);
  const isElsewhere: Facts['isElsewhere'] = (network, goal, eventId) => facts.isElsewhere(network, goal, eventId);
  for (const skipped of facts.skipped()) {
    for (const fact of skipped) survey.addSkipped(fact, isElsewhere);
    await pause();
  }
}

function addReason(
  reasons: Map<string, ReasonCount>,
  { kind, reason, message, network, count }: Omit<ReasonCount, 'networks'> & { network: string },
): void {
  const known = findOrMake(reasons, `${kind}\0${reason}`, () => {
    return { kind, reason, message, networks: new Map<string, number>(), count: 0 };
  });
  known.count += count;
  known.message ??= message;
  if (network !== '') known.networks.set(network, (known.networks.get(network) ?? 0) + count);
}

function findOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

const makeShare = (): Share => new Share();
const makeShares = (): Map<string, readonly Share[]> => new Map();
const makeFigures = (): Figures => new Figures();
const makeSum = (): Sum => new Sum();
const makeSums = (): Map<string, Sum> => new Map();

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
