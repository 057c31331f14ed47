import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { keepHeapSmall, type HeapCare } from '../../../src/delivery/heap.js';

let settled = 0;
let heap: HeapCare;

beforeEach(() => {
  vi.useFakeTimers();
  settled = 0;
  heap = keepHeapSmall(() => (settled += 1));
});

afterEach(() => {
  heap.end();
  vi.useRealTimers();
});

test('a run is settled a moment after the first answer, once', () => {
  vi.advanceTimersByTime(2_000);
  expect(settled).toBe(0);
  heap.answered();
  vi.advanceTimersByTime(299);
  heap.answered();
  expect(settled).toBe(0);
  vi.advanceTimersByTime(1);
  expect(settled).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect(settled).toBe(1);
});

test('and after five seconds where none comes', () => {
  vi.advanceTimersByTime(5_000);
  expect(settled).toBe(1);
  heap.answered();
  vi.advanceTimersByTime(1_000);
  expect(settled).toBe(1);
});

test('a run that ends before is not', () => {
  heap.answered();
  vi.advanceTimersByTime(200);
  heap.end();
  vi.advanceTimersByTime(60_000);
  expect(settled).toBe(0);
});
