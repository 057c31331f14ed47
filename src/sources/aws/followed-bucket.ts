import { createHash } from 'node:crypto';

import type { S3Client } from '@aws-sdk/client-s3';

import type { Clock } from '../../clock.js';
import { InputError } from '../../errors.js';
import { readLines } from '../../events/input.js';
import type { S3Address } from '../../events/source-address.js';
import type { Checkpoint } from '../../events/source-position.js';
import type { Source, SourceLag, SourcePart, SourceReport, SourceStart } from '../source.js';
import type { Variables } from '../variables.js';
import { isGone, isPassing } from './aws-faults.js';
import { findObjects, type FoundObject, makeBucketClient, openObject } from './list-objects.js';

/** How often the bucket is listed, in milliseconds. */
const LIST_MS = 10_000;
/** How long a fault waits before the next attempt, in milliseconds. */
const RETRY_MS = 5_000;

/** How far one object was read, or all that were there when a run began at the end. */
export interface BucketPosition {
  /** Name of its checkpoint in the log. */
  path: string;
  checkpoint: Checkpoint;
}

export interface FollowedBucketOptions {
  address: S3Address;
  from: SourceStart;
  /** `preview`: reads what is there, once, and saves nothing. */
  mode: 'follow' | 'preview';
  variables: Variables;
  clock: Clock;
  report: SourceReport;
  findCheckpoint: (path: string) => Promise<Checkpoint | undefined>;
  saveCheckpoint: (path: string, checkpoint: Checkpoint) => Promise<void>;
}

/**
 * Opens a prefix of a bucket to read each object that is there or appears.
 * @throws InputError when the bucket cannot be read
 */
export async function openFollowedBucket(options: FollowedBucketOptions): Promise<Source> {
  const client = makeBucketClient(options.variables);
  try {
    const source = new FollowedBucket(client, options);
    await source.start();
    return source;
  } catch (error) {
    client.destroy();
    throw error;
  }
}

/** Objects of a bucket, in the order of their keys, then new and changed ones as they appear. */
class FollowedBucket implements Source<BucketPosition> {
  readonly name: string;
  readonly group = undefined;
  readonly #client: S3Client;
  readonly #options: FollowedBucketOptions;
  /** Versions of the objects that were read, or need not be, by key. */
  #done = new Map<string, string>();
  #listed: readonly FoundObject[] = [];
  /** Objects that were last changed before this time count as read, in milliseconds. */
  #startMs = 0;
  #unread = 0;
  #isLost = false;

  constructor(client: S3Client, options: FollowedBucketOptions) {
    this.name = options.address.url;
    this.#client = client;
    this.#options = options;
  }

  /** Lists the bucket for the first time. @throws InputError */
  async start(): Promise<void> {
    const { from, findCheckpoint } = this.#options;
    this.#listed = await findObjects(this.#client, this.#options.address);
    this.#unread = this.#listed.length;
    if (from === 'last') this.#startMs = (await findCheckpoint(this.#startKey))?.offset ?? 0;
    if (from === 'end') await this.#beginAtEnd();
  }

