import { setTimeout as wait } from 'node:timers/promises';

import type { Delivery } from './delivery.js';
import { persist, tend } from './tend.js';

/** A stream that has nothing at hand for so long is silent, in milliseconds. From a full pipe more comes within a turn of the event loop. */
const SILENCE_MS = 2;
/** The longest that a postback from a stream waits for company, in milliseconds. */
const TRICKLE_MS = 250;

/**
 * Reads a stream while what trickles in through it does not wait for a full batch, and what waits is tried again. Its
 * silence hides no fault: `read` is stopped when a lane breaks, and `look` is called now and then.
 */
export async function readStream(
  delivery: Delivery,
  read: (signal: AbortSignal) => Promise<void>,
  look?: () => void,
): Promise<void> {
  const { lanes, signal } = delivery;
  const broken = new AbortController();
  let fault: Error | undefined;
  persist(delivery, true);
  const trickle = setInterval(() => {
    for (const lane of lanes.values()) {
      lane.flush();
      if (lane.isBroken) broken.abort();
    }
    tend(delivery).catch((error: unknown) => {
      fault ??= error instanceof Error ? error : new Error(String(error));
      broken.abort();
    });
    look?.();
  }, TRICKLE_MS);
  try {
    await read(AbortSignal.any([signal, broken.signal]));
    if (fault !== undefined) throw fault;
  } finally {
    clearInterval(trickle);
    persist(delivery, false);
    // Whoever left early leaves no reader of the stream behind, which would keep the process alive.
    broken.abort();
  }
}

/** Passes the parts of a stream on, and calls `settle` whenever the next one is not at hand. */
export async function* settleInSilence<T>(parts: AsyncIterable<T>, settle: () => Promise<void>): AsyncGenerator<T> {
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      if (!(await isAtHand(next))) await settle();
      const result = await next;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    // Not waited for: where settling failed, a silent stream would be waited for with it.
    void iterator.return?.();
  }
}

async function isAtHand(next: Promise<unknown>): Promise<boolean> {
  const patience = new AbortController();
  const isThere = next.then(
    () => true,
    () => true,
  );
  const silence = wait(SILENCE_MS, false, { signal: patience.signal }).catch(() => false);
  const answer = await Promise.race([isThere, silence]);
  patience.abort();
  return answer;
}
