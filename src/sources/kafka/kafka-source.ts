import { randomUUID } from 'node:crypto';

import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

import type { KafkaAddress } from '../../events/source-address.js';
import { Mailbox } from '../mailbox.js';
import { cutMessage } from '../message-lines.js';
import type { OpenOptions } from '../open-options.js';
import type { Source, SourceLag, SourcePart } from '../source.js';
import { makeKafka } from './client.js';
import { explainKafka, isPassing } from './kafka-faults.js';
import { HeldPart } from './held-part.js';
import { GroupOffsets, type PartitionOffsets } from './group-offsets.js';

/** Messages that are recorded and acknowledged together. */
const PART_MESSAGES = 500;
/** Partitions whose messages may be in hand at once. */
const CONCURRENCY = 4;
/** How long a member may be silent before the group goes on without it, in milliseconds. */
const SESSION_MS = 15_000;
const HEARTBEAT_MS = 3_000;
/** How long members may take to rejoin, which bounds how long a revoked part may take. */
const REBALANCE_MS = 60_000;
/** How often a run that ends with what is there looks whether it has it, in milliseconds. */
const LOOK_MS = 500;
/** Without a message for so long, such a run ends: what is left belongs to other members. */
const IDLE_MS = 5_000;
/**
 * The same for a reader that has all partitions: what is left are markers of transactions, which
 * no client hands out.
 */
const PREVIEW_IDLE_MS = 15_000;

/**
 * Opens a topic of Kafka as a member of a consumer group.
 * @param bounds of the partitions, which a preview reads instead of what is there when it starts
 * @throws InputError when no broker can be reached, or the topic cannot be read; ConfigError for
 *   variables that cannot be used
 */
export async function openKafkaSource(
  address: KafkaAddress,
  options: OpenOptions,
  bounds?: ReadonlyMap<number, PartitionOffsets>,
): Promise<Source> {
  const kafka = makeKafka(address.brokers, options.variables);
  const admin = kafka.admin();
  const isPreview = options.mode === 'preview';
  const shared = address.group ?? options.defaultGroup;
  try {
    await admin.connect();
    const offsets = new GroupOffsets(admin, address.topic, shared);
    await offsets.checkTopic();
    // A preview must not disturb the group, so it has one of its own.
    const group = isPreview ? `${shared}-preview-${randomUUID()}` : shared;
    const source = new KafkaSource({
      ...{ ...options, address, kafka, admin, offsets, group, shared, bounds },
    });
    await source.start();
    return source;
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw explainKafka(address.url, error);
  }
}

interface KafkaSourceOptions extends OpenOptions {
  address: KafkaAddress;
  kafka: Kafka;
  admin: Admin;
  offsets: GroupOffsets;
  /** Group that is joined. */
  group: string;
  /** Group of the workers, which a preview does not join. */
  shared: string;
  bounds: ReadonlyMap<number, PartitionOffsets> | undefined;
}

/** Messages of the partitions that the group gives to this member. */
class KafkaSource implements Source<HeldPart> {
  readonly name: string;
  readonly group: string;
  readonly #options: KafkaSourceOptions;
  readonly #consumer: Consumer;
  readonly #mailbox = new Mailbox<HeldPart>();
  readonly #held = new Set<HeldPart>();
  #assigned: readonly number[] = [];
  #isSeeking: boolean;
  /** Where the reader of a preview is in each partition. */
  #reached = new Map<number, bigint>();
  #isLost = false;
  #isClosed = false;
  #lastPartMs = 0;

