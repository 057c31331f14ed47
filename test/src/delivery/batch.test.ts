import fc from '../../kit/property.js';
import { describe, expect, it } from 'vitest';

import type { Batch, Item } from '../../../src/delivery/batch.js';
import { Batcher, halve } from '../../../src/delivery/batch.js';
import type { Channel } from '../../../src/networks/network.js';
import { openAmazon } from '../../kit/amazon.js';
import { LIMITS, makeItem } from './items.js';

/** A channel whose events are as large as their number says. */
function openChannel(sizes: readonly number[]): Channel {
  const sizeOf: Channel['sizeOf'] = ({ postback }) =>
    sizes[(postback.facts as { number: number }).number] as number;
  return { ...openAmazon(), limits: LIMITS, sizeOf, envelopeOf: () => 0 };
}

function fill(sizes: readonly number[]): Item[][] {
  const batcher = new Batcher(openChannel(sizes));
  const full = sizes.map((_, number) => batcher.add(makeItem(number)));
  return [...full, ...batcher.takeAll()]
    .filter((batch): batch is Batch => batch !== undefined)
    .map(({ items }) => items);
}

describe('what never shares a request', () => {
  const change = (item: Item, test: boolean): Item => ({
    ...item,
    outgoing: { ...item.outgoing, postback: { ...item.outgoing.postback, test } },
  });
  const numbersOf = (batches: readonly (Batch | undefined)[]): number[][] =>
    batches
      .filter((batch) => batch !== undefined)
      .map(({ items }) =>
        items.map(({ outgoing }) => (outgoing.postback.facts as { number: number }).number),
      );

  it('is test and real, and test events go in as few as the network wants', () => {
    const batcher = new Batcher({
      ...openChannel([1, 1, 1, 1, 1]),
      limits: { ...LIMITS, maxTestEvents: 1 },
    });
    const full = [0, 1, 2, 3, 4].map((number) =>
      batcher.add(change(makeItem(number), number % 2 === 1)),
    );
    expect(numbersOf(full)).toEqual([[1], [3]]);
    expect(numbersOf(batcher.takeAll())).toEqual([[0, 2, 4]]);
    expect(batcher.takeAll()).toEqual([]);
  });

  it('is what the network keeps apart', () => {
    const groupOf: Channel['groupOf'] = ({ postback }) =>
      String((postback.facts as { number: number }).number % 3);
    const batcher = new Batcher({ ...openChannel([1, 1, 1, 1, 1, 1, 1]), groupOf });
    for (const number of [0, 1, 2, 3, 4, 5, 6]) batcher.add(makeItem(number));
    expect(numbersOf(batcher.takeAll())).toEqual([
      [0, 3, 6],
      [1, 4],
      [2, 5],
    ]);
  });
});

describe('a batcher', () => {
  it.each<[sizes: number[], batches: number[]]>([
    [[], []],
    [[10], [1]],
    [[10, 10, 10, 10], [4]],
    [
      [10, 10, 10, 10, 10],
      [4, 1],
    ],
    [
      [400, 400, 400],
      [2, 1],
    ],
    [
      [999, 999],
      [1, 1],
    ],
    [
      [5000, 10],
      [1, 1],
    ],
    [
      [10, 5000, 10],
      [1, 1, 1],
    ],
  ])('makes of events of %j bytes batches of %j', (sizes, batches) => {
    expect(fill(sizes).map((items) => items.length)).toEqual(batches);
  });

  it('loses none, keeps their order, and holds to both limits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_500 }), { maxLength: 40 }), (sizes) => {
        const batches = fill(sizes);
        const numbers = batches
          .flat()
          .map(({ outgoing }) => (outgoing.postback.facts as { number: number }).number);
        expect(numbers).toEqual(sizes.map((_, index) => index));
        for (const items of batches) {
          const bytes = items.reduce(
            (sum, { outgoing }) => sum + openChannel(sizes).sizeOf(outgoing) + 1,
            0,
          );
          expect(items.length).toBeLessThanOrEqual(LIMITS.maxEvents);
          // One that is too large by itself goes alone: the network has the last word.
          if (items.length > 1) expect(bytes).toBeLessThanOrEqual(LIMITS.maxBytes);
        }
      }),
    );
  });
});

describe('halve', () => {
  it.each([
    [2, [1, 1]],
    [3, [2, 1]],
    [100, [50, 50]],
  ])('%d', (count, sizes) => {
    const items = Array.from({ length: count }, (_, number) => makeItem(number));
    const halves = halve(items);
    expect(halves.map(({ length }) => length)).toEqual(sizes);
    expect(halves.flat()).toEqual(items);
  });
});
