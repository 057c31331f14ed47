/** 1 MiB: with half a million ids in it, one in 70 of those that it does not hold is let through. */
const BIT_COUNT = 2 ** 23;
const MASK = BIT_COUNT - 1;

/** Bits of a Bloom filter over hashes of at most 52 bits. */
export type BloomBits = Int32Array<ArrayBuffer>;

export function makeBits(): BloomBits {
  return new Int32Array(BIT_COUNT / 32);
}

/** Notes a hash, all of whose bits are random: each half is a place of its own. */
export function addBits(bits: BloomBits, hash: number): void {
  const low = hash & MASK;
  const high = (hash / BIT_COUNT) & MASK;
  bits[low >>> 5] = bits[low >>> 5]! | (1 << (low & 31));
  bits[high >>> 5] = bits[high >>> 5]! | (1 << (high & 31));
}

/** False: the hash was never noted. True: it probably was. */
export function hasBits(bits: BloomBits, hash: number): boolean {
  const low = hash & MASK;
  const high = (hash / BIT_COUNT) & MASK;
  return (bits[low >>> 5]! & (1 << (low & 31))) !== 0 && (bits[high >>> 5]! & (1 << (high & 31))) !== 0;
}
