import { AuthError, messageOf, NetworkError } from '../errors.js';
import { ConnectionFault, type HttpAnswer } from '../http/http.js';
import type { AcceptedRequest } from '../log/decisions.js';
import type { EntryVerdict } from '../log/entry.js';
import type { FollowUp, Outcome, Verdict } from '../networks/network.js';
import type { Item } from './batch.js';
import { halve } from './batch.js';
import type { AccountQueue } from './account-queue.js';
import type { AccountQueueDeps } from './account-queue-types.js';
import { noteRefusal, recordRefusal, type RefusalDetails } from './refusals.js';
import { evaluateOutcome } from './retry.js';
import { waitingKindOf } from './tally.js';

/** An account queue whose network accepts first and decides later. */
export interface DecidingQueue {
  accountQueue: AccountQueue;
  deps: AccountQueueDeps;
  followUp: FollowUp;
  /** The network lets nobody ask with this grant: it is left alone for the rest of the run. */
  isRefused?: boolean;
  /**
   * Answers in a row that said nothing, by request; one that was given up is not asked for again in
   * this run.
   */
  unreadable?: Map<number, number>;
  /** The network wants no question before this time, in milliseconds since the epoch. */
  notBeforeMs?: number;
}

/** Answers without a readable state in a row until a run stops asking for a request. */
const MAX_UNREADABLE = 3;

/**
 * Each question waits a third of the time since the request again: Google's guide lets its pauses
 * grow by 1.3, up to an hour.
 */
const GROWTH = 0.3;
const LONGEST_PAUSE_MS = 60 * 60 * 1000;

/**
 * Asks the networks once what became of the requests that they accepted, whatever run made them,
 * and records what they say. Where a network does not say which events are bad, they are sent again
 * in halves.
 * @returns how many requests are still undecided, and when the next of them is worth asking for
 */
export async function askForDecisions(
  accountQueues: readonly DecidingQueue[],
): Promise<{ open: number; nextMs: number }> {
  let open = 0;
  let nextMs = Infinity;
  for (const deciding of accountQueues.filter(({ isRefused }) => !isRefused)) {
    const { deps, followUp } = deciding;
    const network = deps.channel.network;
    for (const accepted of await deps.log.listAccepted([network])) {
      if (deps.signal.aborted || deciding.accountQueue.stop) return { open: open + 1, nextMs };
      if (deciding.isRefused) break;
      // The grant of another account may not ask.
      if (accepted.account !== deps.channel.account || isGivenUp(deciding, accepted)) continue;
      const dueMs = Math.max(accepted.acceptedMs + followUp.pauseMs, deciding.notBeforeMs ?? 0);
      const isOpen = dueMs > deps.clock.now() || !(await decide(deciding, accepted));
      if (!isOpen) continue;
      open++;
      const pausedMs = deps.clock.now() + nextPauseMs(accepted, followUp, deps.clock.now());
      nextMs = Math.min(nextMs, Math.max(dueMs, deciding.notBeforeMs ?? 0, pausedMs));
    }
    await deciding.accountQueue.drain();
  }
  return { open, nextMs };
}

/**
 * As {@link askForDecisions}, again and again until all is decided or the run is stopped.
 * @throws what breaks an account queue
 */
export async function awaitDecisions(accountQueues: readonly DecidingQueue[]): Promise<void> {
  const startedMs = accountQueues[0]?.deps.clock.now() ?? 0;
  for (;;) {
    const { open, nextMs } = await askForDecisions(accountQueues);
    const [first] = accountQueues;
    // What was sent again in halves has been accepted by now, and waits in its turn.
    if (!first || (open === 0 && (await countOpen(accountQueues)) === 0)) return;
    const { clock, signal } = first.deps;
    if (await haveRunOut(accountQueues, clock.now() - startedMs)) return;
    if (
      signal.aborted ||
      accountQueues.every(({ accountQueue, isRefused }) => isRefused || accountQueue.stop)
    )
      return;
    const pauseMs = Math.min(...accountQueues.map(({ followUp }) => followUp.pauseMs));
    const waitMs = Number.isFinite(nextMs) ? Math.max(1, nextMs - clock.now()) : pauseMs;
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }
}

/**
 * How long a question waits for the next: longer, the longer the network has taken. No state: the
 * caller has it.
 */
function nextPauseMs(
  { acceptedMs }: AcceptedRequest,
  { pauseMs }: FollowUp,
  nowMs: number,
): number {
  return Math.max(pauseMs, Math.min(LONGEST_PAUSE_MS, (nowMs - acceptedMs) * GROWTH));
}

