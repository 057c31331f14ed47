/** Steps within each doubling: a percentile is off by less than 1 %. */
const STEPS = 64;
const STEP_BITS = 6;
/** Enough for a thousand years in milliseconds. */
const BUCKETS = 64 * 40;

/** Histogram of times in milliseconds for percentiles, with constant memory. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  /** @param bucket of `ms`, where many spreads take the same time */
  add(ms: number, bucket = bucketOf(ms)): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    this.#sum += ms;
    if (ms < this.#min) this.#min = ms;
    if (ms > this.#max) this.#max = ms;
  }

  get count(): number {
    return this.#count;
  }

  /** The average; null where there is nothing. */
  get mean(): number | null {
    return this.#count === 0 ? null : Math.round(this.#sum / this.#count);
  }

  /**
   * The time that `percent` of all do not exceed, to less than 1 %; null where there is nothing.
   */
  percentile(percent: number): number | null {
    if (this.#count === 0) return null;
    let left = Math.max(1, Math.ceil((percent / 100) * this.#count));
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    const middle = Math.round((startOf(bucket) + startOf(bucket + 1) - 1) / 2);
    return Math.min(this.#max, Math.max(this.#min, middle));
  }
}

/**
 * Where a time is counted. Exact to the millisecond up to 128 ms; then 64 steps for each doubling.
 */
export function bucketOf(ms: number): number {
  if (ms < 2 * STEPS) return Math.floor(ms);
  // Integers of 31 bits (up to about 24 days) have a faster path.
  if (ms < 2 ** 31) {
    const exponent = 31 - Math.clz32(ms) - STEP_BITS;
    return exponent * STEPS + (ms >>> exponent);
  }
  const exponent = Math.floor(Math.log2(ms)) - STEP_BITS;
  return Math.min(BUCKETS - 1, exponent * STEPS + Math.floor(ms / 2 ** exponent));
}

/** The least time in a bucket. */
function startOf(bucket: number): number {
  if (bucket < 2 * STEPS) return bucket;
  const exponent = Math.floor(bucket / STEPS) - 1;
  return (bucket - exponent * STEPS) * 2 ** exponent;
}
