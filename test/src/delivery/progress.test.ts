import { describe, expect, it } from 'vitest';

import { Progress } from '../../../src/delivery/progress.js';
import { Underway } from '../../../src/delivery/underway.js';
import type { Place } from '../../../src/events/place.js';
import { makeEntry } from '../../kit/log.js';

const place = (line: number): Place => ({ device: '1', inode: '1', offset: line * 10, line, head: '', headBytes: 0 });
const postback = (number: number) => makeEntry(number).postback;

function begin() {
  const underway = new Underway();
  return { underway, progress: new Progress(underway) };
}

describe('a place is reached', () => {
  it('when everything before it is in the log, whatever comes behind', () => {
    const { underway, progress } = begin();
    underway.add(postback(1));
    progress.note('a', place(1));
    underway.add(postback(2));
    progress.note('a', place(2));
    underway.add(postback(3));
    underway.delete(postback(2));
    expect(progress.reach()).toEqual([]);
    underway.delete(postback(1));
    expect(progress.reach()).toMatchObject([{ path: 'a', place: place(2) }]);
    expect(progress.reach()).toEqual([]);
  });

  it('at once where nothing was planned, in each file', () => {
    const { progress } = begin();
    progress.note('a', place(1));
    progress.note('a', place(2));
    progress.note('b', place(7));
    expect(progress.reach()).toMatchObject([
      { path: 'a', place: place(2) },
      { path: 'b', place: place(7) },
    ]);
  });

  it('never where something before it was left pending', () => {
    const { underway, progress } = begin();
    progress.note('a', place(1));
    underway.add(postback(1));
    progress.note('a', place(2));
    underway.leave(postback(1));
    // It comes back from its row and leaves: the place stays behind it, as nobody counts what waits in rows.
    underway.add(postback(1));
    underway.delete(postback(1));
    progress.note('a', place(3));
    expect(progress.reach()).toMatchObject([{ place: place(1) }]);
    expect(progress.reach()).toEqual([]);
  });

  it('in time, however many wait', () => {
    const { underway, progress } = begin();
    underway.add(postback(1));
    for (let line = 1; line <= 5000; line++) progress.note('a', place(line));
    underway.delete(postback(1));
    const [first] = progress.reach();
    expect(first?.place?.line).toBeLessThan(5000);
    progress.note('a', place(5001));
    expect(progress.reach()).toMatchObject([{ place: place(5001) }]);
  });
});

describe('at its end a run', () => {
  it('leaves the places that it reached where it did not read all or was stopped', () => {
    const { progress } = begin();
    progress.enter('a');
    progress.note('a', place(1));
    expect(progress.end(false)).toMatchObject([{ path: 'a', place: place(1) }]);
    progress.note('a', place(2));
    progress.finish();
    expect(progress.end(true)).toMatchObject([{ path: 'a', place: place(2) }]);
  });

  it('leaves none of any file where it read all', () => {
    const { progress } = begin();
    progress.enter('a');
    progress.enter('b');
    progress.note('a', place(1));
    progress.finish();
    expect(progress.end(false)).toEqual([
      { path: 'a', place: undefined },
      { path: 'b', place: undefined },
    ]);
  });
});
