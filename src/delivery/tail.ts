import { resolve } from 'node:path';

import type { Input } from '../events/input.js';
import { openFollowed } from '../events/open-inputs.js';
import type { S3Address } from '../events/source-address.js';
import { FollowedFile } from '../sources/followed-file.js';
import type { Source, SourceStart } from '../sources/source.js';
import { StreamSource } from '../sources/stream-source.js';
import type { Workspace } from '../workspace.js';
import type { Delivery } from './delivery.js';
import { withDelivery } from './delivery.js';
import { EventPipeline } from './event-pipeline.js';
import { type Display, readSource } from './read-source.js';
import { openRunBucket, openRunSource, warnOfLocalLog } from './run-source.js';
import type { MetricsAddress, MetricsServer } from './metrics-server.js';
import type { Update } from './report.js';
import { RunMetrics } from './run-metrics.js';
import type { SendRun } from './send.js';
import { recordProgress } from './source-progress.js';
import { refuseEmpty } from './strict.js';
import type { Summary } from './tally.js';

export interface TailRun extends Omit<SendRun, 'inputs'> {
  input: Input;
  /** `last`: where the last run stopped, else at the start. */
  from: 'start' | 'end' | 'last';
  display: Display;
  /** Where metrics are served; absent: nowhere. */
  metrics?: MetricsAddress | undefined;
}

/**
 * Follows a file as it grows, a stream or a broker, and delivers its events as they come. What a
 * network does not take is tried again until it does or the deadline passes. Ends when `signal`
 * aborts, the stream ends or every grant is refused; it never looks alive while dead.
 * @throws InputError when the input cannot be read, or a stream is invalid or empty under `strict`;
 *   what withDelivery throws
 */
export async function runTail(workspace: Workspace, run: TailRun): Promise<Summary> {
  const metrics = new RunMetrics();
  const report = (update: Update): void => {
    metrics.note(update);
    run.report(update);
  };
  const leavesWork = run.input.address !== undefined;
  const options = { ...run, report, leavesWork, command: 'tail', recovers: 'at_once' } as const;
  const summary = await withDelivery(workspace, options, async (delivery) => {
    const source = await openTailSource(delivery, run);
    let server: MetricsServer | undefined;
    const stopRecording = run.input.address ? recordProgress(delivery, source) : undefined;
    try {
      if (run.metrics) server = await startMetrics(run.metrics, metrics, delivery, source);
      const pipeline = new EventPipeline(delivery, run.strict);
      await resumePending(delivery, run);
      const { input, maxPending, rejects, display } = run;
      const reading = { input, maxPending, rejects, display, endsWhenRefused: true };
      await readSource(delivery, pipeline, source, reading);
      await pipeline.flush();
      // Only a stream ends by itself.
      if (isStream(input) && !delivery.signal.aborted) pipeline.reportEmpty([input]);
    } finally {
      stopRecording?.();
      // Before what is in flight is finished: other workers take over at once.
      await source.close();
      await server?.close();
    }
  });
  const isEmpty = isStream(run.input) && summary.lines === 0;
  if (run.strict && isEmpty && !summary.takenOver && !run.signal.aborted)
    throw refuseEmpty([run.input]);
  return summary;
}

function isStream({ path, address }: Input): boolean {
  return path === undefined && address === undefined;
}

async function startMetrics(
  address: MetricsAddress,
  metrics: RunMetrics,
  delivery: Delivery,
  source: Source,
): Promise<MetricsServer> {
  const { serveMetrics } = await import('./metrics-server.js');
  const server = await serveMetrics(address, {
    render: () => metrics.render(delivery, source),
    isHealthy: () => !delivery.signal.aborted,
  });
  delivery.report({ type: 'input', message: `Metrics: ${server.url}` });
  return server;
}

async function openTailSource(delivery: Delivery, run: TailRun): Promise<Source> {
  const { workspace, report } = delivery;
  const { address } = run.input;
  if (address?.kind === 's3') return openBucket(delivery, address, run.from);
  if (address) {
    const source = await openRunSource(workspace, address, {
      ...{ mode: 'follow', from: run.from, report },
    });
    warnOfLocalLog(source, workspace, report);
    return source;
  }
  const input = await openFollowed(run.input);
  return input.path === undefined
    ? new StreamSource(input)
    : openFollowedFile(input.path, delivery, run);
}

async function openBucket(
  { workspace, log, report }: Delivery,
  address: S3Address,
  from: SourceStart,
): Promise<Source> {
  return openRunBucket(workspace, address, {
    ...{ mode: 'follow', from, report },
    findCheckpoint: (path) => log.findCheckpoint(path),
    saveCheckpoint: (path, checkpoint) => log.saveCheckpoint(path, checkpoint),
  });
}

/** What an earlier run read and did not deliver is not read again: the checkpoint is after it. */
async function resumePending(delivery: Delivery, { networks, goals }: TailRun): Promise<void> {
  const { accountQueues, log, tally, recovery } = delivery;
  // First: what a dead run left is counted as recovered.
  await recovery.recover(false);
  for (const [network, accountQueue] of accountQueues) {
    if (networks.length > 0 && !networks.includes(network)) continue;
    const { count, others } = await log.claimPending(
      { network, account: accountQueue.account },
      goals,
    );
    recovery.reportOthers(network, accountQueue.account, others);
    accountQueue.deferToLog(count);
    tally.plan(network, count);
    await accountQueue.catchUp();
  }
}

async function openFollowedFile(
  name: string,
  { log, workspace }: Delivery,
  run: TailRun,
): Promise<Source> {
  const path = resolve(name);
  const from = run.from === 'last' ? ((await log.findCheckpoint(path)) ?? 'start') : run.from;
  return new FollowedFile({ name, path, from, clock: workspace.clock, checkpoints: log });
}
