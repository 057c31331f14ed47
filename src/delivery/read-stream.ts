import type { Delivery } from './delivery.js';

/** The longest that a postback from a stream waits for company, in milliseconds. */
const TRICKLE_MS = 250;

/**
 * Reads a stream while what trickles in through it does not wait for a full batch. Its silence hides no fault: `read` is
 * stopped when a lane breaks, and `look` is called now and then.
 */
export async function readStream(
  { lanes, signal }: Pick<Delivery, 'lanes' | 'signal'>,
  read: (signal: AbortSignal) => Promise<void>,
  look?: () => void,
): Promise<void> {
  const broken = new AbortController();
  const trickle = setInterval(() => {
    for (const lane of lanes.values()) {
      lane.flush();
      if (lane.isBroken) broken.abort();
    }
    look?.();
  }, TRICKLE_MS);
  try {
    await read(AbortSignal.any([signal, broken.signal]));
  } finally {
    clearInterval(trickle);
  }
}
