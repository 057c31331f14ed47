import type {
  Conversion,
  DeliveredFact,
  FactFilter,
  LogFacts,
  SkippedFact,
  WaitingFact,
} from '../log/facts.js';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { derivePostbackId } from '../identity/postback-id.js';
import type { LogLocation } from '../config/log-location.js';
import { withLogReader } from '../log/open-log.js';
import { Metrics } from './metrics.js';
import { Sum } from './money.js';
import { bucketOf } from './histogram.js';

const HOUR_MS = 3_600_000;
/** Number of log rows read before yielding to the event loop. */
const ROWS_A_TURN = 200;

/**
 * Reasons for which a conversion that was to be reported is not: the goal counted it and its click
 * belongs to a network that is connected. By all other reasons there was nothing to report here, or
 * it must not be.
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

/**
 * Upper ends of the steps in which response times are shown, in milliseconds; the last step has
 * none.
 */
export const RESPONSE_STEPS_MS = [
  10_000,
  60_000,
  120_000,
  300_000,
  900_000,
  HOUR_MS,
  6 * HOUR_MS,
  24 * HOUR_MS,
];

/** Metrics of a network or goal, and what it delivered in each hour. */
export class Segment {
  readonly metrics = new Metrics();
  readonly #byHour = new Map<number, { delivered: number }>();
  #hour = -1;
  #current = { delivered: 0 };

  /**
   * Counts a delivered conversion; the log is read in the order of time, so hours come one after
   * another.
   */
  deliver(hour: number, responseMs: number, bucket: number): void {
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#current = findOrMake(this.#byHour, hour, () => ({ delivered: 0 }));
    }
    this.#current.delivered++;
    this.metrics.deliver(responseMs, bucket);
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
  /** The network's message for one of them. */
  message: string | undefined;
  networks: Map<string, number>;
  count: number;
}

/** Data of stats and reports for one period. */
export class Aggregate {
  readonly total = new Segment();
  readonly networks = new Map<string, Segment>();
  readonly goals = new Map<string, Segment>();
  /** By the start of the hour, in milliseconds since the epoch. */
  readonly hours = new Map<number, Metrics>();
  /** Delivered conversions by {@link RESPONSE_STEPS_MS}. */
  readonly responseSteps = Array.from({ length: RESPONSE_STEPS_MS.length + 1 }, () => 0);
  /** Money that was reported, by currency and network. */
  readonly money = new Map<string, Map<string, Sum>>();
  readonly failures = new Map<string, ReasonCount>();
  readonly waiting = new Map<string, ReasonCount>();
  readonly skips = new Map<string, ReasonCount>();
  /** The shares that a conversion counts in, by network and goal. */
  readonly #segments = new Map<string, Map<string, readonly Segment[]>>();
  /** Lost conversions, so that a file that is sent again does not lose them again. */
  readonly #lost = new Set<string>();

  constructor(readonly filter: FactFilter) {}

