import { expect, it } from 'vitest';

import { Mailbox } from '../../../src/sources/mailbox.js';

/** Starts writers that wait for room, and counts those that have got it. */
function startWriters(mailbox: Mailbox<number>, count: number, most: number) {
  let done = 0;
  const writers = Array.from({ length: count }, async () => {
    await mailbox.room(most);
    done++;
  });
  return { all: Promise.all(writers), countDone: () => done };
}

it('lets every writer go on when the reader has taken what was there', async () => {
  const mailbox = new Mailbox<number>();
  mailbox.put(1);
  const writers = startWriters(mailbox, 4, 1);
  const { value } = await mailbox.read().next();
  expect(value).toEqual([1]);
  await writers.all;
  expect(writers.countDone()).toBe(4);
});

it('lets every writer go on when it is resumed, and at its end', async () => {
  const resumed = new Mailbox<number>();
  resumed.pause();
  const waiting = startWriters(resumed, 4, 100);
  resumed.resume();
  await waiting.all;
  const ended = new Mailbox<number>();
  ended.pause();
  const leaving = startWriters(ended, 4, 100);
  ended.end();
  await leaving.all;
  expect([waiting.countDone(), leaving.countDone()]).toEqual([4, 4]);
});

it('keeps writers waiting while it is paused', async () => {
  const mailbox = new Mailbox<number>();
  mailbox.put(1);
  mailbox.pause();
  const writers = startWriters(mailbox, 2, 1);
  await mailbox.read().next();
  await new Promise(setImmediate);
  expect(writers.countDone()).toBe(0);
  mailbox.resume();
  await writers.all;
});
