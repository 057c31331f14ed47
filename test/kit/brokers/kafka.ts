import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import kafka, { type Admin, type Kafka, type Producer } from 'kafkajs';

import { findFreePorts, hasCommand, type RunningServer, startServer } from './server.js';

/** Folder with the broker's jars, which `.ci/run` fills. */
const JARS =
  process.env['POSTBACK_TEST_KAFKA'] ?? join(homedir(), '.cache', 'postback-test', 'kafka-4.1.1');

export const hasKafka = existsSync(JARS) && hasCommand('java');

/** Options that make the broker small and quick to start. */
const JAVA = ['-Xmx320m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(JARS, '*')];
const CLUSTER = 'cG9zdGJhY2stdGVzdC1rZg';

/** A broker of Apache Kafka in KRaft mode. Topics are not created by themselves. */
export class TestKafka {
  readonly #folder: string;
  readonly #args: readonly string[];
  #server: RunningServer;
  readonly client: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;

  private constructor(folder: string, args: readonly string[], server: RunningServer) {
    this.#folder = folder;
    this.#args = args;
    this.#server = server;
    this.client = new kafka.Kafka({
      brokers: [`127.0.0.1:${server.port}`],
      logCreator: () => () => undefined,
      retry: { retries: 12 },
    });
    this.admin = this.client.admin();
    this.producer = this.client.producer({ allowAutoTopicCreation: false });
  }

  /** @param extra more lines of the broker's configuration */
  static async start(extra: readonly string[] = []): Promise<TestKafka> {
    const [port = 0, controller = 0] = await findFreePorts(2);
    const folder = mkdtempSync(join(tmpdir(), 'postback-kafka-'));
    const config = join(folder, 'server.properties');
    writeFileSync(
      config,
      [
        'process.roles=broker,controller',
        'node.id=1',
        `controller.quorum.voters=1@127.0.0.1:${controller}`,
        `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
        `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
        'controller.listener.names=CONTROLLER',
        `log.dirs=${join(folder, 'data')}`,
        'offsets.topic.replication.factor=1',
        'offsets.topic.num.partitions=1',
        'transaction.state.log.replication.factor=1',
        'transaction.state.log.min.isr=1',
        'group.initial.rebalance.delay.ms=0',
        'auto.create.topics.enable=false',
        'message.max.bytes=10485760',
        ...extra,
      ].join('\n'),
    );
    const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', config];
    const formatted = spawnSync('java', [...JAVA, ...format], { encoding: 'utf8' });
    if (formatted.status !== 0) throw new Error(formatted.stdout + formatted.stderr);
    const args = [...JAVA, 'kafka.Kafka', config];
    const test = new TestKafka(folder, args, await startServer('java', args, { port }));
    await test.admin.connect();
    await test.producer.connect();
    return test;
  }

  /** Groups that read a whole topic so far: each needs a name of its own. */
  #reads = 0;

  get broker(): string {
    return `127.0.0.1:${this.#server.port}`;
  }

  url(path: string): string {
    return `kafka://${this.broker}/${path}`;
  }

  async addTopic(topic: string, numPartitions = 3): Promise<void> {
    await this.admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions }] });
  }

  async publish(topic: string, values: readonly (string | Buffer)[]): Promise<void> {
    for (let at = 0; at < values.length; at += 500)
      await this.producer.send({
        topic,
        messages: values.slice(at, at + 500).map((value) => ({ value })),
      });
  }

  /** Messages of a topic that a group has not committed. */
  async lag(topic: string, groupId: string): Promise<number> {
    const ends = await this.admin.fetchTopicOffsets(topic);
    const [group] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    return ends.reduce((lag, { partition, high }) => {
      const found = group?.partitions.find((one) => one.partition === partition);
      return lag + Number(high) - Math.max(0, Number(found?.offset ?? 0));
    }, 0);
  }

  /** The texts of all messages of a topic. */
  async read(topic: string): Promise<string[]> {
    const ends = await this.admin.fetchTopicOffsets(topic);
    const count = ends.reduce((sum, { high }) => sum + Number(high), 0);
    const texts: string[] = [];
    if (count === 0) return texts;
    const consumer = this.client.consumer({ groupId: `read-${process.pid}-${++this.#reads}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          texts.push(message.value?.toString() ?? '');
          if (texts.length === count) resolve();
        },
      });
    });
    await consumer.disconnect();
    return texts;
  }

  /** Stops the broker and starts it again with the same data. */
  async restart(): Promise<void> {
    await this.#server.stop('SIGTERM');
    this.#server = await startServer('java', this.#args, { port: this.#server.port });
  }

  async stop(): Promise<void> {
    await this.producer.disconnect().catch(() => undefined);
    await this.admin.disconnect().catch(() => undefined);
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
