import { AckPolicy } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ChaosResult, runChaos } from '../../kit/brokers/chaos.js';
import { hasKafka, TestKafka } from '../../kit/brokers/kafka.js';
import { hasNats, TestNats } from '../../kit/brokers/nats.js';
import { reportSkipped } from '../../kit/brokers/server.js';
import { hasPostgres, startPostgres, type TestServer } from '../../kit/postgres.js';

/**
 * `CHAOS_MESSAGES=200000` runs the full size, and Kafka too: its broker takes long to start again.
 */
const MESSAGES = Number(process.env['CHAOS_MESSAGES'] ?? 6_000);
const LIMIT_MS = MESSAGES > 50_000 ? 3_600_000 : 360_000;
/** After this time NATS delivers a dead worker's messages again; the program's own is 30 s. */
const ACK_WAIT_S = MESSAGES > 50_000 ? 30 : 5;

if (!hasKafka) reportSkipped('Apache Kafka', 'see install_brokers in .ci/run');
if (!hasNats) reportSkipped('nats-server', 'Debian: apt-get install nats-server');

function say(broker: string, { seed, messages, twice, seconds }: ChaosResult): void {
  console.log(`${broker}: ${messages} messages, ${twice} twice, ${seconds} s, seed ${seed}`);
}

describe.skipIf(!hasPostgres())('a group of workers with a shared log', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 300_000);
  afterAll(() => server.close());

  it.skipIf(!hasNats)(
    'loses nothing of a NATS stream when workers and the server end',
    async () => {
      const nats = await TestNats.start();
      try {
        await nats.addStream('EVENTS', 'events');
        await nats.manager.consumers.add('EVENTS', {
          durable_name: 'group',
          ack_policy: AckPolicy.Explicit,
          ack_wait: ACK_WAIT_S * 1_000_000_000,
          max_ack_pending: 20_000,
        });
        const broker = {
          url: nats.url('EVENTS/group'),
          publish: (messages: readonly string[]) => nats.publish('events', messages),
          lag: () => nats.lag('EVENTS', 'group'),
          restart: () => nats.restart(),
        };
        const result = await runChaos(broker, { messages: MESSAGES, server });
        say('NATS', result);
        expect(result.messages).toBe(MESSAGES);
      } finally {
        await nats.stop();
      }
    },
    LIMIT_MS,
  );

  it.skipIf(!hasKafka || process.env['CHAOS_MESSAGES'] === undefined)(
    'loses nothing of a Kafka topic when workers and the broker end',
    async () => {
      const kafka = await TestKafka.start();
      try {
        await kafka.addTopic('events', 6);
        const broker = {
          url: kafka.url('events?group=workers'),
          publish: (messages: readonly string[]) => kafka.publish('events', messages),
          lag: () => kafka.lag('events', 'workers'),
          restart: () => kafka.restart(),
        };
        const result = await runChaos(broker, { messages: MESSAGES, server });
        say('Kafka', result);
        expect(result.messages).toBe(MESSAGES);
      } finally {
        await kafka.stop();
      }
    },
    LIMIT_MS,
  );
});