  constructor(options: KafkaSourceOptions) {
    this.name = options.address.url;
    this.group = options.shared;
    this.#options = options;
    this.#isSeeking = options.from !== 'last' || options.mode === 'preview';
    this.#consumer = options.kafka.consumer({
      groupId: options.group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: async (error) => isPassing(error) },
    });
  }

  /** Joins the group. @throws errors of kafkajs */
  async start(): Promise<void> {
    const { address } = this.#options;
    const starts = this.#isSeeking ? await this.#findStarts() : undefined;
    this.#watch(starts);
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [address.topic], fromBeginning: true });
    this.#lastPartMs = Date.now();
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      eachBatch: (payload) => this.#takeBatch(payload),
    });
  }

  /** Offsets where a run begins that does not go on where its group stopped. */
  async #findStarts(): Promise<Map<number, string>> {
    const { from, offsets, bounds } = this.#options;
    const found = bounds ?? (await offsets.read());
    return new Map(
      [...found].map(([partition, { low, high, committed }]) => {
        const known = committed < 0n ? low : committed;
        const start = from === 'end' ? high : from === 'start' ? low : known;
        this.#reached.set(partition, start);
        return [partition, String(start)];
      }),
    );
  }

  #watch(starts: Map<number, string> | undefined): void {
    const { address, report } = this.#options;
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      const isFirst = this.#assigned.length === 0;
      this.#assigned = payload.memberAssignment[address.topic] ?? [];
      if (this.#isLost) report(`${this.name}: connected again.`);
      this.#isLost = false;
      if (!starts || !isFirst) return;
      for (const partition of this.#assigned) {
        const offset = starts.get(partition);
        if (offset !== undefined) this.#consumer.seek({ topic: address.topic, partition, offset });
      }
    });
    this.#consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      if (this.#isClosed) return;
      if (!restart) {
        this.#mailbox.end(explainKafka(this.name, error));
        return;
      }
      if (!this.#isLost) report(`${this.name}: the connection is lost; connecting again.`);
      this.#isLost = true;
    });
  }

  /** Hands a batch to the reader part by part, and keeps the group informed meanwhile. */
  async #takeBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { messages, partition } = batch;
    for (let at = 0; at < messages.length; at += PART_MESSAGES) {
      if (!payload.isRunning() || payload.isStale() || this.#isClosed) return;
      const some = messages.slice(at, at + PART_MESSAGES);
      const isLast = at + PART_MESSAGES >= messages.length;
      // The last record of a batch may be a marker, which is never handed out.
      const last = isLast ? batch.lastOffset() : (some.at(-1) as KafkaMessage).offset;
      const part = new HeldPart(partition, last, some);
      this.#held.add(part);
      this.#mailbox.put(part);
      try {
        await part.wait(() => payload.heartbeat(), HEARTBEAT_MS);
      } finally {
        this.#held.delete(part);
      }
      if (!part.isAcknowledged) return;
      payload.resolveOffset(last);
    }
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourcePart<HeldPart>> {
    signal.addEventListener('abort', () => this.#mailbox.end(), { once: true });
    if (signal.aborted) this.#mailbox.end();
    const isPreview = this.#options.mode === 'preview';
    if (this.#options.mode !== 'follow') void this.#endWithTopic(signal);
    for await (const parts of this.#mailbox.read()) {
      if (signal.aborted) return;
      this.#lastPartMs = Date.now();
      const taken = parts.filter((part) => part.take());
      yield { lines: taken.flatMap((part) => this.#cut(part)), positions: isPreview ? [] : taken };
      if (!isPreview) continue;
      for (const part of taken) {
        this.#reached.set(part.partition, BigInt(part.nextOffset));
        part.acknowledge();
      }
    }
  }

  #cut({ partition, messages }: HeldPart): SourcePart<HeldPart>['lines'] {
    const { address, bounds } = this.#options;
    const end = bounds?.get(partition)?.high;
    return messages.flatMap(({ value, offset }) =>
      value === null || (end !== undefined && BigInt(offset) >= end)
        ? []
        : cutMessage(value, `${address.topic}[${partition}]@${offset}`),
    );
  }

  /** Ends the reading once everything that was there at its start is read. */
  async #endWithTopic(signal: AbortSignal): Promise<void> {
    const { clock, offsets, mode, bounds } = this.#options;
    const isPreview = mode === 'preview';
    const idleMs = isPreview ? PREVIEW_IDLE_MS : IDLE_MS;
    const ends = bounds ?? (await offsets.read().catch(() => undefined));
    for (;;) {
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
      if (signal.aborted || this.#isClosed) return;
      if (this.#isLost) this.#lastPartMs = Date.now();
      const isIdle = this.#held.size === 0 && Date.now() - this.#lastPartMs > idleMs;
      const isDone =
        ends !== undefined && (isPreview ? this.#hasReached(ends) : await offsets.hasReached(ends));
      if (isDone || (isIdle && this.#assigned.length > 0)) break;
    }
    this.#mailbox.end();
  }

  #hasReached(ends: ReadonlyMap<number, PartitionOffsets>): boolean {
    return [...ends].every(([at, { low, high }]) => (this.#reached.get(at) ?? low) >= high);
  }

  async ack(parts: readonly HeldPart[]): Promise<void> {
    const { topic } = this.#options.address;
    const commits = parts.map(({ partition, nextOffset: offset }) => ({
      ...{ topic, partition, offset },
    }));
    try {
      await this.#consumer.commitOffsets(commits);
      for (const part of parts) part.acknowledge();
    } catch (error) {
      // Another member has the partition, or the coordinator is away: the messages come again, as
      // duplicates. The heartbeat finds out which it is.
      for (const part of parts) part.giveUp();
      if (!isPassing(error)) this.#mailbox.end(explainKafka(this.name, error));
    }
  }

  /** Parts wait in hand, with heartbeats, until the reader asks for them. */
  pause(): void {}
  resume(): void {}

  async lag(): Promise<SourceLag> {
    const lag = await this.#options.offsets.countLag().catch(() => undefined);
    return { assigned: this.#assigned.length, lag };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#mailbox.end();
    for (const part of this.#held) part.giveUp();
    await this.#consumer.disconnect().catch(() => undefined);
    const { admin, mode, group } = this.#options;
    if (mode === 'preview') await admin.deleteGroups([group]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}
