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
    const place = this.#placeOf(hash);
    return this.#keys[place] === EMPTY ? undefined : this.#values[place];
  }

  /** Notes the number of a hash; false where it has one, which stays. */
  add(hash: number, value: number): boolean {
    const place = this.#placeOf(hash);
    if (this.#keys[place] !== EMPTY) return false;
    this.#keys[place] = hash;
    this.#values[place] = value;
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
  #placeOf(hash: number): number {
    const mask = this.#keys.length - 1;
    let place = hash & mask;
    for (let key = this.#keys[place]; key !== hash && key !== EMPTY; key = this.#keys[place])
      place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(keys.length * 2).fill(EMPTY);
    this.#values = new Float64Array(keys.length * 2);
    keys.forEach((key, index) => {
      if (key === EMPTY) return;
      const place = this.#placeOf(key);
      this.#keys[place] = key;
      this.#values[place] = values[index]!;
    });
  }
}
