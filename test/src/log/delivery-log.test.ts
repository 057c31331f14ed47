import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import { beforeEach, describe, expect, it } from 'vitest';

import { PostbackError } from '../../../src/errors.js';
import type { DeliveryLog } from '../../../src/log/delivery-log.js';
import type { SqliteDeliveryLog } from '../../../src/log/sqlite/sqlite-delivery-log.js';
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
  WORKSPACE,
} from '../../kit/log.js';

const ACCOUNT = '1234567890123';
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, rowState: 'failed' };
const RETRY: EntryVerdict = { status: 'retried', outcome: THROTTLED };

let path: string;
beforeEach(() => {
  path = join(makeFolder(), WORKSPACE, 'delivery.db');
});

async function begin(log: DeliveryLog, entries: Entry[]): Promise<OpenRequest> {
  const { open } = await log.begin({ account: ACCOUNT, entries: entries });
  if (!open) throw new Error('every entry was taken');
  return open;
}

async function deliver(
  log: DeliveryLog,
  entries: Entry[],
  verdicts = entries.map(() => SUCCESS),
): Promise<void> {
  const open = await begin(log, entries);
  await log.finish({
    account: ACCOUNT,
    open,
    result: { http: 207, latencyMs: 12.4, requestId: 'r-1', verdicts },
    again: [],
  });
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
      {
        status: 'failed',
        eventId: makeUuid(2),
        kind: 'payload',
        reason: 'BAD_REQUEST',
        message: 'value is wrong',
      },
      { status: 'skipped', eventId: 'e-3', event: 'progression', reason: 'no_goal', attempt: null },
    ]);
    expect(rows[0]?.postbackId).toBe(makeEntry(1).postback.id);
    const shell = new DatabaseSync(path);
    const seen = shell
      .prepare('SELECT event_id, status, reason, attempt, goal FROM attempts')
      .all();
    shell.close();
    expect(seen.map((row) => ({ ...(row as object) }))).toEqual([
      {
        event_id: makeUuid(1),
        status: 'success',
        reason: null,
        attempt: 1,
        goal: 'first-purchase',
      },
      {
        event_id: makeUuid(2),
        status: 'failed',
        reason: 'BAD_REQUEST',
        attempt: 1,
        goal: 'first-purchase',
      },
      { event_id: 'e-3', status: 'skipped', reason: 'no_goal', attempt: null, goal: null },
    ]);
  });

  it('knows what was delivered, failed and pending, also after it was opened again', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1), makeEntry(2, 'no uuid')], [SUCCESS, FAILURE]);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [makeEntry(3)],
      state: 'pending',
      outcome: THROTTLED,
    });
    const check = (of: SqliteDeliveryLog): void => {
      expect(of.postbackState(makeEntry(1).postback)).toBe('known');
      expect(of.postbackState(makeEntry(2, 'no uuid').postback)).toMatchObject({
        state: 'failed',
        reason: 'BAD_REQUEST',
      });
      expect(of.postbackState(makeEntry(3).postback)).toMatchObject({
        state: 'pending',
        run: undefined,
      });
      expect(of.postbackState(makeEntry(4).postback)).toBe('unknown');
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
    expect(log.postbackState(makeEntry(1, makeUuid(1), 'other-goal').postback)).toBe('unknown');
    await log.close({});
  });

  it('counts attempts on and forgets the failure when a later attempt is delivered', async () => {
    const log = openLog(path);
    const open = await begin(log, [makeEntry(1), makeEntry(2)]);
    const rest = { ...makeEntry(2), attempts: 1 };
    const result = { http: 429, latencyMs: 1, verdicts: [SUCCESS, RETRY] };
    const [batchId] = (await log.finish({ account: ACCOUNT, open, result, again: [[rest]] })) ?? [];
    const second = await log.begin({ account: ACCOUNT, entries: [rest], batchId: batchId });
    await log.finish({
      account: ACCOUNT,
      open: second.open as OpenRequest,
      result: { http: 207, latencyMs: 1, verdicts: [SUCCESS] },
      again: [],
    });
    await log.close({});
    expect(readLog(path, { eventIds: [makeUuid(2)] })).toMatchObject([
      { status: 'retried', attempt: 1, http: 429, kind: 'throttled', reason: 'http_429' },
      { status: 'success', attempt: 2, http: 207 },
    ]);
  });

  it('lets a pending postback be claimed once, and takes it over from its row', async () => {
    const log = openLog(path);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [makeEntry(1)],
      state: 'pending',
      outcome: THROTTLED,
    });
    const other = openLog(path);
    const { id } = makeEntry(1).postback;
    const [claimed] = await log.claim([{ id: id }]);
    expect(claimed).toMatchObject({
      attempts: 0,
      stored: true,
      postback: { facts: { number: 1 } },
    });
    expect(await other.claim([{ id: id }])).toEqual([undefined]);
    await deliver(log, [claimed as Entry]);
    expect(other.postbackState(makeEntry(1).postback)).not.toMatchObject({ state: 'failed' });
    await log.close({});
    const third = openLog(path);
    expect(third.postbackState(makeEntry(1).postback)).toBe('known');
    await third.close({});
    await other.close({});
  });

  it('never lets two runs send the same new postback', async () => {
    const log = openLog(path);
    const other = openLog(path);
    const [a, b] = await Promise.all([
      log.begin({ account: ACCOUNT, entries: [makeEntry(1), makeEntry(2)] }),
      other.begin({ account: ACCOUNT, entries: [makeEntry(2), makeEntry(3)] }),
    ]);
    const taken = [...(a.open?.entries ?? []), ...(b.open?.entries ?? [])].map(
      ({ postback }) => postback.eventId,
    );
    expect(taken.sort()).toEqual([makeUuid(1), makeUuid(2), makeUuid(3)]);
    await log.close({});
    await other.close({});
  });

  it('gives nothing to send where another run has taken everything', async () => {
    const log = openLog(path);
    const other = openLog(path);
    await deliver(other, [makeEntry(1)]);
    expect(await log.begin({ account: ACCOUNT, entries: [makeEntry(1)] })).toMatchObject({
      dropped: [{ reason: 'duplicate' }],
    });
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
      expect(again.postbackState(makeEntry(number).postback)).toBe('known');
    }
    expect(again.postbackState(makeEntry(66_000).postback)).toBe('unknown');
    expect(
      again.database.prepare('SELECT count(*) AS n FROM dedupe_index').get()?.['n'],
    ).toBeGreaterThan(65_000);
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

  it('when it is not a database', () => {
    const folder = makeFolder();
    writeFileSync(
      join(folder, 'delivery.db'),
      'this is a text of more than a hundred bytes '.repeat(40),
    );
    expect(codeOf(() => openLog(join(folder, 'delivery.db')))).toBe('internal log_damaged');
  });

  it('when a newer program wrote it', async () => {
    const log = openLog(path);
    log.database.exec('PRAGMA user_version = 99');
    await log.close({});
    expect(codeOf(() => openLog(path))).toBe('config log_too_new');
  });

  it.each([1, 9])('when it has version %i of the numbering before the first release', (version) => {
    const file = join(makeFolder(), 'delivery.db');
    const old = new DatabaseSync(file);
    old.exec(`CREATE VIEW attempts AS SELECT 1 AS n; PRAGMA user_version = ${version}`);
    old.close();
    expect(codeOf(() => openLog(file))).toBe('config log_too_old');
  });

  it('when the folder is a file', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'game'), '');
    expect(codeOf(() => openLog(join(folder, 'game', 'delivery.db')))).toMatch(
      /^internal |ENOTDIR|EEXIST/,
    );
  });
});

