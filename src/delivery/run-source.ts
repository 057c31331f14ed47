import { UsageError } from '../errors.js';
import type { Input } from '../events/input-types.js';
import type { Line } from '../events/line-splitter.js';
import type { S3Address } from '../events/source-address.js';
import type { FollowedBucketOptions } from '../sources/aws/followed-bucket.js';
import type { BrokerAddress } from '../sources/open-source.js';
import { openSnapshot } from '../sources/open-snapshot.js';
import type { SnapshotOptions } from '../sources/snapshot.js';
import { openSource } from '../sources/open-source.js';
import type { OpenOptions } from '../sources/open-options.js';
import type { Source, SourceStart } from '../sources/source.js';
import { argumentWords } from '../shell-word.js';
import type { Workspace } from '../workspace.js';
import type { Report } from './report.js';

/**
 * Opens a topic, stream or queue for a run of a workspace, in the workspace's own group unless the
 * address names another.
 * @throws what openSource throws
 */
export async function openRunSource(
  workspace: Pick<Workspace, 'name' | 'variables' | 'clock'>,
  address: BrokerAddress,
  { report, ...options }: Pick<OpenOptions, 'mode' | 'from'> & { report: Report },
): Promise<Source> {
  return openSource(address, { ...options, ...nameOptions(workspace, report) });
}

/**
 * Opens a prefix of a bucket whose objects are read as they appear.
 * @throws InputError when the bucket cannot be read
 */
export async function openRunBucket(
  { variables, clock }: Pick<Workspace, 'variables' | 'clock'>,
  address: S3Address,
  {
    report,
    ...options
  }: Omit<FollowedBucketOptions, 'address' | 'variables' | 'clock' | 'report'> & { report: Report },
): Promise<Source> {
  const { openFollowedBucket } = await import('../sources/aws/followed-bucket.js');
  return openFollowedBucket({
    ...{ ...options, address, variables, clock },
    report: (message) => report({ type: 'input', message }),
  });
}

/** What the sources of a workspace share. */
function nameOptions(
  { name, variables, clock }: Pick<Workspace, 'name' | 'variables' | 'clock'>,
  report: Report,
): SnapshotOptions {
  return {
    ...{ defaultGroup: `postback-${name}`, variables, clock },
    report: (message) => report({ type: 'input', message }),
  };
}

/**
 * Puts the objects of buckets in the place of their addresses, in the order of their keys.
 * @throws what listObjects throws
 */
export async function expandBuckets(
  { variables }: Pick<Workspace, 'variables'>,
  inputs: readonly Input[],
): Promise<Input[]> {
  const expanded: Input[] = [];
  for (const input of inputs) {
    const { address, version } = input;
    if (address?.kind !== 's3' || version !== undefined) {
      expanded.push(input);
      continue;
    }
    const { listObjects } = await import('../sources/aws/list-objects.js');
    expanded.push(...(await listObjects({ ...input, address }, variables)));
  }
  return expanded;
}

/**
 * Opens the topics and streams among inputs so that each can be read more than once, as far as it
 * reaches now. The objects of buckets take the place of their addresses.
 * @throws what openSnapshot and listObjects throw; UsageError for a queue, which gives a message
 *   to one reader at a time
 */
export async function expandSources(
  workspace: Pick<Workspace, 'name' | 'variables' | 'clock'>,
  inputs: readonly Input[],
  report: Report,
): Promise<Input[]> {
  const expanded: Input[] = [];
  for (const input of await expandBuckets(workspace, inputs)) {
    const { address } = input;
    if (address?.kind === 'sqs') throw refuseQueue(address.url);
    if (address?.kind !== 'kafka' && address?.kind !== 'nats') {
      expanded.push(input);
      continue;
    }
    const snapshot = await openSnapshot(address, nameOptions(workspace, report));
    expanded.push({ ...input, lines: (signal) => snapshot.read(signal) });
  }
  return expanded;
}

function refuseQueue(url: string): UsageError {
  return new UsageError('unsupported_source', 'backfill cannot read sqs://.', {
    hint:
      'It reads its input twice, for the plan and to send, but a queue delivers each message ' +
      'once. Use send.',
    next: `postback send ${argumentWords(url)}`,
  });
}

/** Says once what a log on this machine means for a source that several workers could share. */
export function warnOfLocalLog(
  source: Source,
  { settings }: Pick<Workspace, 'settings'>,
  report: Report,
): void {
  if (settings['log.url'] !== undefined) return;
  const message =
    `${source.name}: the delivery log is on this machine, so run one worker for the group ` +
    `${source.group ?? source.name} and keep the disk. For several workers, set log.url.`;
  report({ type: 'input', message });
}

/**
 * Yields the records that a source holds now. Nothing is acknowledged, created or taken from other
 * workers.
 * @throws what openSource throws; UsageError for a queue, whose messages cannot be looked at
 */
export async function* previewLines(
  workspace: Pick<Workspace, 'name' | 'variables' | 'clock'>,
  address: BrokerAddress,
  { from, report, signal }: { from: SourceStart; report: Report; signal: AbortSignal },
): AsyncGenerator<Line[]> {
  const source = await openRunSource(workspace, address, { mode: 'preview', from, report });
  try {
    for await (const { lines } of source.read(signal)) yield lines;
  } finally {
    await source.close();
  }
}
