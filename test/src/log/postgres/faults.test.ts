import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { systemClock } from '../../../../src/clock.js';
import type { LogLocation } from '../../../../src/config/log-location.js';
import { PostbackError, type ErrorKind } from '../../../../src/errors.js';
import type { LogOptions } from '../../../../src/log/log-options.js';
import {
  describeLogServer,
  erasePerson,
  openDeliveryLog,
  pruneLog,
  withLogReader,
} from '../../../../src/log/open-log.js';
import { WORKSPACE } from '../../../kit/log.js';
import { findPort, hasPostgres, startPostgres, type TestServer } from '../../../kit/postgres.js';
import { testRandom } from '../../../kit/seeded-random.js';
import { collect, deliver, makeEntries } from '../conformance/harness.js';

const SCHEMA = `postback_${WORKSPACE}`;

interface Fault {
  kind: ErrorKind;
  code: string;
  message: RegExp;
  hint: RegExp;
}

function locate(url: string, variables: NodeJS.ProcessEnv = {}): LogLocation {
  return {
    path: '/nowhere',
    server: { url, variables },
    workspace: WORKSPACE,
    clock: systemClock,
  };
}

function openOptions(location: LogLocation): LogOptions {
  return {
    ...location,
    synchronous: 'full',
    keepDelivered: 100,
    keepSkips: 1_000,
    random: testRandom,
  };
}

/** Records one delivery. */
async function write(location: LogLocation, number = 1): Promise<void> {
  const log = await openDeliveryLog(openOptions(location), 'send');
  try {
    await deliver(log, makeEntries(number));
    await log.close({});
  } catch (error) {
    await log.abandon();
    throw error;
  }
}

async function readRows(location: LogLocation): Promise<number | undefined> {
  return withLogReader(location, async (reader) => (await collect(reader.listRows({}))).length);
}

async function expectFault(work: Promise<unknown>, fault: Fault): Promise<void> {
  const error: unknown = await work.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PostbackError);
  const { kind, code, message, hint } = error as PostbackError;
  expect({ kind, code }, message).toEqual({ kind: fault.kind, code: fault.code });
  expect(message).toMatch(fault.message);
  expect(hint).toMatch(fault.hint);
}

const erase = (location: LogLocation): Promise<unknown> =>
  erasePerson(
    location,
    { userId: 'player-1' },
    {
      random: testRandom,
      dryRun: false,
      signal: new AbortController().signal,
      makeRemoval: () => undefined,
    },
  );

const prune = (location: LogLocation): Promise<unknown> =>
  pruneLog(location, {
    beforeMs: Date.now() + 1000,
    keepIdsMs: 365 * 86_400_000,
    dryRun: false,
    clock: systemClock,
    signal: new AbortController().signal,
  });

/** A small disk of its own, where this user may mount one. */
function mountDisk(folder: string, size: string): boolean {
  const args = ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder];
  return process.platform === 'linux' && spawnSync('mount', args).status === 0;
}

