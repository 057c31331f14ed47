import { Buffer } from 'node:buffer';

import { unpackIds } from '../../packed/packing.js';
import { readUnlessDamaged } from '../../stored-json.js';

const EMPTY = -1;
const FEWEST_BUCKETS = 4_096;
const WORDS_PER_ID = 4;

/**
 * Which of the requests that are not in the index yet may hold an event. Found by event ids as the
 * rows have them: to hash tens of thousands of postback ids, before the first of them is asked for,
 * takes longer than all else at the start of a run.
 */
export class UnsortedIds {
  /**
   * Numbers that few event ids share, each at the first free place after its own: twice where two
   * requests hold the same.
   */
  #numbers = new Int32Array(FEWEST_BUCKETS).fill(EMPTY);
  #requests = new Float64Array(FEWEST_BUCKETS);
  #count = 0;

  /** How many postbacks they hold. */
  get count(): number {
    return this.#count;
  }

  /** Notes a request; requests come in order. @param packed its event ids as its row has them */
  add(request: number, packed: Uint8Array | string): void {
    if (typeof packed === 'string') {
      for (const id of readUnlessDamaged(() => unpackIds(packed)) ?? [])
        this.#note(numberOf(id), request);
      return;
    }
    const words = wordsOf(packed);
    for (let at = 0; at < words.length; at += WORDS_PER_ID) this.#note(mix(words, at), request);
  }

  /** The requests that may hold an event, the first of them first. */
  findRequests(eventId: string): readonly number[] {
    if (this.#count === 0) return NONE;
    const number = numberOf(eventId);
    const mask = this.#numbers.length - 1;
    let cell = number & mask;
    if (this.#numbers[cell] === EMPTY) return NONE;
    const found = new Set<number>();
    for (; this.#numbers[cell] !== EMPTY; cell = (cell + 1) & mask) {
      if (this.#numbers[cell] === number) found.add(this.#requests[cell]!);
    }
    return [...found];
  }

  clear(): void {
    this.#numbers = new Int32Array(FEWEST_BUCKETS).fill(EMPTY);
    this.#requests = new Float64Array(FEWEST_BUCKETS);
    this.#count = 0;
  }

  #note(number: number, request: number): void {
    if (this.#count * 2 >= this.#numbers.length) this.#grow();
    this.#count++;
    this.#put(number, request);
  }

  #put(number: number, request: number): void {
    const mask = this.#numbers.length - 1;
    let cell = number & mask;
    while (this.#numbers[cell] !== EMPTY) cell = (cell + 1) & mask;
    this.#numbers[cell] = number;
    this.#requests[cell] = request;
  }

  #grow(): void {
    const [numbers, requests] = [this.#numbers, this.#requests];
    this.#numbers = new Int32Array(numbers.length * 2).fill(EMPTY);
    this.#requests = new Float64Array(numbers.length * 2);
    // From a free place on, so that what is in a row stays in its order, also around the end.
    const first = numbers.indexOf(EMPTY);
    for (let step = 0; step < numbers.length; step++) {
      const cell = (first + step) & (numbers.length - 1);
      if (numbers[cell] !== EMPTY) this.#put(numbers[cell]!, requests[cell]!);
    }
  }
}

const NONE: readonly number[] = [];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The same number for an id in a packed row and for its text. */
function numberOf(id: string): number {
  if (UUID.test(id)) return mix(wordsOf(Buffer.from(id.replaceAll('-', ''), 'hex')), 0);
  const words = new Uint32Array(WORDS_PER_ID);
  for (let at = 0; at < id.length; at++)
    words[at & 3] = Math.imul(words[at & 3]!, 31) + id.charCodeAt(at);
  return mix(words, 0);
}

/** Packed ids as words, in whichever order this machine has their bytes. */
function wordsOf(packed: Uint8Array): Uint32Array {
  // Words begin at multiples of four: where the bytes do not, they are copied.
  const bytes = packed.byteOffset % 4 === 0 ? packed : new Uint8Array(packed);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}

/** 30 bits. UUIDs may be alike in most of their digits (time, counters): all of them take part. */
function mix(words: Uint32Array, at: number): number {
  let number = Math.imul(words[at]!, 0x9e3779b1) ^ Math.imul(words[at + 1]!, 0x85ebca6b);
  number ^= Math.imul(words[at + 2]!, 0xc2b2ae35) ^ Math.imul(words[at + 3]!, 0x27d4eb2f);
  // A word's low bits alone decide about the low bits of its product: the high ones are folded in
  // before and after.
  number = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return (number ^ (number >>> 13)) & 0x3fffffff;
}