it('google: what a network warns of is told of the attempt, also in the view', async () => {
  const log = openLog(path);
  const warning = 'Google warns: x';
  const warned: EntryVerdict = { status: 'success', outcome: { ...DELIVERED, warning } };
  const outcome = {
    kind: 'processing',
    reason: 'accepted',
    message: 'decides later',
    warning,
  } as const;
  const waits: EntryVerdict = { status: 'accepted', outcome, rowState: 'pending' };
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
  const seen = shell.prepare('SELECT status, message FROM attempts').all() as Record<
    string,
    unknown
  >[];
  shell.close();
  expect(seen.map(({ status, message }) => [status, message])).toEqual(expected);
});

describe('a log that is opened after a run has died', () => {
  /** A run that died with a request on its way. */
  async function die(entries: Entry[]): Promise<void> {
    const log = openLog(path);
    await begin(log, entries);
    await log.abandon();
    const database = new DatabaseSync(path);
    // No process has that number.
    database.exec('UPDATE run SET pid = 4194305');
    database.close();
  }

  function countPending(): unknown {
    const database = new DatabaseSync(path);
    const row = database
      .prepare("SELECT count(*) AS n FROM postback WHERE state = 'pending' AND run IS NULL")
      .get();
    database.close();
    return (row as { n: number }).n;
  }

  it('makes pending what a dead run had on its way', async () => {
    await die([makeEntry(1), makeEntry(2)]);
    const log = openLog(path);
    await log.recoverAbandonedRuns();
    expect(countPending()).toBe(2);
    expect(log.postbackState(makeEntry(1).postback)).toMatchObject({
      state: 'pending',
      attempts: 1,
    });
    const [entry] = await log.claim([{ id: makeEntry(1).postback.id }]);
    await deliver(log, [entry as Entry]);
    expect(log.postbackState(makeEntry(1).postback)).toBe('known');
    await log.close({});
    expect(countPending()).toBe(1);
  });

  it('finds the rows that another process was quicker to write', async () => {
    await die([makeEntry(1)]);
    const log = openLog(path);
    const other = openLog(path);
    await other.recoverAbandonedRuns();
    await other.close({});
    await log.recoverAbandonedRuns();
    expect(log.postbackState(makeEntry(1).postback)).toMatchObject({
      state: 'pending',
      run: undefined,
    });
    await log.close({});
  });
});
