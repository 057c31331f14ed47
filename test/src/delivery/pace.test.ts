import { expect, test } from 'vitest';
import { toQueuePace, type QueuePace } from '../../../src/delivery/pace.js';

test.each<[number, QueuePace]>([
  [0, {}],
  [1, { interval: 1000, intervalCap: 1 }],
  [5, { interval: 1000, intervalCap: 5 }],
  [0.5, { interval: 2000, intervalCap: 1 }],
  [2.5, { interval: 400, intervalCap: 1 }],
  [0.000_000_001, { interval: 2_147_483_647, intervalCap: 1 }],
  [100.5, { interval: 1000, intervalCap: 100 }],
])('a rate of %d requests a second is kept', (rate, pace) => {
  expect(toQueuePace(rate)).toEqual(pace);
});
