/** Number of items in a group of {@link inBatches}. */
const BATCH = 500;

/** Gathers items into groups of at most 500. */
export function* inBatches<T>(items: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Offers a synchronous query as an asynchronous one. Its statement ends when the loop over it does.
 */
export function toAsync<T>(items: Iterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = items[Symbol.iterator]();
      return {
        next: () => answer(() => iterator.next()),
        return: () => answer(() => iterator.return?.() ?? { done: true, value: undefined }),
      };
    },
  };
}

/** Returns a promise of what `work` returns or throws. */
export function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
