import type { Entry } from '../log/entry.js';
import type { Channel, Outgoing } from '../networks/network.js';

/** One postback on its way through this run. */
export interface Item {
  outgoing: Outgoing;
  entry: Entry;
  /** Attempts in this run; halving a batch is none. */
  tries: number;
}

/** What goes into one request together. */
export interface Batch {
  items: Item[];
  /** Its row in the log, once it has been part of a request. */
  flight?: number;
  /** The next attempt is not made before this time. */
  notBeforeMs: number;
  /** Whether the token was renewed for this batch: it is done once. */
  renewed?: boolean;
}

/** Collects postbacks into batches of at most what the network takes a request. */
export class Batcher {
  readonly #channel: Channel;
  #items: Item[] = [];
  #bytes = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Adds one postback; the batch that it completes, if it does. */
  add(item: Item): Batch | undefined {
    const { maxEvents, maxBytes } = this.#channel.limits;
    const bytes = this.#channel.sizeOf(item.outgoing) + 1;
    const full = this.#items.length > 0 && this.#bytes + bytes > maxBytes ? this.take() : undefined;
    this.#items.push(item);
    this.#bytes += bytes;
    if (full) return full;
    return this.#items.length >= maxEvents ? this.take() : undefined;
  }

  /** The batch as far as it is, or undefined when it is empty. */
  take(): Batch | undefined {
    if (this.#items.length === 0) return undefined;
    const batch: Batch = { items: this.#items, notBeforeMs: 0 };
    this.#items = [];
    this.#bytes = 0;
    return batch;
  }
}

/** The two halves of a batch that was refused whole. */
export function halve(items: readonly Item[]): Item[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
