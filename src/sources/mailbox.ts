/**
 * Hands what a client delivers by itself to a reader that asks for it: the reader takes all that is
 * there at once.
 */
export class Mailbox<T> {
  #items: T[] = [];
  #isEnded = false;
  #isPaused = false;
  #fault: Error | undefined;
  #wakeReader: (() => void) | undefined;
  /** Writers that wait for room: a client may fetch with several requests at once. */
  #waiting: (() => void)[] = [];

  put(item: T): void {
    if (this.#isEnded) return;
    this.#items.push(item);
    this.#wakeReader?.();
  }

  /** Ends the mailbox. The reader still gets what is in it, then `fault` is thrown. */
  end(fault?: Error): void {
    this.#isEnded = true;
    this.#fault ??= fault;
    this.#wakeReader?.();
    this.#wakeWriters();
  }

  /** Makes {@link room} wait. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wakeWriters();
  }

  /** Resolves when fewer than `most` items wait and the mailbox is not paused, or at its end. */
  async room(most: number): Promise<void> {
    while (!this.#isEnded && (this.#isPaused || this.#items.length >= most))
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async *read(): AsyncGenerator<T[]> {
    for (;;) {
      if (this.#items.length > 0) {
        const items = this.#items;
        this.#items = [];
        this.#wakeWriters();
        yield items;
      } else if (this.#isEnded) {
        if (this.#fault) throw this.#fault;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    }
  }
  #wakeWriters(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
  }
}
