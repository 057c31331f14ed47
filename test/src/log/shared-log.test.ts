import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import { beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.js';
import { PostbackError } from '../../../src/errors.js';
import type { DeliveryLog } from '../../../src/log/delivery-log.js';
import type { Entry, OpenRequest } from '../../../src/log/entry.js';
import { SqliteLogReader } from '../../../src/log/sqlite/reading/sqlite-log-reader.js';
import {
  openContext,
  makeEntry,
  makeFolder,
  openLog,
  readPlanState,
  THROTTLED,
  WORKSPACE,
} from '../../kit/log.js';

const ACCOUNT = '1234567890123';

let path: string;
beforeEach(() => {
  path = join(makeFolder(), WORKSPACE, 'delivery.db');
});

async function begin(log: DeliveryLog, entries: Entry[]): Promise<OpenRequest> {
  const { open } = await log.begin({ account: ACCOUNT, entries: entries });
  if (!open) throw new Error('every entry was taken');
  return open;
}

describe('A6: a goal that counts once per player', () => {
  const once = (number: number): Entry => {
    const entry = makeEntry(number);
    return { ...entry, postback: { ...entry.postback, once: true, person: 'player-1' } };
  };

  it('holds its slot from the moment its postback is recorded as pending', async () => {
    const log = openLog(path);
    expect(
      await log.storeUnsent({
        account: ACCOUNT,
        entries: [once(1)],
        state: 'pending',
        outcome: THROTTLED,
      }),
    ).toEqual([]);
    const { open, dropped } = await log.begin({ account: ACCOUNT, entries: [once(2)] });
    expect(open).toBeUndefined();
    expect(dropped).toMatchObject([{ reason: 'already_counted' }]);
    const [entry] = await log.claim([{ id: once(1).postback.id }]);
    expect(
      (await log.begin({ account: ACCOUNT, entries: [entry as Entry] })).open?.entries,
    ).toHaveLength(1);
    await log.close({});
  });

  it('drops a second pending postback, and says so', async () => {
    const log = openLog(path);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [once(1)],
      state: 'pending',
      outcome: THROTTLED,
    });
    const dropped = await log.storeUnsent({
      account: ACCOUNT,
      entries: [once(2)],
      state: 'pending',
      outcome: THROTTLED,
    });
    expect(dropped).toMatchObject([{ reason: 'already_counted' }]);
    expect(log.postbackState(once(2).postback)).toBe('unknown');
    await log.close({});
  });

  it('tells a replay what another conversion was counted for', async () => {
    const log = openLog(path);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [once(1)],
      state: 'pending',
      outcome: THROTTLED,
    });
    const row = log.postbackState(once(1).postback);
    await log.write(() => log.database.exec("UPDATE once_lock SET postback = 'another'"));
    if (typeof row === 'string') throw new Error('no row');
    expect(await log.reclaim([row])).toMatchObject({
      claimed: [],
      taken: [],
      counted: [{ id: once(1).postback.id }],
    });
    expect(log.postbackState(once(1).postback)).toBe('unknown');
    await log.close({});
  });
});

describe('A2: what another run is delivering', () => {
  it('is elsewhere while that run lives, and claimed once it is dead', async () => {
    const first = openLog(path);
    await begin(first, [makeEntry(1)]);
    await first.storeUnsent({
      account: ACCOUNT,
      entries: [makeEntry(2)],
      claimed: true,
      state: 'pending',
      outcome: THROTTLED,
    });
    const second = openLog(path);
    const keys = [makeEntry(1).postback, makeEntry(2).postback, makeEntry(3).postback];
    const asked = keys.map((postback) => ({ postback, account: ACCOUNT }));
    const states = await Promise.all(keys.map((key) => readPlanState(second, key)));
    expect(states).toEqual(['pending', 'pending', 'new']);
    expect(await second.inquire(asked)).toEqual(['elsewhere', 'elsewhere', 'unknown']);
    await first.abandon();
    await second.recoverAbandonedRuns();
    expect(await second.inquire(asked)).toMatchObject([
      { attempts: 1 },
      { attempts: 0 },
      'unknown',
    ]);
    await second.close({});
  });

  it('a run that was taken over writes nothing more', async () => {
    const first = openLog(path);
    await begin(first, [makeEntry(1)]);
    first.database.exec("UPDATE run SET machine = 'another', host = 'another', alive = 0");
    const second = openLog(path);
    await second.recoverAbandonedRuns();
    await second.close({});
    await expect(begin(first, [makeEntry(2)])).rejects.toMatchObject({
      kind: 'network',
      code: 'run_taken_over',
    });
    await first.abandon();
  });
});

