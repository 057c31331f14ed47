import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import { beforeEach, describe, expect, it } from 'vitest';

import { PostbackError } from '../../../src/errors.js';
import type { DeliveryLog } from '../../../src/log/delivery-log.js';
import type { Entry, EntryVerdict, OpenRequest } from '../../../src/log/entry.js';
import { makeUuid } from '../../kit/events.js';
import {
  DELIVERED,
  makeEntry,
  makeFolder,
  openLog,
  readLog,
  REFUSED,
  THROTTLED,
  TO_FOURTH,
  TO_SIXTH,
  WORKSPACE,
} from '../../kit/log.js';

const ACCOUNT = '1234567890123';
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, settled: 'failed' };
const RETRY: EntryVerdict = { status: 'retried', outcome: THROTTLED };

let path: string;
beforeEach(() => {
  path = join(makeFolder(), WORKSPACE, 'delivery.db');
});

async function begin(log: DeliveryLog, entries: Entry[]): Promise<OpenRequest> {
  const { open } = await log.begin(ACCOUNT, entries);
  if (!open) throw new Error('every entry was taken');
  return open;
}

async function deliver(log: DeliveryLog, entries: Entry[], verdicts = entries.map(() => SUCCESS)): Promise<void> {
  const open = await begin(log, entries);
  await log.finish(ACCOUNT, open, { http: 207, latencyMs: 12.4, requestId: 'r-1', verdicts }, []);
}

describe('the delivery log', () => {
  it('is readable by its owner only', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1)]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
    await log.close({});
  });

  it('shows an attempt a postback, in the view of the sqlite3 shell too', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1), makeEntry(2)], [SUCCESS, FAILURE]);
    await log.skip([{ eventId: 'e-3', event: 'progression', reason: 'no_goal' }]);
    await log.close({});
    const rows = readLog(path, { statuses: ['success', 'failed', 'retried', 'skipped'] });
    expect(rows).toMatchObject([
      {
        status: 'success',
        eventId: makeUuid(1),
        http: 207,
        latencyMs: 12,
        attempt: 1,
        requestId: 'r-1',
        account: ACCOUNT,
      },
      { status: 'failed', eventId: makeUuid(2), kind: 'payload', reason: 'BAD_REQUEST', message: 'value is wrong' },
      { status: 'skipped', eventId: 'e-3', event: 'progression', reason: 'no_goal', attempt: null },
    ]);
    expect(rows[0]?.postbackId).toBe(makeEntry(1).postback.id);
    const shell = new DatabaseSync(path);
    const seen = shell.prepare('SELECT event_id, status, reason, attempt, goal FROM attempts').all();
    shell.close();
    expect(seen.map((row) => ({ ...(row as object) }))).toEqual([
      { event_id: makeUuid(1), status: 'success', reason: null, attempt: 1, goal: 'first-purchase' },
      { event_id: makeUuid(2), status: 'failed', reason: 'BAD_REQUEST', attempt: 1, goal: 'first-purchase' },
      { event_id: 'e-3', status: 'skipped', reason: 'no_goal', attempt: null, goal: null },
    ]);
  });

  it('knows what was delivered, failed and pending, also after it was opened anew', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1), makeEntry(2, 'no uuid')], [SUCCESS, FAILURE]);
    await log.settle(ACCOUNT, { entries: [makeEntry(3)], flight: undefined }, 'pending', THROTTLED);
    const check = (of: DeliveryLog): void => {
      expect(of.standing(makeEntry(1).postback)).toBe('known');
      expect(of.standing(makeEntry(2, 'no uuid').postback)).toMatchObject({ state: 'failed', reason: 'BAD_REQUEST' });
      expect(of.standing(makeEntry(3).postback)).toMatchObject({ state: 'pending', run: undefined });
      expect(of.standing(makeEntry(4).postback)).toBe('unknown');
    };
    check(log);
    await log.close({});
    const again = openLog(path);
    check(again);
    await again.close({});
  });

  it('tells goals with the same event apart', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1)]);
    expect(log.standing(makeEntry(1, makeUuid(1), 'other-goal').postback)).toBe('unknown');
    await log.close({});
  });

  it('counts attempts on and forgets the failure when a later attempt is delivered', async () => {
    const log = openLog(path);
    const open = await begin(log, [makeEntry(1), makeEntry(2)]);
    const rest = { ...makeEntry(2), attempts: 1 };
    const result = { http: 429, latencyMs: 1, verdicts: [SUCCESS, RETRY] };
    const [flight] = (await log.finish(ACCOUNT, open, result, [[rest]])) ?? [];
    const second = await log.begin(ACCOUNT, [rest], flight);
    await log.finish(ACCOUNT, second.open as OpenRequest, { http: 207, latencyMs: 1, verdicts: [SUCCESS] }, []);
    await log.close({});
    expect(readLog(path, { eventIds: [makeUuid(2)] })).toMatchObject([
      { status: 'retried', attempt: 1, http: 429, kind: 'throttled', reason: 'http_429' },
      { status: 'success', attempt: 2, http: 207 },
    ]);
  });

  it('lets a pending postback be claimed once, and takes it over from its row', async () => {
    const log = openLog(path);
    await log.settle(ACCOUNT, { entries: [makeEntry(1)], flight: undefined }, 'pending', THROTTLED);
    const other = openLog(path);
    const { id } = makeEntry(1).postback;
    const [claimed] = await log.claim([id]);
    expect(claimed).toMatchObject({ attempts: 0, stored: true, postback: { facts: { number: 1 } } });
    expect(await other.claim([id])).toEqual([undefined]);
    await deliver(log, [claimed as Entry]);
    expect(other.standing(makeEntry(1).postback)).not.toMatchObject({ state: 'failed' });
    await log.close({});
    const third = openLog(path);
    expect(third.standing(makeEntry(1).postback)).toBe('known');
    await third.close({});
    await other.close({});
  });

  it('never lets two runs send the same new postback', async () => {
    const log = openLog(path);
    const other = openLog(path);
    const [a, b] = await Promise.all([
      log.begin(ACCOUNT, [makeEntry(1), makeEntry(2)]),
      other.begin(ACCOUNT, [makeEntry(2), makeEntry(3)]),
    ]);
    const taken = [...(a.open?.entries ?? []), ...(b.open?.entries ?? [])].map(({ postback }) => postback.eventId);
    expect(taken.sort()).toEqual([makeUuid(1), makeUuid(2), makeUuid(3)]);
    await log.close({});
    await other.close({});
  });

  it('gives nothing to send where another run has taken everything', async () => {
    const log = openLog(path);
    const other = openLog(path);
    await deliver(other, [makeEntry(1)]);
    expect(await log.begin(ACCOUNT, [makeEntry(1)])).toMatchObject({ dropped: [{ reason: 'duplicate' }] });
    await log.close({});
    await other.close({});
  });

  it('finds a delivered postback through the sorted index as well as before', async () => {
    const log = openLog(path);
    for (let start = 0; start < 66_000; start += 2_000) {
      await deliver(
        log,
        Array.from({ length: 2_000 }, (_, index) => makeEntry(start + index)),
      );
    }
    await log.close({});
    const again = openLog(path);
    for (const number of [0, 1_999, 40_000, 65_535, 65_999]) {
      expect(again.standing(makeEntry(number).postback)).toBe('known');
    }
    expect(again.standing(makeEntry(66_000).postback)).toBe('unknown');
    expect(again.database.prepare('SELECT count(*) AS n FROM seen').get()?.['n']).toBeGreaterThan(65_000);
    await again.close({});
  });
});

