import type { KafkaAddress, NatsAddress } from '../events/source-address.js';
import type { Snapshot, SnapshotOptions } from './snapshot.js';

/**
 * Notes where a topic or stream begins and ends now, to read it up to there, as often as needed.
 * Nothing is acknowledged: the workers of its group keep their places. Its client is loaded only
 * here.
 * @throws InputError when it cannot be reached or read; ConfigError for wrong variables
 */
export async function openSnapshot(
  address: KafkaAddress | NatsAddress,
  options: SnapshotOptions,
): Promise<Snapshot> {
  if (address.kind === 'kafka') {
    const { openKafkaSnapshot } = await import('./kafka/kafka-snapshot.js');
    return openKafkaSnapshot(address, options);
  }
  const { openNatsSnapshot } = await import('./nats/nats-snapshot.js');
  return openNatsSnapshot(address, options);
}
