import type { KafkaAddress } from '../../events/source-address.js';
import type { RecordSink } from '../confirmed-rows.js';
import type { Variables } from '../variables.js';
import { makeKafka } from './client.js';
import { explainKafka } from './kafka-faults.js';

/** Every replica that is in sync has a row before it counts as stored. */
const ALL_REPLICAS = -1;

/**
 * Opens a topic of Kafka for writing.
 * @throws InputError when no broker can be reached, or the topic does not exist
 */
export async function openKafkaSink(
  { brokers, topic, url: name }: KafkaAddress,
  { variables }: { variables: Variables },
): Promise<RecordSink> {
  const kafka = makeKafka(brokers, variables);
  const admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  try {
    await admin.connect();
    await admin.fetchTopicOffsets(topic);
    await producer.connect();
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw explainKafka(name, error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
  return {
    name,
    publish: async (rows) => {
      const messages = rows.map((value) => ({ value }));
      await producer.send({ topic, acks: ALL_REPLICAS, messages });
    },
    close: () => producer.disconnect(),
  };
}