describe('a fault of the file is told in a sentence', () => {
  function codeOf(work: () => unknown): string {
    try {
      work();
    } catch (error) {
      return error instanceof PostbackError ? `${error.kind} ${error.code}` : String(error);
    }
    return 'no error';
  }

  it('when it is no database', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'delivery.db'), 'this is a text of more than a hundred bytes '.repeat(40));
    expect(codeOf(() => openLog(join(folder, 'delivery.db')))).toBe('internal log_damaged');
  });

  it('when a newer program wrote it', async () => {
    const log = openLog(path);
    log.database.exec('PRAGMA user_version = 99');
    await log.close({});
    expect(codeOf(() => openLog(path))).toBe('config log_too_new');
  });

  it('when the folder is a file', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'game'), '');
    expect(codeOf(() => openLog(join(folder, 'game', 'delivery.db')))).toMatch(/^internal |ENOTDIR|EEXIST/);
  });
});

/** What the fourth version changed, undone: facts in the flight's own row as objects, no filters over the index. */
const TO_THIRD = `${TO_FOURTH};
  ALTER TABLE flight ADD COLUMN entries TEXT;
  UPDATE flight SET entries = (SELECT entries FROM cargo WHERE flight = flight.id);
  DROP TRIGGER flight_gone; DROP TABLE cargo; DROP TABLE seen_filter; PRAGMA user_version = 3`;
const TO_SECOND = `${TO_THIRD}; DROP TABLE audience; DROP TABLE membership; PRAGMA user_version = 2`;
const TO_FIRST = `${TO_SECOND}; DROP INDEX postback_request; ALTER TABLE postback DROP COLUMN request; PRAGMA user_version = 1`;

