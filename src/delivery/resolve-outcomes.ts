import type { Entry, EntryVerdict } from '../log/entry.js';
import type { Channel, Outcome, Verdict } from '../networks/network.js';
import type { Random } from '../random.js';
import type { Batch, Item } from './batch.js';
import { halve } from './batch.js';
import { backoffMs, evaluateOutcome, LONGEST_WAIT_MS } from './retry.js';
import { isFinalRefusal } from './shared-cause.js';
import { deadlineOf } from './window.js';

export interface OutcomeRules {
  nowMs: number;
  maxAttempts: number;
  channel: Pick<Channel, 'limits' | 'windowMsOf'>;
  random: Random;
  /** No further attempts: the account queue has stopped. */
  isStopped: boolean;
  /** The run comes back to what has used up its attempts. */
  isPersistent: boolean;
}

/**
 * What the answer to one request means: a verdict an entry for the log, and the batches to send
 * again.
 */
export interface ResolvedOutcomes {
  verdicts: EntryVerdict[];
  again: Batch[];
}

/**
 * Decides for each postback of a request whether it is done, tried again, or left for a later run.
 * Pure but for jitter.
 */
export function resolveOutcomes(
  batch: Batch,
  verdict: Verdict,
  rules: OutcomeRules,
): ResolvedOutcomes {
  if (verdict.split && batch.items.length > 1) return splitBatch(batch, verdict, rules);
  if (verdict.rejectedIndexes?.length)
    return isolate(batch, verdict, verdict.rejectedIndexes, rules);
  const retried: Item[] = [];
  const attempts = Math.max(...batch.items.map(({ tries }) => tries)) + 1;
  const notBeforeMs = rules.nowMs + backoffMs(attempts, verdict.retryAfterMs, rules.random);
  const tooLong = (verdict.retryAfterMs ?? 0) > LONGEST_WAIT_MS;
  const expired = new Map<Outcome, Outcome>();
  const verdicts = batch.items.map((item, index): EntryVerdict => {
    const outcome = verdict.outcomes[index] ?? MISSING;
    const fate = evaluateOutcome(outcome.kind);
    if (fate === 'delivered') return { status: 'success', outcome };
    if (fate === 'failed') return { status: 'failed', outcome, rowState: 'failed' };
    if (fate === 'waits') {
      return {
        status: outcome.kind === 'credential' ? 'failed' : 'accepted',
        outcome,
        rowState: 'pending',
      };
    }
    if (rules.isStopped) return { status: 'retried', outcome, rowState: 'pending' };
    const isLast = item.tries + 1 >= rules.maxAttempts || tooLong;
    if (isLast)
      return { status: 'retried', outcome, rowState: rules.isPersistent ? 'deferred' : 'pending' };
    if (notBeforeMs >= deadlineOf(item.outgoing.postback, rules.channel)) {
      // One object for all that share an outcome: the log then tells it once.
      const late = expired.get(outcome) ?? expire(outcome);
      expired.set(outcome, late);
      return { status: 'failed', outcome: late, rowState: 'failed' };
    }
    retried.push(advance(item, 1));
    return { status: 'retried', outcome };
  });
  return { verdicts, again: retried.length === 0 ? [] : [{ items: retried, notBeforeMs }] };
}

/**
 * No attempt is made past the deadline: what would have to wait longer is lost now, not found
 * pending for ever.
 */
function expire({ reason, message }: Outcome): Outcome {
  const last = message === undefined ? reason : `${reason}: ${message}`;
  return {
    kind: 'expired',
    reason: 'too_old',
    message: `the window closes before another attempt; the last: ${last}`,
  };
}

/**
 * Refused whole because of some: those are judged as the answer says, the others go again at once
 * without them.
 */
