const EMPTY = -1;
const FEWEST_BUCKETS = 1_024;

/**
 * A number for each of many hashes, in two typed arrays. A Map of as many would be 65,536 boxed
 * numbers that the garbage collector walks through again and again. Hashes are not negative and
 * random in their low bits: these are their place.
 */
export class HashTable {
  #keys = new Float64Array(FEWEST_BUCKETS).fill(EMPTY);
  #values = new Float64Array(FEWEST_BUCKETS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(hash: number): number | undefined {
    const cell = this.#cellOf(hash);
    return this.#keys[cell] === EMPTY ? undefined : this.#values[cell];
  }

  /** Notes the number of a hash; false where it has one, which stays. */
  add(hash: number, value: number): boolean {
    const cell = this.#cellOf(hash);
    if (this.#keys[cell] !== EMPTY) return false;
    this.#keys[cell] = hash;
    this.#values[cell] = value;
    this.#size++;
    // Half full, most hashes are found at the first look.
    if (this.#size * 2 > this.#keys.length) this.#grow();
    return true;
  }

  /** All hashes, in their order. */
  sorted(): Float64Array {
    return this.#keys.filter((key) => key !== EMPTY).sort();
  }

  clear(): void {
    this.#keys.fill(EMPTY);
    this.#size = 0;
  }

  /** Where a hash is, or would be. */
  #cellOf(hash: number): number {
    const mask = this.#keys.length - 1;
    let cell = hash & mask;
    for (let key = this.#keys[cell]; key !== hash && key !== EMPTY; key = this.#keys[cell])
      cell = (cell + 1) & mask;
    return cell;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(keys.length * 2).fill(EMPTY);
    this.#values = new Float64Array(keys.length * 2);
    keys.forEach((key, index) => {
      if (key === EMPTY) return;
      const cell = this.#cellOf(key);
      this.#keys[cell] = key;
      this.#values[cell] = values[index]!;
    });
  }
}