it('C8: a log that is a directory, or another database, is refused by name', () => {
  const codeOf = (open: () => unknown): string => {
    try {
      open();
      return 'opened';
    } catch (error) {
      return error instanceof PostbackError ? `${error.kind} ${error.code}` : String(error);
    }
  };
  mkdirSync(path, { recursive: true });
  expect(codeOf(() => openLog(path))).toBe('internal log_damaged');
  const other = join(makeFolder(), 'delivery.db');
  const database = new DatabaseSync(other);
  database.exec('CREATE TABLE meta (x)');
  database.close();
  expect(codeOf(() => openLog(other))).toBe('internal log_damaged');
});

it.each([0, 5, 9, 99])(
  'C8: the database of another program (user_version %i) is refused and not changed',
  (version) => {
    const other = join(makeFolder(), 'delivery.db');
    const database = new DatabaseSync(other);
    database.exec(
      `CREATE TABLE meta (x); INSERT INTO meta VALUES (1); PRAGMA user_version = ${version}`,
    );
    database.close();
    const before = readFileSync(other);
    for (const open of [
      openLog,
      (path: string) => SqliteLogReader.open(path, WORKSPACE, systemClock),
    ]) {
      expect(() => open(other)).toThrow(/is not a delivery log/);
      expect(readFileSync(other).equals(before)).toBe(true);
      expect(existsSync(`${other}-wal`)).toBe(false);
    }
  },
);

it('C11: a log whose write-ahead file is missing is not taken for an empty one', () => {
  mkdirSync(join(path, '..'), { recursive: true });
  const lost = new DatabaseSync(path);
  lost.exec('PRAGMA journal_mode = WAL');
  lost.close();
  expect(() => openLog(path)).toThrow(/write-ahead file .* is missing or damaged/);
});

it('A5: a second look at an open log keeps its locks, so that the sqlite3 shell leaves the log alone', async () => {
  if (spawnSync('sqlite3', ['--version']).status !== 0) {
    console.log('skipped: there is no sqlite3 on this machine');
    return;
  }
  const log = openLog(path);
  await begin(log, [makeEntry(1)]);
  openContext(path).database.close();
  // The shell removes the write-ahead file when it takes itself for the last to close the log.
  spawnSync('sqlite3', [path, 'SELECT count(*) FROM request']);
  expect(existsSync(`${path}-wal`)).toBe(true);
  await begin(log, [makeEntry(2)]);
  const counted = spawnSync('sqlite3', [
    path,
    'SELECT count(*) FROM request; PRAGMA integrity_check',
  ]);
  expect(String(counted.stdout).trim()).toBe('2\nok');
  await log.close({});
});

describe('C11: a log that has lost its newest commits', () => {
  it('is noticed when its write-ahead file is gone after a checkpoint', async () => {
    const log = openLog(path);
    await begin(log, [makeEntry(1)]);
    await log.close({});
    const checkpointed = readFileSync(path);
    const second = openLog(path);
    await begin(second, [makeEntry(2)]);
    await second.abandon();
    // What a machine has after kill -9 and without the write-ahead file.
    const note = join('runs', 'last-commit.json');
    const left = join(makeFolder(), WORKSPACE);
    mkdirSync(join(left, 'runs'), { recursive: true });
    writeFileSync(join(left, 'delivery.db'), checkpointed);
    copyFileSync(join(path, '..', note), join(left, note));
    expect(() => openLog(join(left, 'delivery.db'))).toThrow(/has lost its newest rows/);
    rmSync(join(left, note));
    await openLog(join(left, 'delivery.db')).close({});
  });

  it('is not seen in another log that takes its place', async () => {
    const log = openLog(path);
    await begin(log, [makeEntry(1)]);
    await log.close({});
    rmSync(path);
    await openLog(path).close({});
    await openLog(path).close({});
  });
});
