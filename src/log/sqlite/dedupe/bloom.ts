const BIT_COUNT = 2 ** 23;
const MASK = BIT_COUNT - 1;
/**
 * After the bits: how many of them a hash sets. Filters of earlier versions end before it, and have
 * two.
 */
const PROBES_AT = BIT_COUNT / 32;
const PROBES = 4;

/**
 * A Bloom filter over hashes of at most 52 random bits, as it is kept: 1 MiB. Of half a million ids
 * it lets 1 in 400 others through.
 */
export type BloomBits = Int32Array<ArrayBuffer>;

export function makeBits(): BloomBits {
  const bits = new Int32Array(BIT_COUNT / 32 + 1);
  bits[PROBES_AT] = PROBES;
  return bits;
}

/** Notes a hash: each half is a place of its own, and two more are made of both. */
export function addBits(bits: BloomBits, hash: number): void {
  const low = hash & MASK;
  const high = (hash / BIT_COUNT) & MASK;
  set(bits, low);
  set(bits, high);
  set(bits, (low + high) & MASK);
  set(bits, (low + 2 * high) & MASK);
}

/** False: the hash was never noted. True: it probably was. */
export function hasBits(bits: BloomBits, hash: number): boolean {
  const low = hash & MASK;
  if (!isSet(bits, low)) return false;
  const high = (hash / BIT_COUNT) & MASK;
  if (!isSet(bits, high)) return false;
  if (bits[PROBES_AT] !== PROBES) return true;
  return isSet(bits, (low + high) & MASK) && isSet(bits, (low + 2 * high) & MASK);
}

function set(bits: BloomBits, bit: number): void {
  bits[bit >>> 5] = bits[bit >>> 5]! | (1 << (bit & 31));
}

function isSet(bits: BloomBits, bit: number): boolean {
  return (bits[bit >>> 5]! & (1 << (bit & 31))) !== 0;
}