describe.skipIf(!hasPostgres())('a fault of the server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.run(
      'postgres',
      `CREATE ROLE locked LOGIN PASSWORD 'right'; CREATE ROLE guest LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE old LOGIN`,
    );
    await server.setRules(['host all locked 127.0.0.1/32 scram-sha-256']);
  });
  afterAll(() => server.close());

  const as = (url: string, user: string, variables: NodeJS.ProcessEnv = {}): LogLocation =>
    locate(url.replace('owner@', `${user}@`), variables);

  /** A database with a log of one delivery. */
  async function makeLog(): Promise<{ url: string; database: string }> {
    const url = await server.makeDatabase();
    await write(locate(url));
    return { url, database: new URL(url).pathname.slice(1) };
  }

  it('7: says where it is when it cannot be reached', async () => {
    const port = await findPort();
    const away = locate(`postgres://owner@127.0.0.1:${port}/game`);
    const fault: Fault = {
      kind: 'internal',
      code: 'log_unreachable',
      message: new RegExp(`127\\.0\\.0\\.1:${port}/game cannot be reached: .*ECONNREFUSED`),
      hint: /Nothing is sent without the log\. Check that the database runs/,
    };
    for (const work of [write, readRows, erase, prune, describeLogServer])
      await expectFault(work(away), fault);
  });

  it('says that a password is wrong, or missing, or the user or the database unknown', async () => {
    const { url } = await makeLog();
    const refused = { kind: 'config', code: 'log_login_refused', hint: /PGPASSWORD/ } as const;
    for (const work of [write, readRows]) {
      await expectFault(work(as(url, 'locked', { PGPASSWORD: 'guessed' })), {
        ...refused,
        message: /refused the login: password authentication failed for user "locked"/,
      });
      await expectFault(work(as(url, 'unknown')), {
        ...refused,
        message: /role "unknown" does not exist/,
      });
      await expectFault(work(as(url, 'locked')), {
        kind: 'config',
        code: 'log_password_missing',
        message: /asks for a password; none is set/,
        hint: /PGPASSFILE/,
      });
      await expectFault(work(locate(server.urlOf('gone'))), {
        kind: 'config',
        code: 'log_database_missing',
        message: /no database at 127\.0\.0\.1:\d+\/gone/,
        hint: /createdb/,
      });
    }
  });

  it('says which right is missing: to create, to enter, to write', async () => {
    const forbidden = { kind: 'config', code: 'log_forbidden', hint: /shared-log\.md/ } as const;
    const empty = as(await server.makeDatabase(), 'guest');
    await expectFault(write(empty), { ...forbidden, message: /permission denied for database/ });
    expect(await readRows(empty)).toBeUndefined();
    expect(await describeLogServer(empty)).toMatchObject({ mayCreate: false, bytes: undefined });

    const { url, database } = await makeLog();
    for (const work of [write, readRows, erase, prune])
      await expectFault(work(as(url, 'guest')), {
        ...forbidden,
        message: /permission denied for schema/,
      });
    await server.run(
      database,
      `GRANT USAGE ON SCHEMA ${SCHEMA} TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA ${SCHEMA} TO reader`,
    );
    const reader = as(url, 'reader');
    for (const work of [write, erase, prune])
      await expectFault(work(reader), { ...forbidden, message: /permission denied for/ });
    expect(await readRows(reader)).toBe(1);
    const { forbiddenTables } = (await describeLogServer(reader))!;
    expect(forbiddenTables).toContain('request');
  });

  it('refuses a server that is too old, and a log of a newer program', async () => {
    const { url, database } = await makeLog();
    // The server is what it is: the answer to the question for its version is another one here.
    await server.run(
      database,
      `GRANT USAGE ON SCHEMA ${SCHEMA} TO old; CREATE SCHEMA past; GRANT USAGE ON SCHEMA past TO old;
       ALTER ROLE old SET search_path = past, pg_catalog;
       CREATE FUNCTION past.current_setting(text) RETURNS text LANGUAGE sql AS $$
         SELECT CASE $1 WHEN 'server_version_num' THEN '120019' ELSE pg_catalog.current_setting($1) END $$`,
    );
    await server.run(database, `GRANT SELECT ON ALL TABLES IN SCHEMA ${SCHEMA} TO old`);
    for (const work of [write, readRows, erase, prune])
      await expectFault(work(as(url, 'old')), {
        kind: 'config',
        code: 'log_server_too_old',
        message: /is PostgreSQL 12; 13 or later is needed/,
        hint: /Update the server/,
      });
    await server.run(database, `UPDATE ${SCHEMA}.meta SET value = '99' WHERE name = 'version'`);
    for (const work of [write, readRows, erase, prune])
      await expectFault(work(locate(url)), {
        kind: 'config',
        code: 'log_too_new',
        message: /written by a newer postback/,
        hint: /Update postback on this machine/,
      });
  });

  const readOnly: Fault = {
    kind: 'internal',
    code: 'log_read_only',
    message: /is read-only: it is a replica, or it is set to read only/,
    hint: /Set log\.url to the primary server/,
  };

  it('reads a database that is set to read only, and does not write it', async () => {
    const { url, database } = await makeLog();
    await server.run(
      'postgres',
      `ALTER DATABASE ${database} SET default_transaction_read_only = on`,
    );
    for (const work of [write, erase, prune]) await expectFault(work(locate(url)), readOnly);
    expect(await readRows(locate(url))).toBe(1);
    expect(await describeLogServer(locate(url))).toMatchObject({ readOnly: 'setting' });
  });

  it('reads a replica, and does not write it', async () => {
    const { url, database } = await makeLog();
    await server.stop('SIGINT');
    const replica = await startPostgres([], join(server.folder, 'data'));
    onTestFinished(() => replica.close());
    await server.start();
    const location = locate(replica.urlOf(database));
    for (const work of [write, erase, prune]) await expectFault(work(location), readOnly);
    expect(await readRows(location)).toBe(1);
    expect(await describeLogServer(location)).toMatchObject({ readOnly: 'replica' });
    await write(locate(url), 2);
  });

  it('says that the disk of the server is full, and goes on when there is room', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'postback-pg-disk-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    if (!mountDisk(folder, '24m')) {
      context.skip('no tmpfs can be mounted here (it needs root on Linux)');
    }
    onTestFinished(() => void spawnSync('umount', [folder]));
    const place = join(folder, 'tables');
    mkdirSync(place, { mode: 0o700 });
    const { uid, gid } = statSync(join(server.folder, 'data'));
    chownSync(folder, uid, gid);
    chownSync(place, uid, gid);
    await server.run('postgres', `CREATE TABLESPACE small LOCATION '${place}'`);
    await server.run('postgres', 'CREATE DATABASE cramped TABLESPACE small');
    const location = locate(server.urlOf('cramped'));
    await write(location, 0);
    const ballast = join(folder, 'ballast');
    fill(ballast);
    const log = await openDeliveryLog(openOptions(location), 'send');
    let number = 1;
    const more = async (): Promise<void> => {
      for (; number < 200; number++) {
        // Two hundred postbacks take a page of the index of ids.
        const entries = makeEntries(
          ...Array.from({ length: 200 }, (_, index) => 1000 * number + index),
        );
        await deliver(log, entries);
      }
    };
    await expectFault(more(), {
      kind: 'internal',
      code: 'disk_full',
      message: /The disk of the database at 127\.0\.0\.1:\d+\/cramped is full/,
      hint: /Make room and run the same command again/,
    });
    const before = await readRows(location);
    expect(before).toBe(1 + 200 * (number - 1));
    rmSync(ballast);
    await deliver(log, makeEntries(number * 1000));
    await log.close({});
    expect(await readRows(location)).toBe(before! + 1);
  });
});

/** Fills a disk. */
function fill(file: string): void {
  try {
    for (;;) writeFileSync(file, Buffer.alloc(65_536), { flag: 'a' });
  } catch {
    // It is full.
  }
}
