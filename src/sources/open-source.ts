import type { SourceAddress } from '../events/source-address.js';
import type { OpenOptions } from './open-options.js';
import type { Source } from './source.js';

export type BrokerAddress = Exclude<SourceAddress, { kind: 's3' }>;

/**
 * Opens a topic, stream or queue. Its client is loaded only here.
 * @throws InputError when it cannot be reached or read; UsageError for what it cannot do;
 *   ConfigError for variables that cannot be used
 */
export async function openSource(address: BrokerAddress, options: OpenOptions): Promise<Source> {
  switch (address.kind) {
    case 'kafka': {
      const { openKafkaSource } = await import('./kafka/kafka-source.js');
      return openKafkaSource(address, options);
    }
    case 'nats': {
      const { openNatsSource } = await import('./nats/nats-source.js');
      return openNatsSource(address, options);
    }
    case 'sqs': {
      const { openSqsSource } = await import('./aws/sqs-source.js');
      return openSqsSource(address, options);
    }
  }
}
