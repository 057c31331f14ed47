import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders in which distributions install libfaketime. */
const PLACES = ['/usr/lib', '/usr/lib64'];

/**
 * Finds libfaketime, which changes the clock of one process; undefined where it is not installed.
 */
function findFaketime(): string | undefined {
  return PLACES.flatMap((place) => [
    join(place, 'faketime'),
    ...(existsSync(place) ? readdirSync(place).map((name) => join(place, name, 'faketime')) : []),
  ])
    .map((folder) => join(folder, 'libfaketime.so.1'))
    .find((path) => existsSync(path));
}

/**
 * Variables that give a process another clock; undefined where libfaketime is not installed.
 * @param time `+1h` for a clock that is ahead, or `2026-12-01 12:00:00` for one that stands
 */
export function fakeTime(time: string): NodeJS.ProcessEnv | undefined {
  const library = findFaketime();
  if (library === undefined) {
    console.warn('libfaketime is not installed: no test runs with a wrong clock.');
    return undefined;
  }
  return { LD_PRELOAD: library, FAKETIME: time, FAKETIME_DONT_FAKE_MONOTONIC: '1', TZ: 'UTC' };
}
