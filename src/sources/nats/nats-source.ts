import { setTimeout as wait } from 'node:timers/promises';

import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  JetStreamError,
  jetstream,
  jetstreamManager,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

import { InternalError, UsageError } from '../../errors.js';
import type { NatsAddress } from '../../events/source-address.js';
import { describe, refused } from '../faults.js';
import { cutMessage } from '../message-lines.js';
import type { OpenOptions } from '../open-options.js';
import type { Source, SourceLag, SourcePart } from '../source.js';
import { Mailbox } from '../mailbox.js';
import { AuthorizationFault } from './authorization-fault.js';
import { connectNats } from './connect.js';
import { explainNats, isPassing } from './nats-faults.js';

/** Most messages that are asked for at once. */
const PULL_MESSAGES = 500;
/** Messages that are asked for first, when their size is not known. */
const FIRST_PULL = 100;
/** Bytes that are asked for at once, by the size of the messages so far. */
const PULL_BYTES = 8 * 1024 * 1024;
/** How long a request for messages waits for the first one, in milliseconds. */
const PULL_MS = 30_000;
/** The same where reading ends with the last message that is there; the server's minimum. */
const FINAL_PULL_MS = 1_000;
/** After this time without an acknowledgement the server delivers a message again, in seconds. */
const ACK_WAIT_S = 30;
/** How often messages in hand are reported as being worked on, in milliseconds. */
const WORKING_MS = 10_000;
/** Such reports within the acknowledgement wait of a consumer that has a shorter one. */
const REPORTS_PER_WAIT = 3;
/** Most messages that the consumer's workers may hold without an acknowledgement. */
const MAX_ACK_PENDING = 20_000;
/** How long a failed request waits before the next one, in milliseconds. */
const RETRY_MS = 1_000;
/** How long a server may take to confirm that it has read everything, in milliseconds. */
const FLUSH_MS = 5_000;
const NANOSECONDS = 1_000_000_000;

/**
 * Opens a stream of NATS JetStream through its durable pull consumer, which is created where it is
 * missing. Source: https://docs.nats.io/nats-concepts/jetstream/consumers (read 2026-12-01).
 * @param last sequence of the last message that a preview reads; absent: the last one that is there
 * @throws InputError when the stream is missing or cannot be reached; UsageError where the consumer
 *   cannot be used
 */
export async function openNatsSource(
  address: NatsAddress,
  options: OpenOptions,
  last?: number,
): Promise<Source> {
  const { variables, report } = options;
  const name = address.url;
  const connection = await connectNats({ servers: address.servers, name, variables, report });
  const group = address.consumer ?? options.defaultGroup.replaceAll(/[\s.*>/\\]/g, '-');
  try {
    const manager = await jetstreamManager(connection);
    const streams = jetstream(connection).consumers;
    if (options.mode === 'preview') {
      const from = await findStart(manager, address, group, options);
      const consumer = await streams.get(address.stream, from);
      return new NatsSource({ ...options, name, group, connection, consumer, address, last });
    }
    await ensureConsumer(manager, address, group, options);
    const consumer = await streams.get(address.stream, group);
    const { ack_wait: ackWait = ACK_WAIT_S * NANOSECONDS } = (await consumer.info(true)).config;
    const workingMs = Math.min(WORKING_MS, (ackWait / NANOSECONDS / REPORTS_PER_WAIT) * 1000);
    return new NatsSource({ ...options, name, group, connection, consumer, address, workingMs });
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw explainNats(address, error);
  }
}

