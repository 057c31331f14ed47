import type { KafkaAddress, NatsAddress } from '../events/source-address.js';
import type { RecordSink } from './confirmed-rows.js';
import type { SourceReport } from './source.js';
import type { Variables } from './variables.js';

/**
 * Opens a topic or stream for rejected records. Its client is loaded only here.
 * @throws InputError when it cannot be reached or written; ConfigError for wrong variables
 */
export async function openSink(
  address: KafkaAddress | NatsAddress,
  options: { variables: Variables; report: SourceReport },
): Promise<RecordSink> {
  if (address.kind === 'kafka') {
    const { openKafkaSink } = await import('./kafka/kafka-sink.js');
    return openKafkaSink(address, options);
  }
  const { openNatsSink } = await import('./nats/nats-sink.js');
  return openNatsSink(address, options);
}
