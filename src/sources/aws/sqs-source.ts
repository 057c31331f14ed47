import { Buffer } from 'node:buffer';

import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

import { UsageError } from '../../errors.js';
import type { SqsAddress } from '../../events/source-address.js';
import { describe } from '../faults.js';
import { Mailbox } from '../mailbox.js';
import { cutMessage } from '../message-lines.js';
import type { OpenOptions } from '../open-options.js';
import type { Source, SourceLag, SourcePart } from '../source.js';
import { explainAws, isPassing } from './aws-faults.js';

/**
 * Most messages of one request. Source:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 * (read 2026-12-01).
 */
const BATCH = 10;
/** Requests for messages that are open at once. */
const RECEIVERS = 4;
/** How long such a request waits for the first message, in seconds; the service's maximum. */
const POLL_S = 20;
/** The same where reading ends with what is there. */
const FINAL_POLL_S = 1;
/** How long a message is hidden from other workers, in seconds, unless it is extended. */
const HIDDEN_S = 60;
/** How often messages in hand are hidden for longer, in milliseconds. */
const EXTEND_MS = 20_000;
/** Messages that wait for the reader at most. */
const WAITING_MESSAGES = 100;
const RETRY_MS = 1_000;

/**
 * Opens a queue of SQS with AWS's own chain of credentials.
 * @throws InputError when the queue cannot be read; UsageError for what a queue cannot do
 */
export async function openSqsSource(address: SqsAddress, options: OpenOptions): Promise<Source> {
  if (options.mode === 'preview') {
    throw new UsageError('unsupported_source', 'A queue cannot be read for a dry run.', {
      hint: 'SQS hides what is read from other workers. Check a sample of its messages in a file.',
    });
  }
  if (options.from !== 'last') {
    throw new UsageError(
      'unsupported_source',
      `A queue has no position for --from ${options.from}.`,
      {
        hint: 'Leave --from out.',
      },
    );
  }
  const { region, account, queue } = address;
  const client = new SQSClient({ region });
  try {
    const { QueueUrl: url = '' } = await client.send(
      new GetQueueUrlCommand({ QueueName: queue, QueueOwnerAWSAccountId: account }),
    );
    return new SqsSource({ ...options, address, client, url });
  } catch (error) {
    client.destroy();
    throw explainAws(address.url, error);
  }
}

interface SqsSourceOptions extends OpenOptions {
  address: SqsAddress;
  client: SQSClient;
  /** URL of the queue. */
  url: string;
}

/** Messages of a queue, which are deleted once they are recorded. */
class SqsSource implements Source<Message> {
  readonly name: string;
  readonly group = undefined;
  readonly #options: SqsSourceOptions;
  readonly #mailbox = new Mailbox<Message>();
  /** Received and not deleted. */
  readonly #inHand = new Set<Message>();
  readonly #closing = new AbortController();
  #isLost = false;

  constructor(options: SqsSourceOptions) {
    this.name = options.address.url;
    this.#options = options;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourcePart<Message>> {
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    ending.addEventListener('abort', () => this.#mailbox.end(), { once: true });
    const extending = setInterval(() => void this.#hide([...this.#inHand], HIDDEN_S), EXTEND_MS);
    const receivers = Array.from({ length: RECEIVERS }, () => this.#receive(ending));
    void Promise.all(receivers).then(() => this.#mailbox.end());
    const { queue } = this.#options.address;
    try {
      for await (const messages of this.#mailbox.read()) {
        if (ending.aborted) return;
        const lines = messages.flatMap(({ Body: body = '', MessageId: id = '' }) =>
          cutMessage(Buffer.from(body), `${queue}@${id}`),
        );
        yield { lines, positions: messages };
      }
    } finally {
      clearInterval(extending);
    }
  }

  async #receive(signal: AbortSignal): Promise<void> {
    const { mode, clock } = this.#options;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      await this.#mailbox.room(WAITING_MESSAGES);
      if (isOver()) return;
      try {
        const count = await this.#receiveOnce(signal);
        if (count === 0 && mode === 'drain') return;
      } catch (error) {
        if (isOver()) return;
        if (!isPassing(error)) {
          this.#mailbox.end(explainAws(this.name, error));
          return;
        }
        this.#reportLoss(error);
        await clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  async #receiveOnce(signal: AbortSignal): Promise<number> {
    const { client, url, mode } = this.#options;
    const { Messages: messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: HIDDEN_S,
        WaitTimeSeconds: mode === 'drain' ? FINAL_POLL_S : POLL_S,
      }),
      { abortSignal: signal },
    );
    if (this.#isLost) this.#options.report(`${this.name}: connected again.`);
    this.#isLost = false;
    for (const message of messages) {
      this.#inHand.add(message);
      this.#mailbox.put(message);
    }
    return messages.length;
  }

  #reportLoss(error: unknown): void {
    if (!this.#isLost) this.#options.report(`${this.name}: ${describe(error)}; trying again.`);
    this.#isLost = true;
  }

  async ack(messages: readonly Message[]): Promise<void> {
    const batches: (readonly Message[])[] = [];
    for (let at = 0; at < messages.length; at += BATCH)
      batches.push(messages.slice(at, at + BATCH));
    await Promise.all(batches.map((batch) => this.#delete(batch)));
    for (const message of messages) this.#inHand.delete(message);
  }

  /** Deletes messages; the answer says for each whether it is gone. One that stays comes again. */
  async #delete(batch: readonly Message[]): Promise<void> {
    const { client, url } = this.#options;
    let left = batch;
    for (let tries = 0; tries < 2 && left.length > 0; tries++) {
      const entries = left.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
      }));
      try {
        const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries });
        const { Failed: failed = [] } = await client.send(command);
        left = failed.flatMap(({ Id: id }) => left[Number(id)] ?? []);
      } catch (error) {
        if (!isPassing(error)) {
          this.#mailbox.end(explainAws(this.name, error));
          return;
        }
      }
    }
  }

  /** Hides messages from other workers for so long; 0 gives them back. */
  async #hide(messages: readonly Message[], seconds: number): Promise<void> {
    const { client, url } = this.#options;
    for (let at = 0; at < messages.length; at += BATCH) {
      const entries = messages.slice(at, at + BATCH).map(({ ReceiptHandle }, index) => ({
        ...{ Id: String(index), ReceiptHandle, VisibilityTimeout: seconds },
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: entries });
      // One that is visible again comes again, as a duplicate.
      await client.send(command).catch(() => undefined);
    }
  }

  /** Nothing more is received; what is in hand stays hidden. */
  pause(): void {
    this.#mailbox.pause();
  }

  resume(): void {
    this.#mailbox.resume();
  }

  async lag(): Promise<SourceLag> {
    const { client, url } = this.#options;
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] });
    const answer = await client.send(command).catch(() => undefined);
    const found = answer?.Attributes;
    const lag = found && names.reduce((sum, name) => sum + Number(found[name] ?? 0), 0);
    return { assigned: 1, lag };
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#hide([...this.#inHand], 0);
    this.#options.client.destroy();
  }
}