async function ensureConsumer(
  manager: JetStreamManager,
  { stream, url }: NatsAddress,
  group: string,
  { from, report }: OpenOptions,
): Promise<void> {
  const found = await findConsumer(manager, stream, group);
  if (!found) {
    await manager.consumers.add(stream, {
      durable_name: group,
      description: 'postback',
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_S * NANOSECONDS,
      deliver_policy: from === 'end' ? DeliverPolicy.New : DeliverPolicy.All,
      max_deliver: -1,
      max_ack_pending: MAX_ACK_PENDING,
    });
    report(`${url}: created the durable consumer ${group}.`);
    return;
  }
  const { ack_policy: acks, deliver_subject: pushes } = found.config as {
    ack_policy: AckPolicy;
    deliver_subject?: string;
  };
  if (acks !== AckPolicy.Explicit || pushes) {
    throw new UsageError(
      'unsuitable_consumer',
      `The consumer ${group} of ${stream} cannot be used: it ${pushes ? 'pushes its messages' : `acknowledges by the policy "${acks}"`}.`,
      { hint: 'Name another one; postback needs a pull consumer with explicit acknowledgements.' },
    );
  }
  if (from !== 'last') {
    throw new UsageError(
      'consumer_exists',
      `The consumer ${group} of ${stream} exists: --from ${from} says where a new one begins.`,
      { hint: 'Leave --from out to continue, or name a new consumer in the address.' },
    );
  }
}

async function findConsumer(
  manager: JetStreamManager,
  stream: string,
  group: string,
): Promise<Awaited<ReturnType<JetStreamManager['consumers']['info']>> | undefined> {
  try {
    return await manager.consumers.info(stream, group);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
      return undefined;
    throw error;
  }
}

/** Where a dry run begins: nothing may be created or acknowledged. */
async function findStart(
  manager: JetStreamManager,
  { stream }: NatsAddress,
  group: string,
  { from }: OpenOptions,
): Promise<object> {
  if (from === 'end') return { deliver_policy: DeliverPolicy.New };
  const found = from === 'last' ? await findConsumer(manager, stream, group) : undefined;
  if (found) {
    const next = found.ack_floor.stream_seq + 1;
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: next };
  }
  await manager.streams.info(stream);
  return { deliver_policy: DeliverPolicy.All };
}

interface NatsSourceOptions extends OpenOptions {
  name: string;
  group: string;
  address: NatsAddress;
  connection: NatsConnection;
  consumer: Consumer;
  last?: number | undefined;
  workingMs?: number;
}

/** Messages of one durable consumer. Workers with the same consumer share them. */
class NatsSource implements Source<JsMsg> {
  readonly name: string;
  readonly group: string;
  readonly #options: NatsSourceOptions;
  readonly #mailbox = new Mailbox<JsMsg>();
  /** Delivered and not acknowledged. */
  readonly #inHand = new Set<JsMsg>();
  readonly #closing = new AbortController();
  #pull: ConsumerMessages | undefined;
  #pullSize = FIRST_PULL;
  #hasReportedFault = false;
  #hasLast = false;

