import type { Input } from '../events/input-types.js';
import type { Source, SourcePart } from '../sources/source.js';
import type { Delivery } from './delivery.js';
import type { EventPipeline } from './event-pipeline.js';
import { StreamWatch } from './stream-watch.js';
import { tend } from './tend.js';

/** Number of postbacks waiting for a network at which reading pauses, unless the run says so. */
const DEFAULT_MAX_PENDING = 100_000;
/** How often a paused source asks whether it may go on, in milliseconds. */
const PAUSE_MS = 250;

/** What a run says of how brokers are read. */
export interface SourceRun {
  /** Number of postbacks waiting for a network at which reading pauses. */
  maxPending?: number | undefined;
  /** Where rejected records are stored before their messages are acknowledged. */
  rejects?: RejectStore | undefined;
}

/** Where rejected records cannot be lost. */
export interface RejectStore {
  /** Resolves to true once every record is stored, to false where `signal` aborts before. */
  confirm(signal: AbortSignal): Promise<boolean>;
}

/** Where a run shows its progress. */
export interface Display {
  /** Waits until what was reported is shown: a slow reader of the output slows the run. */
  shown(): Promise<void>;
}

export interface SourceReading extends SourceRun {
  /** Name and format of what the source holds. */
  input: Input;
  display?: Display | undefined;
  /** Reading ends once no network takes anything any more. */
  endsWhenRefused?: boolean;
}

/**
 * Reads a source until it ends or the run is stopped. A part is acknowledged when everything that
 * it made is in the log and its rejected records are stored, not before.
 */
export async function readSource<Position>(
  delivery: Delivery,
  pipeline: EventPipeline,
  source: Source<Position>,
  reading: SourceReading,
): Promise<void> {
  const watch = new StreamWatch(delivery, reading);
  try {
    for await (const part of source.read(watch.signal)) {
      reportNotice(delivery, part);
      if (part.lines.length > 0 || part.positions.length > 0)
        await takePart(pipeline, source, part, { ...reading, signal: watch.signal });
      for (const accountQueue of delivery.accountQueues.values()) accountQueue.flush();
      await pipeline.space();
      await tend(delivery);
      await reading.display?.shown();
      await pauseWhileFull(delivery, source, reading, watch.signal);
    }
    watch.check();
  } finally {
    watch.end();
  }
}

function reportNotice({ report, tally }: Delivery, { notice }: SourcePart<unknown>): void {
  if (!notice) return;
  if (notice.warning) tally.warn(notice.warning);
  report({ type: 'input', message: notice.message });
}

async function takePart<Position>(
  pipeline: EventPipeline,
  source: Source<Position>,
  { lines, positions }: SourcePart<Position>,
  { input, rejects, signal }: SourceReading & { signal: AbortSignal },
): Promise<void> {
  await pipeline.take(lines, input, true);
  await pipeline.record();
  const isConfirmed = rejects === undefined || (await rejects.confirm(signal));
  if (isConfirmed && positions.length > 0) await source.ack(positions);
}

/** Number of recorded postbacks that their networks have not decided on. */
export function countPending({ accountQueues }: Pick<Delivery, 'accountQueues'>): number {
  let pending = 0;
  for (const accountQueue of accountQueues.values()) pending += accountQueue.pending;
  return pending;
}

/** Waits while as many postbacks are pending as the run allows. */
async function pauseWhileFull<Position>(
  delivery: Delivery,
  source: Source<Position>,
  { maxPending = DEFAULT_MAX_PENDING, display }: SourceReading,
  signal: AbortSignal,
): Promise<void> {
  if (countPending(delivery) < maxPending) return;
  const { report, workspace } = delivery;
  source.pause();
  const message =
    `${source.name}: reading is paused, because ${countPending(delivery)} postbacks are pending ` +
    `(--max-pending ${maxPending}). It continues when the network takes them.`;
  report({ type: 'input', message });
  while (!signal.aborted && countPending(delivery) >= maxPending) {
    await workspace.clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    await tend(delivery);
    await display?.shown();
  }
  source.resume();
  if (!signal.aborted) report({ type: 'input', message: `${source.name}: reading continues.` });
}
