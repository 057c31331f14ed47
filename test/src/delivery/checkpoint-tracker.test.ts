import { describe, expect, it } from 'vitest';

import { CheckpointTracker } from '../../../src/delivery/checkpoint-tracker.js';
import { InFlightSet } from '../../../src/delivery/in-flight-set.js';
import type { Checkpoint } from '../../../src/events/source-position.js';
import { makeEntry } from '../../kit/log.js';

const at = (line: number): Checkpoint => ({
  device: '1',
  inode: '1',
  offset: line * 10,
  line,
  head: '',
  headBytes: 0,
});
const postback = (number: number) => makeEntry(number).postback;

function begin() {
  const inFlight = new InFlightSet();
  return { inFlight, tracker: new CheckpointTracker(inFlight) };
}

describe('a checkpoint holds', () => {
  it('when everything before it is recorded, whatever follows', () => {
    const { inFlight, tracker } = begin();
    inFlight.add(postback(1));
    tracker.note('a', at(1));
    inFlight.add(postback(2));
    tracker.note('a', at(2));
    inFlight.add(postback(3));
    inFlight.delete(postback(2));
    expect(tracker.listHeld()).toEqual([]);
    inFlight.delete(postback(1));
    expect(tracker.listHeld()).toMatchObject([{ path: 'a', checkpoint: at(2) }]);
  });

  it('with the batch that records the last postbacks before it, and not with another', () => {
    const { inFlight, tracker } = begin();
    for (const number of [1, 2, 3]) inFlight.add(postback(number));
    tracker.note('a', at(1));
    inFlight.add(postback(4));
    tracker.note('a', at(2));
    expect(tracker.listHeld({ postbacks: [postback(1), postback(2)] })).toEqual([]);
    expect(tracker.listHeld({ postbacks: [postback(4), postback(3), postback(2)] })).toEqual([]);
    const all = [1, 2, 3].map(postback);
    expect(tracker.listHeld({ postbacks: all })).toMatchObject([{ checkpoint: at(1) }]);
    expect(tracker.listHeld({ postbacks: [...all, postback(4)] })).toMatchObject([
      { checkpoint: at(2) },
    ]);
  });

  it('when the skips before it are recorded', () => {
    const { tracker } = begin();
    tracker.note('a', at(1), 0);
    tracker.note('a', at(2), 3);
    expect(tracker.listHeld()).toMatchObject([{ checkpoint: at(1) }]);
    expect(tracker.listHeld({ skips: 2 })).toMatchObject([{ checkpoint: at(1) }]);
    expect(tracker.listHeld({ skips: 3 })).toMatchObject([{ checkpoint: at(2) }]);
    tracker.noteSkips(3);
    expect(tracker.listHeld()).toMatchObject([{ checkpoint: at(2) }]);
  });

  it('at once where nothing was planned, in each file, and is saved once', () => {
    const { tracker } = begin();
    tracker.note('a', at(1));
    tracker.note('a', at(2));
    tracker.note('b', at(7));
    const held = tracker.listHeld();
    expect(held).toMatchObject([
      { path: 'a', checkpoint: at(2) },
      { path: 'b', checkpoint: at(7) },
    ]);
    tracker.noteSaved(held);
    tracker.noteSaved(held);
    expect(tracker.listHeld()).toEqual([]);
    tracker.note('b', at(8));
    expect(tracker.listHeld()).toMatchObject([{ path: 'b', checkpoint: at(8) }]);
  });

  it('in time, however many wait', () => {
    const { inFlight, tracker } = begin();
    inFlight.add(postback(1));
    for (let line = 1; line <= 5000; line++) tracker.note('a', at(line));
    inFlight.delete(postback(1));
    const held = tracker.listHeld();
    expect(held[0]?.checkpoint?.line).toBeLessThan(5000);
    tracker.noteSaved(held);
    tracker.note('a', at(5001));
    expect(tracker.listHeld()).toMatchObject([{ checkpoint: at(5001) }]);
  });
});

describe('at its end a run', () => {
  it('leaves the checkpoints that hold where it did not read everything or was stopped', () => {
    const { tracker } = begin();
    tracker.enter('a');
    tracker.note('a', at(1));
    expect(tracker.listAtEnd(false)).toMatchObject([{ path: 'a', checkpoint: at(1) }]);
    tracker.note('a', at(2));
    tracker.finish();
    expect(tracker.listAtEnd(true)).toMatchObject([{ path: 'a', checkpoint: at(2) }]);
  });

  it('deletes those of every file where it read everything', () => {
    const { tracker } = begin();
    tracker.enter('a');
    tracker.enter('b');
    tracker.note('a', at(1));
    tracker.finish();
    expect(tracker.listAtEnd(false)).toEqual([
      { path: 'a', checkpoint: undefined },
      { path: 'b', checkpoint: undefined },
    ]);
  });
});