function isolate(
  batch: Batch,
  verdict: Verdict,
  rejectedIndexes: readonly number[],
  rules: OutcomeRules,
): ResolvedOutcomes {
  const rejected = new Set(rejectedIndexes);
  const pick = (isRejected: boolean): number[] =>
    [...batch.items.keys()].filter((at) => rejected.has(at) === isRejected);
  const part = (positions: readonly number[]): Item[] =>
    positions.map((at) => batch.items[at] as Item);
  const named = pick(true);
  const outcomes = named.map((at) => verdict.outcomes[at] ?? MISSING);
  const resolved =
    named.length === 0
      ? { verdicts: [], again: [] }
      : resolveOutcomes(
          { ...batch, items: part(named) },
          { ...verdict, outcomes, rejectedIndexes: [], split: false },
          rules,
        );
  const verdicts = batch.items.map((): EntryVerdict => {
    const outcome = NEIGHBOUR;
    return rules.isStopped
      ? { status: 'retried', outcome, rowState: 'pending' }
      : { status: 'retried', outcome };
  });
  named.forEach((at, index) => (verdicts[at] = resolved.verdicts[index] as EntryVerdict));
  const others = part(pick(false)).map((item) => advance(item, 0));
  if (rules.isStopped || others.length === 0) return { verdicts, again: resolved.again };
  const rounds = (batch.rounds ?? 0) + 1;
  const next: Batch = { items: others, notBeforeMs: rules.nowMs, rounds, ...keepCleared(batch) };
  const suspect =
    rounds >= NAMED_ROUNDS && !batch.cleared ? outcomes.find(isFinalRefusal) : undefined;
  return { verdicts, again: [suspect ? { ...next, suspect } : next, ...resolved.again] };
}

function splitBatch(batch: Batch, verdict: Verdict, rules: OutcomeRules): ResolvedOutcomes {
  const verdicts = batch.items.map((_, index): EntryVerdict => {
    const outcome = verdict.outcomes[index] ?? MISSING;
    return rules.isStopped
      ? { status: 'retried', outcome, rowState: 'pending' }
      : { status: 'retried', outcome };
  });
  if (rules.isStopped) return { verdicts, again: [] };
  const [first] = verdict.outcomes;
  const items = batch.items.map((item) => advance(item, 0));
  const isSuspect =
    !batch.cleared &&
    items.length >= SUSPECT_FROM &&
    isFinalRefusal(first) &&
    first?.reason !== TOO_LARGE;
  if (isSuspect) return { verdicts, again: [{ items, notBeforeMs: rules.nowMs, suspect: first }] };
  const halves = halve(items);
  return {
    verdicts,
    again: halves.map((part) => ({ items: part, notBeforeMs: rules.nowMs, ...keepCleared(batch) })),
  };
}

/**
 * Size of a batch from which on single events are tried before it is halved: below, halving costs
 * no more.
 */
const SUSPECT_FROM = 8;
/**
 * Requests in which the network names some bad events, and takes none, until single events are
 * tried.
 */
const NAMED_ROUNDS = 2;
/** Reason of a body that is too large, which is a matter of size alone. */
const TOO_LARGE = 'too_large';

function keepCleared({ cleared }: Batch): Pick<Batch, 'cleared'> {
  return cleared ? { cleared } : {};
}

/** An item after one more attempt; it is in a batch now, no longer in a row of its own. */
export function advance(item: Item, tries: number): Item {
  const { postback, attempts } = item.entry;
  const entry: Entry = { postback, attempts: attempts + 1 };
  return { outgoing: item.outgoing, entry, tries: item.tries + tries };
}

/** A batch that goes again at once with a new token: that is not another try. */
export function renewedBatch(batch: Batch): Batch {
  return { items: batch.items.map((item) => advance(item, 0)), notBeforeMs: 0, renewed: true };
}

const NEIGHBOUR: Outcome = {
  kind: 'unknown',
  reason: 'refused_with_another',
  message: 'the request was refused because of another event in it',
};

const MISSING: Outcome = {
  kind: 'unknown',
  reason: 'not_in_answer',
  message: 'the answer does not mention this event',
};
