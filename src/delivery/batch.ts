import type { Entry } from '../log/entry.js';
import type { Channel, Outcome, Outgoing } from '../networks/network.js';

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
  batchId?: number;
  /** The next attempt is not made before this time. */
  notBeforeMs: number;
  /** Whether the token was renewed for this batch: it is done once. */
  renewed?: boolean;
  /**
   * It was refused whole, for this outcome, and whether all of its events share the cause is to be
   * found out.
   */
  suspect?: Outcome;
  /** One of its events was taken: it is searched for bad ones, and no cause is shared by all. */
  cleared?: boolean;
  /** How often the network has named some bad events of it, without taking any. */
  rounds?: number;
  /** It is a single event that is sent to learn about its neighbors. */
  isProbe?: boolean;
}

/** A batch that is being filled. */
interface Filling {
  items: Item[];
  bytes: number;
}

/**
 * Collects postbacks into batches of at most what the network takes a request. Real events and test
 * events never share one, nor do those that the network keeps apart.
 */
export class Batcher {
  readonly #channel: Channel;
  readonly #real = new Map<string, Filling>();
  readonly #test = new Map<string, Filling>();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Adds one postback; the batch that it completes, if it does. */
  add(item: Item): Batch | undefined {
    const { limits } = this.#channel;
    const { test } = item.outgoing.postback;
    const maxEvents = test ? (limits.maxTestEvents ?? limits.maxEvents) : limits.maxEvents;
    const filling = this.#findFilling(item.outgoing, test);
    const bytes = this.#channel.sizeOf(item.outgoing) + 1;
    const full =
      filling.items.length > 0 && filling.bytes + bytes > limits.maxBytes
        ? close(filling)
        : undefined;
    if (filling.items.length === 0) filling.bytes = this.#channel.envelopeOf?.(item.outgoing) ?? 0;
    filling.items.push(item);
    filling.bytes += bytes;
    if (full) return full;
    return filling.items.length >= maxEvents ? close(filling) : undefined;
  }

  /** The batches as far as they are; those that are empty are left out. */
  takeAll(): Batch[] {
    const fillings = [...this.#real.values(), ...this.#test.values()];
    return fillings.filter(({ items }) => items.length > 0).map(close);
  }

  #findFilling(outgoing: Outgoing, test: boolean): Filling {
    const key = this.#channel.groupOf === undefined ? '' : this.#channel.groupOf(outgoing);
    const groups = test ? this.#test : this.#real;
    const known = groups.get(key);
    if (known) return known;
    const made: Filling = { items: [], bytes: 0 };
    groups.set(key, made);
    return made;
  }
}

/** Returns what was filled so far as a batch, and starts a new one. */
function close(filling: Filling): Batch {
  const batch: Batch = { items: filling.items, notBeforeMs: 0 };
  filling.items = [];
  filling.bytes = 0;
  return batch;
}

/** The two halves of a batch that was refused whole. */
export function halve(items: readonly Item[]): Item[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
