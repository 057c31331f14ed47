import type { KafkaMessage } from 'kafkajs';

import { messageOf } from '../../errors.js';

/** Messages of one partition that were fetched and are not acknowledged. */
export class HeldPart {
  readonly partition: number;
  readonly messages: readonly KafkaMessage[];
  /** Offset after the last message, as it is committed. */
  readonly nextOffset: string;
  isAcknowledged = false;
  #isTaken = false;
  #isRevoked = false;
  #end!: () => void;
  readonly #ended = new Promise<void>((resolve) => (this.#end = resolve));

  /** @param lastOffset of the last message, or of the marker after it */
  constructor(partition: number, lastOffset: string, messages: readonly KafkaMessage[]) {
    this.partition = partition;
    this.messages = messages;
    this.nextOffset = String(BigInt(lastOffset) + 1n);
  }

  /** Takes it for reading; false when the group has taken the partition away meanwhile. */
  take(): boolean {
    if (this.#isRevoked) return false;
    return (this.#isTaken = true);
  }

  acknowledge(): void {
    this.isAcknowledged = true;
    this.#end();
  }

  /** Gives it up: its messages come again, here or at another member. */
  giveUp(): void {
    this.#isRevoked = true;
    this.#end();
  }

  /**
   * Resolves when it is acknowledged or given up. Meanwhile the group hears from this member.
   * @throws the error of `heartbeat` when the group rebalances: at once where the reader has not
   *   taken the part, else after the part is recorded and committed, which takes milliseconds
   */
  async wait(heartbeat: () => Promise<void>, intervalMs: number): Promise<void> {
    let fault: Error | undefined;
    let isBeating = false;
    const beat = async (): Promise<void> => {
      if (isBeating || fault) return;
      isBeating = true;
      try {
        await heartbeat();
      } catch (error) {
        fault = error instanceof Error ? error : new Error(messageOf(error));
        if (!this.#isTaken) this.giveUp();
      } finally {
        isBeating = false;
      }
    };
    const timer = setInterval(() => void beat(), intervalMs);
    try {
      await this.#ended;
    } finally {
      clearInterval(timer);
    }
    if (fault) throw fault;
    await heartbeat();
  }
}