/** Whether nothing of these account queues is worth waiting for. Ends at the first that is. */
async function haveRunOut(
  accountQueues: readonly DecidingQueue[],
  waitedMs: number,
): Promise<boolean> {
  for (const one of accountQueues) if (!(await hasRunOut(one, waitedMs))) return false;
  return true;
}

/**
 * Whether nothing of an account queue is worth waiting for any more; said once where patience has
 * run out.
 */
async function hasRunOut(deciding: DecidingQueue, waitedMs: number): Promise<boolean> {
  const { deps, followUp } = deciding;
  if (waitedMs < (followUp.patienceMs ?? Infinity)) return (await countOpen([deciding])) === 0;
  const minutes = Math.round(waitedMs / 60_000);
  const { network } = deps.channel;
  const message = `${network} has not decided after ${minutes} minutes; what it accepted stays pending.`;
  deps.report({ type: 'notice', network, message });
  return true;
}

function isGivenUp({ unreadable }: DecidingQueue, { request }: AcceptedRequest): boolean {
  return (unreadable?.get(request) ?? 0) >= MAX_UNREADABLE;
}

/** Counts an answer that says nothing, and says so when the last one is in. */
function noteUnreadable(
  deciding: DecidingQueue,
  { request, remoteId }: AcceptedRequest,
  message: string,
): void {
  const counts = (deciding.unreadable ??= new Map<number, number>());
  const count = (counts.get(request) ?? 0) + 1;
  counts.set(request, count);
  if (count < MAX_UNREADABLE) return;
  const { report, channel } = deciding.deps;
  const words =
    `${message}, ${count} times in a row; job ${remoteId} stays pending and is not asked for ` +
    'again now.';
  report({ type: 'notice', network: channel.network, message: words });
}

async function countOpen(accountQueues: readonly DecidingQueue[]): Promise<number> {
  let count = 0;
  for (const deciding of accountQueues) {
    const { log, channel } = deciding.deps;
    const accepted = await log.listAccepted([channel.network]);
    count += accepted.filter(
      (one) => one.account === channel.account && !isGivenUp(deciding, one),
    ).length;
  }
  return count;
}

/** One request: asks, judges, records. False while it is undecided. */
async function decide(deciding: DecidingQueue, accepted: AcceptedRequest): Promise<boolean> {
  const { deps, followUp } = deciding;
  const items = accepted.entries.map((entry): Item => ({
    outgoing: { postback: entry.postback, mapping: deps.mappingOf(entry.postback) ?? '' },
    entry,
    tries: 0,
  }));
  const answer = await ask(deciding, accepted);
  if (!answer) return false;
  const verdict = followUp.classify(
    items.map(({ outgoing }) => outgoing),
    answer,
    accepted,
  );
  if (verdict.retryAfterMs !== undefined)
    deciding.notBeforeMs = deps.clock.now() + verdict.retryAfterMs;
  if (verdict.isUnreadable) {
    noteUnreadable(deciding, accepted, verdict.outcomes[0]?.message ?? 'the answer cannot be read');
    return false;
  }
  deciding.unreadable?.delete(accepted.request);
  const isRefused =
    verdict.outcomes.length > 0 && verdict.outcomes.every(({ kind }) => kind === 'credential');
  if (isRefused) {
    const { reason, message = `HTTP ${answer.status}`, fix } = verdict.outcomes[0]!;
    if (fix === undefined || fix.by === 'reconnect') await deps.tokens.reportRefused(answer);
    await refuse(deciding, accepted, { kind: 'credential', reason, message, ...(fix && { fix }) });
    return false;
  }
  const verdicts = items.map((item, index) => {
    const one = toVerdict(verdict, index);
    // What is not mapped any more cannot be sent again now.
    const isStuck =
      one !== undefined && isSentAgain(one) && deps.mappingOf(item.entry.postback) === undefined;
    return isStuck ? { ...one, rowState: 'pending' as const } : one;
  });
  if (verdicts.every((one) => one === undefined)) return false;
  return record(deciding, { accepted, items, verdicts, answer });
}

/** What a network answered about an accepted request: one verdict for each of its items. */
interface Decided {
  accepted: AcceptedRequest;
  items: readonly Item[];
  verdicts: readonly (EntryVerdict | undefined)[];
  answer: HttpAnswer;
}

