import type { Batch, Item } from '../../../src/delivery/batch.js';
import type { Limits } from '../../../src/networks/network.js';
import { makeEntry } from '../../kit/log.js';

export const LIMITS: Limits = {
  maxEvents: 4,
  maxBytes: 1_000,
  requestsPerSecond: 0,
  windowMs: 7 * 86_400_000,
  futureMs: 300_000,
};

/** A postback on its way, with `tries` attempts in this run. */
export function makeItem(
  number: number,
  parts: { eventTimeMs?: number; tries?: number } = {},
): Item {
  const entry = makeEntry(number);
  const { eventTimeMs = entry.postback.eventTimeMs, tries = 0 } = parts;
  const postback = { ...entry.postback, eventTimeMs };
  return { outgoing: { postback, mapping: '1' }, entry: { postback, attempts: tries }, tries };
}

export function makeBatch(items: readonly Item[]): Batch {
  return { items: [...items], notBeforeMs: 0 };
}
