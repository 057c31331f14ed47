import type { Outgoing } from '../networks/network.js';
import type { Item } from './batch.js';

const MAX_DEPTH = 4;
/**
 * Part of a whole that is passed over from one pick to the next: no pattern of the input lies in
 * step with it.
 */
const GOLDEN_RATIO = 0.618_033_988_749_895;
const WORD = /^[A-Za-z_.-]{1,24}$/;
const HASH = /^[0-9a-f]{64}$/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * Picks the events to send one by one when a whole batch was refused, most informative first: some
 * that are like most of the batch, taken from all over it, in turn with the one that is least like
 * the others. One that is taken shows that the cause is not shared, so the odd ones have to be
 * among those that are tried.
 */
export function pickProbes(items: readonly Item[], count: number): Item[] {
  const picked = new Set<Item>();
  const odd = listOddFirst(items);
  for (let step = 0; picked.size < Math.min(count, items.length); step++) {
    const spread = items[Math.floor(((step * GOLDEN_RATIO) % 1) * items.length)] as Item;
    picked.add(spread);
    const rare = odd.find((item) => !picked.has(item));
    if (rare && picked.size < count) picked.add(rare);
    // What the steps have not met after so many is taken in order.
    if (step > items.length * 2)
      for (const item of items) if (picked.size < count) picked.add(item);
  }
  return [...picked];
}

/** One event of each shape, the rarest shape first; none where all have one shape. */
function listOddFirst(items: readonly Item[]): Item[] {
  const shapes = new Map<string, Item[]>();
  for (const item of items) {
    const shape = describeShape(item.outgoing);
    const known = shapes.get(shape);
    if (known) known.push(item);
    else shapes.set(shape, [item]);
  }
  if (shapes.size === 1) return [];
  return [...shapes.values()].sort((a, b) => a.length - b.length).map(([first]) => first as Item);
}

/**
 * What an event has and of which kind, without what is its own: fields, words, signs; no ids,
 * hashes or amounts.
 */
export function describeShape({ postback, mapping }: Outgoing): string {
  const { event, goal, test, value, currency, facts } = postback;
  return JSON.stringify([
    event,
    goal,
    test,
    mapping,
    currency,
    shapeOf(value, 0),
    shapeOf(facts, 0),
  ]);
}

function shapeOf(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shapeOfText(value);
  if (typeof value === 'number') return Math.sign(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, 3).map((part) => shapeOf(part, depth + 1));
  return Object.entries(value).map(([name, part]) => [name, shapeOf(part, depth + 1)]);
}

function shapeOfText(text: string): string {
  if (WORD.test(text)) return text;
  if (HASH.test(text)) return '#';
  if (NUMBER.test(text)) return text.startsWith('-') ? '-0' : '0';
  return text === '' ? '' : '*';
}