  addDelivered({ network, goal, atMs, responseMs, value, currency }: DeliveredFact): void {
    const hour = hourOf(atMs);
    const bucket = bucketOf(responseMs);
    for (const segment of this.#segmentsOf(network, goal))
      segment.deliver(hour, responseMs, bucket);
    this.#hourOf(hour).deliver(responseMs, bucket);
    const step = RESPONSE_STEPS_MS.findIndex((endMs) => responseMs < endMs);
    this.responseSteps[step === -1 ? RESPONSE_STEPS_MS.length : step]!++;
    if (value !== undefined && currency !== '') this.#moneyOf(currency, network).add(value);
  }

  addWaiting({ state, network, goal, atMs, kind, reason, message, count }: WaitingFact): void {
    for (const metrics of this.#metricsOf(network, goal, atMs)) {
      metrics[state] += count;
      if (state === 'failed' && REFUSED.has(kind)) metrics.refused += count;
      if (state === 'pending' && kind === 'processing') metrics.accepted += count;
    }
    const reasons = state === 'failed' ? this.failures : this.waiting;
    addReason(reasons, { kind, reason, message, network, count });
  }

  /** Counts what was not sent. Returns the conversion where it may be lost: see {@link addLost}. */
  addSkipped({ network, goal, reason, eventId, count = 1 }: SkippedFact): Conversion | undefined {
    addReason(this.skips, {
      kind: 'skipped',
      reason,
      message: undefined,
      network: network ?? '',
      count,
    });
    if (!LOST.has(reason) || network === undefined || goal === undefined) return undefined;
    return this.#lost.has(keyOf({ network, goal, eventId }))
      ? undefined
      : { network, goal, eventId };
  }

  /** Counts a conversion that is neither sent nor waiting nor failed, once. */
  addLost(conversion: Conversion, atMs: number): void {
    const key = keyOf(conversion);
    if (this.#lost.has(key)) return;
    this.#lost.add(key);
    for (const metrics of this.#metricsOf(conversion.network, conversion.goal, atMs))
      metrics.lost++;
  }

  #metricsOf(network: string, goal: string, atMs: number): Metrics[] {
    return [
      ...this.#segmentsOf(network, goal).map(({ metrics }) => metrics),
      this.#hourOf(hourOf(atMs)),
    ];
  }

  #segmentsOf(network: string, goal: string): readonly Segment[] {
    return findOrMake(findOrMake(this.#segments, network, makeSegments), goal, () => {
      return [
        this.total,
        findOrMake(this.networks, network, makeSegment),
        findOrMake(this.goals, goal, makeSegment),
      ];
    });
  }

  #hourOf(hour: number): Metrics {
    return findOrMake(this.hours, hour, makeMetrics);
  }

  #moneyOf(currency: string, network: string): Sum {
    return findOrMake(findOrMake(this.money, currency, makeSums), network, makeSum);
  }
}

/**
 * Reads a log once. Where there is none, nothing is in the result.
 * @throws the signal's reason when it aborts; as openLogReader
 */
export async function aggregateLog(
  location: LogLocation,
  filter: FactFilter,
  signal: AbortSignal,
): Promise<Aggregate> {
  const aggregate = new Aggregate(filter);
  await withLogReader(location, (reader) => readFacts(reader.openFacts(filter), aggregate, signal));
  return aggregate;
}

async function readFacts(
  facts: LogFacts,
  aggregate: Aggregate,
  signal: AbortSignal,
): Promise<void> {
  let rows = 0;
  const pause = async (): Promise<void> => {
    rows++;
    if (rows % ROWS_A_TURN !== 0) return;
    await nextTurn();
    signal.throwIfAborted();
  };
  for await (const delivered of facts.delivered()) {
    for (const fact of delivered) aggregate.addDelivered(fact);
    await pause();
  }
  for await (const waiting of facts.undelivered())
    for (const fact of waiting) aggregate.addWaiting(fact);
  for await (const skipped of facts.skipped()) {
    await addSkipped(skipped, facts, aggregate);
    await pause();
  }
}

async function addSkipped(
  skipped: readonly SkippedFact[],
  facts: LogFacts,
  aggregate: Aggregate,
): Promise<void> {
  const doubtful: { conversion: Conversion; atMs: number }[] = [];
  for (const fact of skipped) {
    const conversion = aggregate.addSkipped(fact);
    if (conversion) doubtful.push({ conversion, atMs: fact.atMs });
  }
  if (doubtful.length === 0) return;
  const areElsewhere = await facts.areElsewhere(doubtful.map(({ conversion }) => conversion));
  doubtful.forEach(({ conversion, atMs }, index) => {
    if (!areElsewhere[index]) aggregate.addLost(conversion, atMs);
  });
}

/** Half of the id tells ten million conversions apart, and takes half the memory. */
function keyOf({ network, goal, eventId }: Conversion): string {
  return derivePostbackId('', network, goal, eventId).slice(0, 16);
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

const makeSegment = (): Segment => new Segment();
const makeSegments = (): Map<string, readonly Segment[]> => new Map();
const makeMetrics = (): Metrics => new Metrics();
const makeSum = (): Sum => new Sum();
const makeSums = (): Map<string, Sum> => new Map();

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
