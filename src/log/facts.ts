/**
 * Which part of the log figures are made of. Times in milliseconds since the epoch; empty lists:
 * all.
 */
export interface FactFilter {
  sinceMs: number;
  untilMs: number;
  /** The present: what is under way counts where the time reaches to it. */
  nowMs: number;
  networks: readonly string[];
  goals: readonly string[];
}

/** Where and when something became of a conversion. */
export interface Fact {
  network: string;
  goal: string;
  atMs: number;
}

/** One postback that a network took. */
export interface DeliveredFact extends Fact {
  /** From the conversion to the recorded answer. */
  responseMs: number;
  /** Money that was reported with it, as decimal text. */
  value: string | undefined;
  currency: string;
}

/** Postbacks with one fate. */
export interface WaitingFact extends Fact {
  state: 'failed' | 'pending';
  kind: string;
  reason: string;
  /** What the network said to one of them. */
  message: string | undefined;
  count: number;
}

/**
 * One event or postback that was not sent. Event-wide reasons have no goal, and no network where
 * nobody owns the click.
 */
export interface SkippedFact {
  network: string | undefined;
  goal: string | undefined;
  atMs: number;
  reason: string;
  /** Empty where {@link count} stands for several events that are not known any more. */
  eventId: string;
  /** Absent: 1. */
  count?: number;
}

/** What identifies a conversion at a network. */
export type Conversion = Pick<SkippedFact, 'eventId'> & { network: string; goal: string };

/**
 * What figures are made of, in groups, so that memory stays flat whatever the log's size. Test
 * events are left out, because nobody counts them; so are changes of audience lists.
 */
export interface LogFacts {
  /** What each request delivered. Second deliveries by `replay --force` are left out. */
  delivered(): AsyncIterable<readonly DeliveredFact[]>;
  /** What failed for good and what waits, one fact for each hour, network, goal and reason. */
  undelivered(): AsyncIterable<readonly WaitingFact[]>;
  /** Events and postbacks that were not sent, oldest first. */
  skipped(): AsyncIterable<readonly SkippedFact[]>;
  /** Whether each conversion, which was skipped once, is sent, waiting or failed after all. */
  areElsewhere(conversions: readonly Conversion[]): Promise<boolean[]>;
}

/** Whether a filter takes a postback of a network and a goal. */
export function takesPostback(
  { networks, goals }: Pick<FactFilter, 'networks' | 'goals'>,
  network: string,
  goal: string,
): boolean {
  return (
    (networks.length === 0 || networks.includes(network)) &&
    (goals.length === 0 || goals.includes(goal))
  );
}

/**
 * Makes the fact of a postback in a batch that is not finished.
 * @param isHeld it came from a stream, and no request has carried it yet
 */
export function makeUnfinished(
  { network, goal }: { network: string; goal: string },
  atMs: number,
  isHeld: boolean,
): WaitingFact {
  const reason = isHeld ? 'stopped' : 'under_way';
  const why = { kind: reason, reason, message: undefined };
  return { network, goal, atMs, state: 'pending', ...why, count: 1 };
}