  /** Name of the checkpoint that says where a run began with `--from end`. */
  get #startKey(): string {
    return `tail:${this.name}`;
  }

  /** Objects of the newest moment are noted one by one: more of that moment may follow. */
  async #beginAtEnd(): Promise<void> {
    const { mode, saveCheckpoint } = this.#options;
    this.#startMs = this.#listed.reduce((latest, one) => Math.max(latest, one.changedMs), 0);
    for (const object of this.#listed) this.#done.set(object.key, object.version);
    if (mode === 'preview') return;
    for (const object of this.#listed)
      if (object.changedMs === this.#startMs)
        await saveCheckpoint(this.#keyOf(object), mark(object, 0, true));
    await saveCheckpoint(this.#startKey, {
      ...{ device: 's3', inode: 'start', offset: this.#startMs, line: 0, head: '', headBytes: 0 },
    });
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourcePart<BucketPosition>> {
    const { mode, clock, address } = this.#options;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      let waitMs = LIST_MS;
      try {
        for (const object of this.#listed) {
          if (isOver()) return;
          yield* this.#readObject(object, signal);
          this.#unread = Math.max(0, this.#unread - 1);
        }
        if (mode === 'preview') return;
      } catch (error) {
        this.#reportFault(error);
        waitMs = RETRY_MS;
      }
      yield { lines: [], positions: [] };
      await clock.sleep(waitMs, signal).catch(() => undefined);
      if (isOver()) return;
      await this.#list(address);
    }
  }

  async #list(address: S3Address): Promise<void> {
    try {
      this.#listed = await findObjects(this.#client, address);
    } catch (error) {
      this.#reportFault(error);
      return;
    }
    if (this.#isLost) this.#options.report(`${this.name}: connected again.`);
    this.#isLost = false;
    const known = this.#done;
    this.#done = new Map();
    for (const { key, version } of this.#listed)
      if (known.get(key) === version) this.#done.set(key, version);
    this.#unread = this.#listed.length - this.#done.size;
  }

  /** @throws the error itself where another attempt would not help */
  #reportFault(error: unknown): void {
    if (!(error instanceof InputError) || !isPassing(error.cause)) throw error;
    if (!this.#isLost) this.#options.report(`${error.message} Trying again.`);
    this.#isLost = true;
  }

  async *#readObject(
    object: FoundObject,
    signal: AbortSignal,
  ): AsyncGenerator<SourcePart<BucketPosition>> {
    if (this.#done.get(object.key) === object.version) return;
    const path = this.#keyOf(object);
    const known = await this.#findRead(object);
    if (known === 'whole') {
      this.#done.set(object.key, object.version);
      return;
    }
    const { bucket } = this.#options.address;
    const source = `s3://${bucket}/${object.key}`;
    const input = { name: source, stream: () => openObject(this.#client, bucket, object) };
    let count = 0;
    try {
      for await (const lines of readLines(input, signal)) {
        const before = Math.min(Math.max(0, known - count), lines.length);
        count += lines.length;
        if (before === lines.length) continue;
        for (const line of lines) line.source = source;
        yield {
          lines: lines.slice(before),
          positions: [{ path, checkpoint: mark(object, count) }],
        };
      }
    } catch (error) {
      // It was deleted or replaced since the bucket was listed.
      if (error instanceof InputError && isGone(error.cause)) return;
      if (!(error instanceof InputError) || error.code.startsWith('source_')) throw error;
      // What is damaged stays so: it counts as an invalid record, and the bucket is read on.
      const message = error.message.replace(/\.$/, '');
      const invalid = { code: error.code, field: '', message };
      const line = { number: count + 1, text: '', source, invalid };
      yield { lines: [line], positions: [] };
    }
    if (signal.aborted) return;
    this.#done.set(object.key, object.version);
    yield { lines: [], positions: [{ path, checkpoint: mark(object, count, true) }] };
  }

  /** Number of records of an object that are in the log, or that it is read to its end. */
  async #findRead(object: FoundObject): Promise<number | 'whole'> {
    if (this.#options.from === 'start') return 0;
    const checkpoint = await this.#options.findCheckpoint(this.#keyOf(object));
    if (checkpoint?.device === 's3' && checkpoint.head === hashOf(object.version))
      return checkpoint.inode === 'whole' ? 'whole' : checkpoint.offset;
    return object.changedMs < this.#startMs ? 'whole' : 0;
  }

  #keyOf({ key }: FoundObject): string {
    return `tail:s3://${this.#options.address.bucket}/${key}`;
  }

  async ack(positions: readonly BucketPosition[]): Promise<void> {
    const last = positions.at(-1);
    if (last) await this.#options.saveCheckpoint(last.path, last.checkpoint);
  }

  /** An object is fetched only as far as the reader asks for it. */
  pause(): void {}
  resume(): void {}

  /** Objects that are not read yet. */
  async lag(): Promise<SourceLag> {
    return { assigned: 1, lag: this.#unread };
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }
}

/** The checkpoint after `count` records of an object; `isWhole`: it has no more. */
function mark({ version }: FoundObject, count: number, isWhole = false): Checkpoint {
  const inode = isWhole ? 'whole' : 'part';
  return { device: 's3', inode, offset: count, line: count, head: hashOf(version), headBytes: 0 };
}

function hashOf(version: string): string {
  return createHash('sha256').update(version).digest('hex');
}
