import type { Clock } from '../clock.js';
import type { DroppedEntry } from '../log/entry.js';
import type { RowOutcome } from '../log/postback-rows.js';
import type { Outcome } from '../networks/network.js';
import type { Batch, Item } from './batch.js';
import type { LaneDeps, Stop } from './lane-parts.js';
import { waitingKindOf } from './tally.js';
import { judgeAge } from './window.js';

/** Leaves a batch to a later run. */
export async function leaveBatch(deps: LaneDeps, batch: Batch, stop: Stop): Promise<void> {
  const { log, channel, tally, underway } = deps;
  const entries = batch.items.map(({ entry }) => entry);
  const kind = waitingKindOf(stop.kind);
  const { reason, message } = stop;
  const leaving = { entries, flight: batch.flight };
  const dropped = await log.settle(channel.account, leaving, 'pending', { reason, message, kind });
  for (const { postback } of entries) underway.leave(postback);
  await skipDropped(deps, dropped);
  tally.wait(channel.network, kind, entries.length - dropped.length);
}

/** Puts a batch into rows that this run has claimed. Returns how many postbacks got one. */
export async function shelveBatch(
  deps: LaneDeps,
  batch: Batch,
  { kind, reason, message }: RowOutcome,
): Promise<number> {
  const { log, channel, underway } = deps;
  const entries = batch.items.map(({ entry }) => entry);
  const leaving = { entries, flight: batch.flight, claimed: true };
  const outcome = {
    ...(kind && { kind }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
  const dropped = await log.settle(channel.account, leaving, 'pending', outcome);
  for (const { postback } of entries) underway.leave(postback);
  await skipDropped(deps, dropped);
  return entries.length - dropped.length;
}

/** What turned out at the last moment not to be sent is a skip, or another run has it. */
export async function skipDropped(deps: LaneDeps, dropped: readonly DroppedEntry[]): Promise<void> {
  const { log, tally, channel, elsewhere } = deps;
  const skipped = dropped.filter(({ reason }) => reason !== 'duplicate');
  for (const { entry, reason } of dropped) if (reason === 'duplicate') elsewhere.add(entry.postback);
  if (skipped.length === 0) return;
  const { network } = channel;
  await log.skip(
    skipped.map(({ entry: { postback }, reason }) => {
      const { eventId, event, goal } = postback;
      return { eventId, event, goal, network, reason, message: DROP_WORDS[reason] };
    }),
  );
  for (const { reason } of skipped) {
    tally.unplan();
    tally.skip(reason, network, true);
  }
}

/** Milliseconds between two readings of the clock that have to agree. */
const BETWEEN_READINGS_MS = 500;
/** Readings that are taken at most: then the clock is taken at its word. */
const MOST_READINGS = 20;

/**
 * The time, once two readings are as far apart as the clock that nobody sets says: a clock that was wrong for a moment must
 * not end what can still be sent.
 */
async function readSteadyTime(clock: Clock, signal: AbortSignal): Promise<number> {
  for (let readings = 0; readings < MOST_READINGS && clock.elapsed && !signal.aborted; readings++) {
    const [firstMs, startMs] = [clock.now(), clock.elapsed()];
    await clock.sleep(BETWEEN_READINGS_MS, signal).catch(() => undefined);
    const nowMs = clock.now();
    const driftMs = nowMs - firstMs - (clock.elapsed() - startMs);
    if (Math.abs(driftMs) < BETWEEN_READINGS_MS) return nowMs;
  }
  return clock.now();
}

/** The window holds at the moment of sending: what expired while it waited is not sent. */
export async function dropExpired(deps: LaneDeps, batch: Batch): Promise<Batch> {
  const { channel, clock, log, tally, report, signal } = deps;
  let nowMs = clock.now();
  const isLate = ({ outgoing }: Item): boolean => judgeAge(outgoing.postback, nowMs, channel)?.reason === 'too_old';
  if (!batch.items.some(isLate)) return batch;
  nowMs = await readSteadyTime(clock, signal);
  const late = batch.items.filter(isLate);
  if (late.length === 0) return batch;
  const outcome: Outcome = { kind: 'expired', reason: 'too_old', message: 'the window closed while it waited' };
  const items = batch.items.filter((item) => !isLate(item));
  const entries = late.map(({ entry }) => entry);
  const rest = items.map(({ entry }) => entry);
  const leaving = { entries, flight: batch.flight, rest };
  const dropped = await log.settle(channel.account, leaving, 'failed', outcome);
  for (const { entry } of late) deps.underway.delete(entry.postback);
  await skipDropped(deps, dropped);
  const failed = without(late, dropped);
  for (const _ of failed) tally.fail(channel.network, 'expired');
  const postbacks = failed.map(({ entry }) => entry.postback);
  report({ type: 'expired', network: channel.network, postbacks });
  return { ...batch, items };
}

const DROP_WORDS: Readonly<Record<DroppedEntry['reason'], string>> = {
  duplicate: 'another run is sending it',
  already_counted: "another conversion has taken the player's slot of this goal",
  suppressed: 'the player was erased',
  superseded: 'a later change of the same person has taken its place',
};

/** Items without those that were dropped. */
export function without(items: readonly Item[], dropped: readonly DroppedEntry[]): Item[] {
  const left = new Set(dropped.map(({ entry }) => entry));
  return items.filter(({ entry }) => !left.has(entry));
}
