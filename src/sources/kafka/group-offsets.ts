import type { Admin } from 'kafkajs';

/** Where a partition begins and ends, and how far the group has read it (-1: not at all). */
export interface PartitionOffsets {
  low: bigint;
  high: bigint;
  committed: bigint;
}

/** Asks the brokers how far a group has read a topic. */
export class GroupOffsets {
  readonly #admin: Admin;
  readonly #topic: string;
  readonly #group: string;

  constructor(admin: Admin, topic: string, group: string) {
    this.#admin = admin;
    this.#topic = topic;
    this.#group = group;
  }

  /** @throws an error of kafkajs where the topic does not exist or may not be seen */
  async checkTopic(): Promise<void> {
    await this.#admin.fetchTopicOffsets(this.#topic);
  }

  /** The offsets of each partition. @throws errors of kafkajs */
  async read(): Promise<Map<number, PartitionOffsets>> {
    const [ends, groups] = await Promise.all([
      this.#admin.fetchTopicOffsets(this.#topic),
      this.#admin.fetchOffsets({ groupId: this.#group, topics: [this.#topic] }),
    ]);
    const committed = new Map(
      groups.flatMap(({ partitions }) =>
        partitions.map(({ partition, offset }) => [partition, BigInt(offset)] as const),
      ),
    );
    return new Map(
      ends.map(({ partition, low, high }) => [
        partition,
        { low: BigInt(low), high: BigInt(high), committed: committed.get(partition) ?? -1n },
      ]),
    );
  }

  /** Messages that the group has not acknowledged. @throws errors of kafkajs */
  async countLag(): Promise<number> {
    let lag = 0n;
    for (const { low, high, committed } of (await this.read()).values()) {
      const from = committed > low ? committed : low;
      if (high > from) lag += high - from;
    }
    return Number(lag);
  }

  /** Whether the group has acknowledged everything before `ends`; false while nobody can say. */
  async hasReached(ends: ReadonlyMap<number, PartitionOffsets>): Promise<boolean> {
    try {
      const now = await this.read();
      return [...ends].every(([partition, { low, high }]) => {
        const committed = now.get(partition)?.committed ?? -1n;
        return high <= low || committed >= high;
      });
    } catch {
      return false;
    }
  }
}
