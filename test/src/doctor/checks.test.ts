import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkDisk, formatBytes, checkRoom } from '../../../src/doctor/disk.js';
import { checkFiles } from '../../../src/doctor/files.js';
import { checkGoals, checkMappings } from '../../../src/doctor/goals.js';
import { checkGrantEnd } from '../../../src/doctor/grant.js';
import { checkClock } from '../../../src/doctor/reach.js';
import { amazon } from '../../../src/networks/amazon/amazon.js';
import { makeAmazonConnection } from '../../kit/amazon.js';
import { makeFolder } from '../../kit/log.js';
import { PURCHASE } from '../../kit/plan-context.js';

const NOW_MS = Date.UTC(2026, 10, 25);
const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

test.each([
  ['right', 0, 'pass'],
  ['a Date header cuts its second', 900, 'pass'],
  ['a little ahead', 20_000, 'warn'],
  ['a little slow', -20_000, 'warn'],
  ['as far ahead as Amazon takes an event', 5 * MINUTE_MS, 'fail'],
  ['an hour slow', -60 * MINUTE_MS, 'fail'],
])('the clock: %s', (_name, skewMs, result) => {
  const check = checkClock({ theirsMs: NOW_MS, oursMs: NOW_MS + skewMs }, 5 * MINUTE_MS);
  expect(check.result).toBe(result);
  if (result !== 'pass') expect(check.message).toContain(skewMs > 0 ? 'ahead' : 'behind');
});

test.each([
  [10_000_000, 'fail'],
  [200_000_000, 'warn'],
  [5_000_000_000, 'pass'],
])('%d bytes of room', (bytes, result) => {
  expect(checkRoom(bytes, '/var').result).toBe(result);
});

test('room is asked for where the folder will be', () => {
  expect(checkDisk(join(makeFolder(), 'not', 'yet')).message).toMatch(/free at .*postback-test-/);
  expect([999, 1_500_000, 12_000_000_000].map(formatBytes)).toEqual(['1 kB', '1 MB', '12 GB']);
});

test.each([
  ['unknown', undefined, []],
  ['far away', 300 * DAY_MS, ['pass']],
  ['in a week', 7 * DAY_MS, ['warn']],
  ['past', -DAY_MS, ['fail']],
])('the end of a consent: %s', (_name, leftMs, results) => {
  const grantExpiresAt =
    leftMs === undefined ? {} : { grantExpiresAt: new Date(NOW_MS + leftMs).toISOString() };
  const checks = checkGrantEnd(makeAmazonConnection(grantExpiresAt), NOW_MS);
  expect(checks.map(({ result }) => result)).toEqual(results);
});

describe('files', () => {
  function lay(
    name: string,
    mode: number,
  ): { directories: { config: string; data: string }; workspace: string } {
    const folder = makeFolder();
    const directories = { config: join(folder, 'config'), data: join(folder, 'data') };
    mkdirSync(directories.config);
    writeFileSync(join(directories.config, name), '{}');
    chmodSync(join(directories.config, name), mode);
    return { directories, workspace: 'default' };
  }

  test.each([
    ['credentials.json', 0o600, 'linux', 'pass'],
    ['credentials.json', 0o644, 'linux', 'fail'],
    ['credentials.json', 0o640, 'darwin', 'fail'],
    ['credentials.json', 0o644, 'win32', 'pass'],
    ['config.json', 0o644, 'linux', 'warn'],
  ])('%s with %o on %s', (name, mode, platform, result) => {
    const [check] = checkFiles({ ...lay(name, mode), platform });
    expect(check?.result).toBe(result);
    if (result !== 'pass') expect(check?.next).toMatch(/^chmod 600 .*json$/);
  });

  test.each([
    ['the group', 0o770],
    ['everybody', 0o757],
  ])('B5: a config folder that %s may write to', (_who, mode) => {
    const parts = lay('credentials.json', 0o600);
    chmodSync(parts.directories.config, mode);
    const [check] = checkFiles({ ...parts, platform: 'linux' });
    expect(check).toMatchObject({ result: 'fail', next: `chmod 700 ${parts.directories.config}` });
    expect(checkFiles({ ...parts, platform: 'win32' }).map(({ result }) => result)).toEqual([
      'pass',
    ]);
  });

  test('a folder in the place of a file', () => {
    const parts = lay('config.json', 0o600);
    mkdirSync(join(parts.directories.config, 'credentials.json'));
    expect(checkFiles({ ...parts, platform: 'linux' }).map(({ result }) => result)).toEqual([
      'fail',
    ]);
  });
});

test('goals and mappings', () => {
  const connection = makeAmazonConnection({ api: 'capi-v1' });
  const results = (goals: (typeof PURCHASE)[]) =>
    checkMappings(amazon, goals, connection).map(({ result }) => result);
  expect(checkGoals([])).toMatchObject({ result: 'warn', next: 'postback goals add' });
  expect(checkGoals([{ ...PURCHASE, enabled: false }])).toMatchObject({
    next: 'postback goals enable purchase',
  });
  expect(results([PURCHASE])).toEqual(['pass']);
  expect(results([{ ...PURCHASE, map: {} }])).toEqual(['warn']);
  expect(results([{ ...PURCHASE, map: { amazon: 'not-digits' } }])).toEqual(['fail']);
  expect(results([{ ...PURCHASE, testMap: { amazon: 'x' } }])).toEqual(['fail']);
  expect(results([{ ...PURCHASE, map: {}, enabled: false }])).toEqual([]);
});
