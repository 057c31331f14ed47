import type { Clock } from '../clock.js';
import type { NetworkName } from '../networks/names.js';
import type { JsonObject } from '../json.js';

/** One conversion that a network accepted. */
export interface AcceptedConversion {
  network: NetworkName;
  /** Which of the network's contracts it came by, such as `capi-v1`. */
  api: string;
  account: string;
  region?: string;
  /** What it was booked on: a definition id, an event name. */
  target: string;
  /** The id by which the network deduplicates; absent: never a duplicate. */
  dedupeId?: string;
  /** Further scope of the dedupe id, in addition to network, API and account: an event name. */
  scope?: string;
  /** How often it was accepted. */
  received: number;
  firstReceivedAt: string;
  lastReceivedAt: string;
  /** Accepted and then not counted: limited data use, consent denied. */
  excluded?: string;
  /** The event as it was sent, identifiers hashed. */
  event: JsonObject;
}

export type Arrival = Omit<AcceptedConversion, 'received' | 'firstReceivedAt' | 'lastReceivedAt'>;

/** Which of several events with one dedupe id a network keeps. */
export type Winner = 'first' | 'latest';

/** What the networks accepted, deduplicated as each network does it. In memory only. */
export class ConversionStore {
  readonly #clock: Clock;
  readonly #kept = new Map<string, AcceptedConversion>();
  #withoutId = 0;
  #received = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps an accepted event; network, contract, account and scope are the reach of a dedupe id. */
  accept(arrival: Arrival, winner: Winner): void {
    this.#received += 1;
    const now = new Date(this.#clock.now()).toISOString();
    const { network, api, account, scope = '', dedupeId } = arrival;
    const id = dedupeId === undefined ? `none:${(this.#withoutId += 1)}` : `id:${dedupeId}`;
    const key = JSON.stringify([network, api, account, scope, id]);
    const kept = this.#kept.get(key);
    if (!kept) {
      this.#kept.set(key, { ...arrival, received: 1, firstReceivedAt: now, lastReceivedAt: now });
      return;
    }
    const content = winner === 'first' ? kept : arrival;
    this.#kept.set(key, {
      ...content,
      received: kept.received + 1,
      firstReceivedAt: kept.firstReceivedAt,
      lastReceivedAt: now,
    });
  }

  /** What is kept, in the order of first arrival. */
  list(): AcceptedConversion[] {
    return [...this.#kept.values()];
  }

  /** Distinct conversions. */
  get count(): number {
    return this.#kept.size;
  }

  /** Accepted events, duplicates included. */
  get received(): number {
    return this.#received;
  }

  clear(): void {
    this.#kept.clear();
    this.#received = 0;
  }
}