async function record(
  { accountQueue, deps }: DecidingQueue,
  { accepted, items, verdicts, answer }: Decided,
): Promise<boolean> {
  const { log, tally, report, channel } = deps;
  const undecided: EntryVerdict = {
    status: 'accepted',
    outcome: { kind: 'processing', reason: 'processing' },
  };
  const full = verdicts.map((verdict) => verdict ?? undecided);
  const again = items.filter((_, index) => isSentAgain(full[index] as EntryVerdict));
  const isOurs = await log.recordDecision(accepted, { verdicts: full, again: again.length > 0 });
  if (!isOurs) return true;
  const isOfThisRun = accepted.run === log.run.id;
  full.forEach(({ status, outcome, rowState: settled }, index) => {
    if (outcome.kind === 'processing') return;
    if (outcome.warning !== undefined) tally.warn('network_warning');
    tally.decide(channel.network, isOfThisRun);
    if (status === 'success') tally.deliver(channel.network, 1);
    else if (settled === 'failed') {
      const { outgoing } = items[index] as Item;
      tally.fail(channel.network, outcome.kind, { outgoing, outcome });
    } else if (settled === 'pending') tally.wait(channel.network, waitingKindOf(outcome.kind));
  });
  const { status: http, latencyMs } = answer;
  report({
    type: 'answer',
    network: channel.network,
    account: channel.account,
    batch: { items: [...items], notBeforeMs: 0 },
    verdicts: full,
    http,
    latencyMs,
  });
  for (const half of again.length > 1 ? halve(again) : [again]) accountQueue.addTogether(half);
  report({ type: 'progress', summary: tally.summary });
  return full.every(({ outcome }) => outcome.kind !== 'processing');
}

/** Undefined while the network has not decided, or its answer says nothing of it. */
function toVerdict({ outcomes, split }: Verdict, index: number): EntryVerdict | undefined {
  const outcome = outcomes[index];
  if (!outcome || outcome.kind === 'processing') return undefined;
  if (split && outcomes.length > 1) return { status: 'retried', outcome };
  const fate = evaluateOutcome(outcome.kind);
  if (fate === 'delivered') return { status: 'success', outcome };
  if (fate === 'failed') return { status: 'failed', outcome, rowState: 'failed' };
  // It did not get there after all, through no fault of its own: a later run sends it again.
  return fate === 'again' ? { status: 'retried', outcome, rowState: 'pending' } : undefined;
}

function isSentAgain({ status, outcome, rowState: settled }: EntryVerdict): boolean {
  return status !== 'success' && settled === undefined && outcome.kind !== 'processing';
}

/**
 * The network's answer; undefined where it cannot be asked now. A token that has ended is renewed
 * once.
 */
async function ask(
  deciding: DecidingQueue,
  accepted: AcceptedRequest,
): Promise<HttpAnswer | undefined> {
  const { deps, followUp } = deciding;
  const { tokens, http, options, signal } = deps;
  const { remoteId } = accepted;
  const send = (token: string): Promise<HttpAnswer> =>
    http.send(followUp.request(remoteId, token), { timeoutMs: options.timeoutMs, signal });
  try {
    const token = await tokens.accessToken(signal);
    const answer = await send(token);
    return answer.status === 401 ? await send(await tokens.renew(token, signal)) : answer;
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(
      error instanceof ConnectionFault ||
      error instanceof AuthError ||
      error instanceof NetworkError
    ))
      throw error;
    if (error instanceof AuthError) {
      const { code, message, hint, next } = error;
      const details = { ...(hint && { action: hint }), ...(next && { next }) };
      await refuse(deciding, accepted, { kind: 'credential', reason: code, message }, details);
      return undefined;
    }
    const message = `${deps.channel.network} cannot be asked what became of requests: ${messageOf(error)}`;
    deps.report({ type: 'notice', network: deps.channel.network, message });
    return undefined;
  }
}

/**
 * The grant is refused: what was accepted stays as it is, to be asked after when somebody has
 * connected again.
 */
async function refuse(
  deciding: DecidingQueue,
  { entries, run }: AcceptedRequest,
  outcome: Outcome,
  details?: RefusalDetails,
): Promise<void> {
  const { report, tally, log, channel } = deciding.deps;
  deciding.isRefused = true;
  for (const _ of entries) {
    tally.decide(channel.network, run === log.run.id);
    tally.wait(channel.network, 'credential');
  }
  const { refusal, message } = noteRefusal(deciding.deps, outcome, details);
  const words = `${channel.network} cannot be asked what became of requests. ${message}`;
  report({ type: 'notice', network: channel.network, message: words, refused: true });
  await recordRefusal(deciding.deps, refusal);
}
