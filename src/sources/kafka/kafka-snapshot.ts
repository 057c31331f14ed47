import type { Line } from '../../events/line-splitter.js';
import type { KafkaAddress } from '../../events/source-address.js';
import type { Snapshot, SnapshotOptions } from '../snapshot.js';
import { makeKafka } from './client.js';
import { GroupOffsets, type PartitionOffsets } from './group-offsets.js';
import { explainKafka } from './kafka-faults.js';
import { openKafkaSource } from './kafka-source.js';

/** How long a reading that is never stopped goes on: until its end. */
const NEVER = new AbortController().signal;

/**
 * Notes the first and last offsets of a topic's partitions. Each reading has a group of its own,
 * which is deleted after it.
 * @throws as openKafkaSource
 */
export async function openKafkaSnapshot(
  address: KafkaAddress,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const bounds = await readBounds(address, options);
  const isEmpty = [...bounds.values()].every(({ low, high }) => high <= low);
  return {
    async *read(signal = NEVER): AsyncGenerator<Line[]> {
      if (isEmpty) return;
      const source = await openKafkaSource(
        address,
        { ...options, mode: 'preview', from: 'start' },
        bounds,
      );
      try {
        for await (const { lines } of source.read(signal)) if (lines.length > 0) yield lines;
      } finally {
        await source.close();
      }
    },
  };
}

async function readBounds(
  { brokers, topic, group, url }: KafkaAddress,
  { variables, defaultGroup }: SnapshotOptions,
): Promise<Map<number, PartitionOffsets>> {
  const admin = makeKafka(brokers, variables).admin();
  try {
    await admin.connect();
    return await new GroupOffsets(admin, topic, group ?? defaultGroup).read();
  } catch (error) {
    throw explainKafka(url, error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
