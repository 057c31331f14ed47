import type { DroppedEntry, Entry, RowOutcome } from '../log/entry.js';
import { DAMAGED_WORDS, LOG_DAMAGED } from '../log/stored-json.js';
import type { Outcome } from '../networks/network.js';
import type { Batch, Item } from './batch.js';
import type { AccountQueueDeps, Stop } from './account-queue-types.js';
import { waitingKindOf } from './tally.js';
import { evaluateAge } from './window.js';

/** Leaves a batch to a later run. */
export async function leaveBatch(deps: AccountQueueDeps, batch: Batch, stop: Stop): Promise<void> {
  const { log, channel, tally, inFlight } = deps;
  const entries = batch.items.map(({ entry }) => entry);
  const kind = waitingKindOf(stop.kind);
  const { reason, message } = stop;
  const dropped = await log.storeUnsent({
    account: channel.account,
    entries,
    batchId: batch.batchId,
    state: 'pending',
    outcome: { reason, message, kind },
  });
  await skipDropped(deps, dropped);
  for (const { postback } of entries) inFlight.delete(postback);
  tally.wait(channel.network, kind, entries.length - dropped.length);
}

/** Puts a batch into rows that this run has claimed. Returns how many postbacks got one. */
export async function deferBatch(
  deps: AccountQueueDeps,
  batch: Batch,
  { kind, reason, message }: RowOutcome,
): Promise<number> {
  const { log, channel, inFlight } = deps;
  const entries = batch.items.map(({ entry }) => entry);
  const outcome = {
    ...(kind && { kind }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
  const dropped = await log.storeUnsent({
    account: channel.account,
    entries,
    batchId: batch.batchId,
    state: 'pending',
    outcome,
    claimed: true,
  });
  await skipDropped(deps, dropped);
  for (const { postback } of entries) inFlight.delete(postback);
  return entries.length - dropped.length;
}

/** What turned out at the last moment not to be sent is a skip, or another run has it. */
export async function skipDropped(
  deps: AccountQueueDeps,
  dropped: readonly DroppedEntry[],
): Promise<void> {
  const { log, tally, channel, elsewhere } = deps;
  const skipped = dropped.filter(({ reason }) => reason !== 'duplicate');
  for (const { entry, reason } of dropped)
    if (reason === 'duplicate') elsewhere.add(entry.postback);
  if (skipped.length === 0) return;
  const { network } = channel;
  await log.skip(
    skipped.map(({ entry: { postback }, reason }) => {
      const { eventId, event, goal, membership } = postback;
      const list = membership && { list: membership.list };
      return { eventId, event, goal, network, reason, message: DROP_WORDS[reason], ...list };
    }),
  );
  for (const { reason } of skipped) {
    tally.unplan(network);
    tally.skip(reason, network, true);
  }
}

/** The window holds at the moment of sending: what expired while it waited is not sent. */
export async function dropExpired(deps: AccountQueueDeps, batch: Batch): Promise<Batch> {
  const { channel, clock, log, tally, report, signal } = deps;
  let nowMs = clock.now();
  const isLate = ({ outgoing }: Item): boolean =>
    evaluateAge(outgoing.postback, nowMs, channel)?.reason === 'too_old';
  if (!batch.items.some(isLate)) return batch;
  nowMs = await deps.steadyTime.read(signal);
  const late = batch.items.filter(isLate);
  if (late.length === 0) return batch;
  const outcome: Outcome = {
    kind: 'expired',
    reason: 'too_old',
    message: 'the window closed while it waited',
  };
  const items = batch.items.filter((item) => !isLate(item));
  const entries = late.map(({ entry }) => entry);
  const rest = items.map(({ entry }) => entry);
  const dropped = await log.storeUnsent({
    account: channel.account,
    entries,
    batchId: batch.batchId,
    rest,
    state: 'failed',
    outcome,
  });
  await skipDropped(deps, dropped);
  for (const { entry } of late) deps.inFlight.delete(entry.postback);
  const failed = without(late, dropped);
  for (const { outgoing } of failed) tally.fail(channel.network, 'expired', { outgoing, outcome });
  const postbacks = failed.map(({ entry }) => entry.postback);
  report({ type: 'expired', network: channel.network, postbacks });
  return { ...batch, items };
}

/** Fails postbacks whose payload in the log cannot be read, so that the others are delivered. */
export async function failDamaged(
  deps: AccountQueueDeps,
  entries: readonly Entry[],
): Promise<void> {
  const { channel, log, tally, report, inFlight } = deps;
  const outcome: Outcome = { kind: 'payload', reason: LOG_DAMAGED, message: DAMAGED_WORDS };
  const { account } = channel;
  const dropped = await log.storeUnsent({ account, entries, state: 'failed', outcome });
  await skipDropped(deps, dropped);
  for (const { postback } of entries) inFlight.delete(postback);
  const count = entries.length - dropped.length;
  for (let number = 0; number < count; number++) tally.fail(channel.network, 'payload');
  if (count > 0) tally.warn('damaged_row', count);
  const words = count === 1 ? '1 postback' : `${count} postbacks`;
  const ids = entries.slice(0, 3).map(({ postback }) => postback.eventId);
  const more = entries.length > ids.length ? ', …' : '';
  report({
    type: 'notice',
    network: channel.network,
    message: `${words} failed (log_damaged): ${DAMAGED_WORDS}. Event ids: ${ids.join(', ')}${more}`,
  });
}

const DROP_WORDS: Readonly<Record<DroppedEntry['reason'], string>> = {
  duplicate: 'another run is sending it',
  already_counted: 'another conversion of the player holds the once-per-player lock of this goal',
  suppressed: 'the player was erased',
  superseded: 'a later change of the same person replaced it',
};

/** Items without those that were dropped. */
export function without(items: readonly Item[], dropped: readonly DroppedEntry[]): Item[] {
  const left = new Set(dropped.map(({ entry }) => entry));
  return items.filter(({ entry }) => !left.has(entry));
}