  constructor(options: NatsSourceOptions) {
    this.name = options.name;
    this.group = options.group;
    this.#options = options;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourcePart<JsMsg>> {
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    ending.addEventListener('abort', () => this.#mailbox.end(), { once: true });
    const { mode, workingMs = WORKING_MS } = this.#options;
    const isPreview = mode === 'preview';
    const working = setInterval(() => {
      if (!isPreview) for (const message of this.#inHand) message.working();
    }, workingMs);
    void this.#fill(ending);
    try {
      for await (const messages of this.#mailbox.read()) {
        if (ending.aborted) return;
        const lines = messages.flatMap((message) =>
          cutMessage(
            message.data,
            `${this.#options.address.stream}@${message.info.streamSequence}`,
          ),
        );
        yield { lines, positions: isPreview ? [] : messages };
      }
    } finally {
      clearInterval(working);
    }
  }

  /** Keeps one request for messages open at a time, while the reader has room. */
  async #fill(signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      await this.#mailbox.room(PULL_MESSAGES);
      if (isOver()) break;
      try {
        const count = await this.#fetch(signal);
        this.#hasReportedFault = false;
        if (count === 0 && (await this.#isAtEnd())) break;
      } catch (error) {
        if (isOver()) break;
        const fault = this.#findLastingFault(error);
        if (fault) {
          this.#mailbox.end(fault);
          return;
        }
        this.#reportFault(error);
        await this.#options.clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
    this.#mailbox.end();
  }

  /** Whether a request without a message was the last one. */
  async #isAtEnd(): Promise<boolean> {
    const { mode, consumer } = this.#options;
    if (mode !== 'preview' || this.#hasLast) return mode !== 'follow';
    return (await consumer.info()).num_pending === 0;
  }

  /** Puts the messages of one request into the mailbox as they arrive. */
  async #fetch(signal: AbortSignal): Promise<number> {
    if (this.#hasLast) return 0;
    const { consumer, mode, last = Infinity } = this.#options;
    const expires = mode === 'follow' ? PULL_MS : FINAL_PULL_MS;
    // A server takes a limit of messages or of bytes, not both.
    const pull = await consumer.fetch({ max_messages: this.#pullSize, expires });
    this.#pull = pull;
    if (signal.aborted) pull.stop();
    let count = 0;
    let bytes = 0;
    for await (const message of pull) {
      count++;
      bytes += message.data.length;
      if (mode !== 'preview') this.#inHand.add(message);
      if (message.seq <= last) this.#mailbox.put(message);
      this.#hasLast ||= message.seq >= last;
    }
    this.#pull = undefined;
    if (count > 0)
      this.#pullSize = Math.max(1, Math.min(PULL_MESSAGES, (PULL_BYTES * count) / (bytes + 1)) | 0);
    return count;
  }

  /** The error that ends the run; undefined where another attempt may succeed. */
  #findLastingFault(error: unknown): Error | undefined {
    const { address, group } = this.#options;
    const isDeleted =
      (error instanceof JetStreamError && /consumer deleted/i.test(error.message)) ||
      (error instanceof JetStreamApiError &&
        (error.code === JetStreamApiCodes.ConsumerNotFound ||
          error.code === JetStreamApiCodes.StreamNotFound));
    if (isDeleted) {
      const hint = 'Run the same command again: it creates the consumer where it is missing.';
      return refused(this.name, `the consumer ${group} of ${address.stream} was deleted`, hint);
    }
    const denied = AuthorizationFault.explain(this.name, error);
    if (denied || isPassing(error)) return denied;
    return new InternalError('source_failed', `${this.name}: ${describe(error)}.`, {
      cause: error,
    });
  }

  /** Reports the first of several faults; a lost connection is reported where it is made again. */
  #reportFault(error: unknown): void {
    if (this.#hasReportedFault || !(error instanceof JetStreamError)) return;
    this.#hasReportedFault = true;
    this.#options.report(`${this.name}: ${describe(error)}; trying again.`);
  }

  async ack(messages: readonly JsMsg[]): Promise<void> {
    for (const message of messages) {
      message.ack();
      this.#inHand.delete(message);
    }
    // A lost acknowledgement brings the message again, as a duplicate.
    await this.#flush();
  }

  /** Waits until the server has read what was written, but not for a lost connection. */
  async #flush(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      this.#options.connection.flush().catch(() => undefined),
      wait(FLUSH_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  pause(): void {
    this.#mailbox.pause();
  }

  resume(): void {
    this.#mailbox.resume();
  }

  async lag(): Promise<SourceLag> {
    const found = await this.#options.consumer.info().catch(() => undefined);
    const lag = found && found.num_pending + found.num_ack_pending;
    return { assigned: 1, lag };
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#pull?.stop();
    // Messages in hand go to another worker after the acknowledgement wait. A negative
    // acknowledgement would be quicker, but nats-server 2.9 counts a message twice that it then
    // offers to the request of a worker that has left.
    this.#inHand.clear();
    // The consumer of a dry run is temporary.
    if (this.#options.mode === 'preview')
      await this.#options.consumer.delete().catch(() => undefined);
    await this.#flush();
    await this.#options.connection.close().catch(() => undefined);
  }
}
