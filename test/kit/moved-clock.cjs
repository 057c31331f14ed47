// Preloaded into a program that a test starts (`clock` of RunOptions). Its clock is ahead by
// CLOCK_AHEAD_MS and runs CLOCK_SPEED times as fast, as do its sleeps. Timers keep real time, since
// the limits of real requests are among them, unless CLOCK_TIMERS is set.
'use strict';
const { syncBuiltinESMExports } = require('node:module');
const timers = require('node:timers/promises');

const ahead = Number(process.env.CLOCK_AHEAD_MS);
const speed = Number(process.env.CLOCK_SPEED);
const RealDate = Date;
const start = RealDate.now();
const now = () => Math.round(start + ahead + (RealDate.now() - start) * speed);

class MovedDate extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now()] : args));
  }

  static now() {
    return now();
  }
}
// An assignment to a member would declare the global for TypeScript, of type any.
Object.assign(globalThis, { Date: MovedDate });

const sleep = timers.setTimeout;
timers.setTimeout = (ms, ...rest) => sleep(ms / speed, ...rest);
syncBuiltinESMExports();
if (process.env.CLOCK_TIMERS) {
  const setTimer = globalThis.setTimeout;
  Object.assign(globalThis, {
    setTimeout: (run, ms = 0, ...rest) => setTimer(run, ms / speed, ...rest),
  });
}
