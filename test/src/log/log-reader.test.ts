import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../../src/clock.js';
import type { LogReader } from '../../../src/log/log-reader.js';
import { openLogReader } from '../../../src/log/open-log.js';
import { openDatabase } from '../../../src/log/sqlite/database/database.js';
import type { ReplayCandidate } from '../../../src/log/stored-postback.js';
import { DELIVERED, makeEntry, makeFolder, openLog, THROTTLED, WORKSPACE } from '../../kit/log.js';

const ACCOUNT = '1234567890123';
const PENDING = { states: ['pending'] } as const;

let folder: string;
let path: string;

beforeEach(() => {
  folder = makeFolder();
  path = join(folder, 'delivery.db');
});

/** A run that delivered 1 and left 2 for later, and died with 3 in a request and 4 held. */
async function leaveDeadRun(): Promise<void> {
  const log = openLog(path);
  const { open } = await log.begin({ account: ACCOUNT, entries: [makeEntry(1)] });
  await log.finish({
    account: ACCOUNT,
    open: open!,
    result: { http: 200, latencyMs: 5, verdicts: [{ status: 'success', outcome: DELIVERED }] },
    again: [],
  });
  await log.storeUnsent({
    account: ACCOUNT,
    entries: [makeEntry(2)],
    claimed: true,
    state: 'pending',
    outcome: THROTTLED,
  });
  await log.begin({ account: ACCOUNT, entries: [makeEntry(3)] });
  await log.persistBuffered(ACCOUNT, [makeEntry(4)]);
  await log.abandon();
}

async function read<T>(work: (reader: LogReader) => Promise<T>): Promise<T> {
  const reader = (await openLogReader({ path, workspace: WORKSPACE, clock: systemClock }))!;
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

/** Everything that a plan or a status is made of. */
function readAnswers() {
  return read(async (reader) => {
    const pending: ReplayCandidate[] = [];
    for await (const some of reader.listUndelivered(PENDING)) pending.push(...some);
    const states = await reader.findStates(
      [1, 2, 3, 4, 5].map((number) => makeEntry(number).postback),
    );
    const activity = (await reader.readActivity(0)).get('amazon');
    return {
      // The time of a recovery is that of the look.
      pending: pending
        .map(({ updatedMs: _updatedMs, ...rest }) => rest)
        .sort((a, b) => (a.postback.id < b.postback.id ? -1 : 1)),
      states: states.map((state) =>
        typeof state === 'string' ? state : [state.state, state.run, state.attempts],
      ),
      activity,
    };
  });
}

function hashFolder(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('-shm') && name !== 'runs');
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(names.map((name) => [name, hash(name)]));
}

describe('a reader of a log that a dead run left', () => {
  test('answers as it does after the next run has recovered it', async () => {
    await leaveDeadRun();
    const before = await readAnswers();
    await openLog(path).close({});
    const after = await readAnswers();
    expect(before).toEqual(after);
    expect(before.states).toEqual([
      'known',
      ['pending', undefined, 0],
      ['pending', undefined, 1],
      ['pending', undefined, 0],
      'unknown',
    ]);
    expect(before.activity).toMatchObject({ delivered: 1, pending: 3 });
  });

  test('changes nothing in the folder of the log', async () => {
    await leaveDeadRun();
    const before = hashFolder();
    await readAnswers();
    expect(hashFolder()).toEqual(before);
  });

  test('filters what the run left as it filters rows', async () => {
    await leaveDeadRun();
    const list = (filter: object) =>
      read(async (reader) => {
        const found: string[] = [];
        for await (const some of reader.listUndelivered({ ...PENDING, ...filter })) {
          found.push(...some.map(({ postback }) => postback.eventId));
        }
        return found.sort();
      });
    const [two, three, four] = [2, 3, 4].map((number) => makeEntry(number).postback.eventId);
    expect(await list({ eventIds: [three] })).toEqual([three]);
    expect(await list({ reasons: ['interrupted'] })).toEqual([three, four].sort());
    expect(await list({ reasons: ['http_429'] })).toEqual([two]);
    expect(await list({ networks: ['meta'] })).toEqual([]);
    expect(await list({ https: [429] })).toEqual([]);
  });
});

test('leaves no file next to a log that no process has open', async () => {
  await openLog(path).close({});
  const before = readdirSync(folder).sort();
  expect(await readAnswers()).toMatchObject({ pending: [] });
  expect(readdirSync(folder).sort()).toEqual(before);
});

test('keeps what a run commits and leaves while the log is read', async () => {
  await openLog(path).close({});
  await read(async (reader) => {
    const log = openLog(path);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [makeEntry(1)],
      state: 'pending',
      outcome: THROTTLED,
    });
    await log.close({});
    expect(await reader.findStates([makeEntry(1).postback])).toMatchObject([{ state: 'pending' }]);
  });
  expect(await readAnswers()).toMatchObject({
    states: [['pending', undefined, 0], 'unknown', 'unknown', 'unknown', 'unknown'],
  });
});

test('is not there where nothing was ever sent, and makes no log', async () => {
  expect(await openLogReader({ path, workspace: WORKSPACE, clock: systemClock })).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});

test('stages people for a plan in memory', async () => {
  await openLog(path).close({});
  await read(async (reader) => {
    const staging = reader.stageMemberships('list');
    expect(
      await staging.add([
        { member: 'm', action: 'CREATE', digest: 'd', names: [], encrypted: '', content: '{}' },
      ]),
    ).toBe(0);
    for await (const page of staging.pages())
      expect(page).toMatchObject([{ staged: { member: 'm' }, known: undefined }]);
  });
});

test('names a log that a newer program wrote', async () => {
  await openLog(path).close({});
  const database = openDatabase(path, 'normal');
  database.exec('PRAGMA user_version = 99');
  database.close();
  await expect(
    openLogReader({ path, workspace: WORKSPACE, clock: systemClock }),
  ).rejects.toMatchObject({
    code: 'log_too_new',
  });
});