it.each([
  ['first', TO_FIRST],
  ['second', TO_SECOND],
  ['third', TO_THIRD],
])('a log of the %s version is brought to this one, with what it holds', async (_version, downgrade) => {
  const log = openLog(path);
  await log.settle(ACCOUNT, { entries: [makeEntry(1)], flight: undefined }, 'pending', THROTTLED);
  await deliver(log, [makeEntry(2)]);
  await begin(log, [makeEntry(3)]);
  // A killed process: its flight is under way still.
  log.database.exec("UPDATE run SET pid = 999999999; INSERT INTO meta VALUES ('seen_through', 1)");
  const [first] = log.database.prepare('SELECT id FROM request ORDER BY id').all();
  const hash = Number.parseInt(makeEntry(2).postback.id.slice(0, 13), 16);
  log.database.prepare('INSERT INTO seen VALUES (?, ?)').run(hash, Number(first!['id']));
  log.abandon();
  const old = new DatabaseSync(path);
  old.exec(downgrade);
  old.prepare('UPDATE flight SET entries = ? WHERE done IS NULL').run(JSON.stringify([makeEntry(3)]));
  old.close();
  const again = openLog(path);
  expect(again.standing(makeEntry(1).postback)).toMatchObject({ state: 'pending', request: undefined });
  expect(again.standing(makeEntry(2).postback)).toBe('known');
  const { facts, dedupeId, members } = makeEntry(3).postback;
  expect(again.standing(makeEntry(3).postback)).toMatchObject({
    state: 'pending',
    postback: { facts, dedupeId, ...(members && { members }) },
  });
  expect(again.standing(makeEntry(4).postback)).toBe('unknown');
  await again.close({});
});

it('google: what a network had accepted reads as accepted in a log of the sixth version', async () => {
  const log = openLog(path);
  const outcome = { kind: 'processing', reason: 'accepted' } as const;
  const waits: EntryVerdict = { status: 'retried', outcome, settled: 'pending' };
  await deliver(log, [makeEntry(1), makeEntry(2)], [waits, waits]);
  await deliver(log, [makeEntry(3), makeEntry(4), makeEntry(5)], [RETRY, { ...waits }, SUCCESS]);
  await log.close({});
  const old = new DatabaseSync(path);
  old.exec(TO_SIXTH);
  old.close();
  await openLog(path).close({});
  const expected = ['accepted', 'accepted', 'retried', 'accepted', 'success'];
  expect(readLog(path).map(({ status }) => status)).toEqual(expected);
  const shell = new DatabaseSync(path);
  const seen = shell.prepare('SELECT status FROM attempts').all() as { status: string }[];
  shell.close();
  expect(seen.map(({ status }) => status)).toEqual(expected);
});

it('google: what a network warns of is told of the attempt, also in the view', async () => {
  const log = openLog(path);
  const warning = 'Google warns: x';
  const warned: EntryVerdict = { status: 'success', outcome: { ...DELIVERED, warning } };
  const outcome = { kind: 'processing', reason: 'accepted', message: 'decides later', warning } as const;
  const waits: EntryVerdict = { status: 'accepted', outcome, settled: 'pending' };
  await deliver(log, [makeEntry(1), makeEntry(2)], [warned, SUCCESS]);
  await deliver(log, [makeEntry(3)], [waits]);
  await log.close({});
  const expected = [
    ['success', warning],
    ['success', null],
    ['accepted', 'decides later; Google warns: x'],
  ];
  expect(readLog(path).map(({ status, message }) => [status, message])).toEqual(expected);
  const shell = new DatabaseSync(path);
  const seen = shell.prepare('SELECT status, message FROM attempts').all() as Record<string, unknown>[];
  shell.close();
  expect(seen.map(({ status, message }) => [status, message])).toEqual(expected);
});

describe('a log that is opened to take over late', () => {
  /** A run that died with a request on its way. */
  async function die(entries: Entry[]): Promise<void> {
    const log = openLog(path);
    await begin(log, entries);
    log.abandon();
    const database = new DatabaseSync(path);
    // No process has that number.
    database.exec('UPDATE run SET pid = 4194305');
    database.close();
  }

  function countPending(): unknown {
    const database = new DatabaseSync(path);
    const row = database.prepare("SELECT count(*) AS n FROM postback WHERE state = 'pending' AND run IS NULL").get();
    database.close();
    return (row as { n: number }).n;
  }

  it('does so when something of a dead run is met, and not before', async () => {
    await die([makeEntry(1), makeEntry(2)]);
    const log = openLog(path, 'send', true);
    expect(log.standing(makeEntry(3).postback)).toBe('unknown');
    expect(countPending()).toBe(0);
    expect(log.standing(makeEntry(1).postback)).toMatchObject({ state: 'pending', attempts: 1 });
    expect(countPending()).toBe(2);
    const [entry] = await log.claim([makeEntry(1).postback.id]);
    await deliver(log, [entry as Entry]);
    expect(log.standing(makeEntry(1).postback)).toBe('known');
    await log.close({});
    expect(countPending()).toBe(1);
  });

  it.each<[when: string, meet: (log: DeliveryLog) => Promise<void>]>([
    ['the first answer', (log) => deliver(log, [makeEntry(3)])],
    ['a beat', (log) => log.beat()],
    ['the end', (log) => log.close({})],
  ])('does so with %s at the latest', async (_, meet) => {
    await die([makeEntry(1), makeEntry(2)]);
    await meet(openLog(path, 'send', true));
    expect(countPending()).toBe(2);
  });

  it('finds the rows that another process was quicker to write', async () => {
    await die([makeEntry(1)]);
    const log = openLog(path, 'send', true);
    await openLog(path).close({});
    expect(log.standing(makeEntry(1).postback)).toMatchObject({ state: 'pending', run: undefined });
    await log.close({});
  });
});
