import { Buffer } from 'node:buffer';

import { unpackIds } from './packing.js';

const ID_BYTES = 16;

/**
 * Which of the requests that are not in the index yet may hold an event. Found by event ids as the rows have them: to hash tens
 * of thousands of postback ids, before the first of them is asked for, takes longer than all else at the start of a run.
 */
export class UnsortedIds {
  /** By a number that few event ids share; several requests where several goals count the same event. */
  readonly #requests = new Map<number, number | number[]>();
  #count = 0;

  /** How many postbacks they hold. */
  get count(): number {
    return this.#count;
  }

  /** Notes a request; requests come in order. @param packed its event ids as its row has them */
  add(request: number, packed: Uint8Array | string): void {
    if (typeof packed === 'string') {
      for (const id of unpackIds(packed)) this.#note(numberOf(id), request);
      return;
    }
    const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let at = 0; at < bytes.length; at += ID_BYTES) {
      const [one, two] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
      this.#note(mix(one, two, bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)), request);
    }
  }

  /** The requests that may hold an event, the first of them first. */
  findRequests(eventId: string): readonly number[] {
    if (this.#count === 0) return NONE;
    const found = this.#requests.get(numberOf(eventId));
    if (found === undefined) return NONE;
    return typeof found === 'number' ? [found] : found;
  }

  clear(): void {
    this.#requests.clear();
    this.#count = 0;
  }

  #note(number: number, request: number): void {
    this.#count++;
    const known = this.#requests.get(number);
    if (known === undefined) this.#requests.set(number, request);
    else if (typeof known === 'number') {
      if (known !== request) this.#requests.set(number, [known, request]);
    } else if (known.at(-1) !== request) known.push(request);
  }
}

const NONE: readonly number[] = [];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The same number for an id in a packed row and for its text. */
function numberOf(id: string): number {
  if (UUID.test(id)) {
    const word = (text: string): number => Number.parseInt(text, 16);
    const two = word(id.slice(9, 13) + id.slice(14, 18));
    return mix(word(id.slice(0, 8)), two, word(id.slice(19, 23) + id.slice(24, 28)), word(id.slice(28)));
  }
  let number = 0;
  for (let at = 0; at < id.length; at++) number = Math.imul(number, 31) + id.charCodeAt(at);
  return mix(number, id.length, 0, 0);
}

/** 30 bits, which Node keeps in place. UUIDs may be alike in most of their digits (time, counters): all of them take part. */
function mix(one: number, two: number, three: number, four: number): number {
  let number = Math.imul(one, 0x9e3779b1) ^ Math.imul(two, 0x85ebca6b);
  number ^= Math.imul(three, 0xc2b2ae35) ^ Math.imul(four, 0x27d4eb2f);
  number = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return (number ^ (number >>> 13)) & 0x3fffffff;
}
