import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

/** Folders in which distributions install the programs of a server, the newest version last. */
const PLACES = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/pgsql'];

/** A private PostgreSQL server that ends with the tests. */
export interface TestServer {
  port: number;
  /** Folder of its socket, data and log. */
  folder: string;
  /** Address of a database as its owner. */
  urlOf(database: string): string;
  /** Makes an empty database and returns its address. */
  makeDatabase(): Promise<string>;
  /** Runs statements as the owner of everything. */
  run(database: string, sql: string): Promise<Record<string, unknown>[]>;
  /** What the server has written to its log. */
  readLog(): string;
  /** Lets users in by other rules than the first ones: lines of pg_hba.conf that come before. */
  setRules(lines: readonly string[]): Promise<void>;
  /** Stops the server, as a failure does, or starts it again. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Finds the folder of `initdb` and `pg_ctl`; undefined where PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  const own = process.env['POSTBACK_TEST_POSTGRES'];
  if (own) return own;
  for (const place of PLACES) {
    if (!existsSync(place)) continue;
    const versions = readdirSync(place).sort((one, other) => parseFloat(one) - parseFloat(other));
    const found = versions
      .map((version) => join(place, version, 'bin'))
      .filter((bin) => existsSync(join(bin, 'initdb')));
    if (found.length > 0) return found.at(-1);
  }
  return undefined;
}

/** Whether tests can run on PostgreSQL here; says once why not. */
export function hasPostgres(): boolean {
  if (findPostgres() !== undefined) return true;
  console.warn('PostgreSQL is not installed: tests of the shared log are skipped.');
  return false;
}

/**
 * Starts a server on a free port. It refuses to run as root, so it runs as another user where the
 * tests do.
 * @param settings lines of postgresql.conf
 * @param primary folder of the data of a server that was stopped: the new one is its replica, as
 *   it was then
 */
export async function startPostgres(
  settings: readonly string[] = [],
  primary?: string,
): Promise<TestServer> {
  const bin = findPostgres();
  if (!bin) throw new Error('PostgreSQL is not installed.');
  const user = findServerUser();
  const folder = mkdtempSync(join(tmpdir(), 'postback-pg-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (user) for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  const port = await findPort();
  const initial = ['-A', 'trust', '-U', 'owner', '--no-sync', '-E', 'UTF8', '--locale=C'];
  const quiet = { stdio: 'ignore', cwd: folder, ...user } as const;
  if (primary === undefined) execFileSync(join(bin, 'initdb'), ['-D', data, ...initial], quiet);
  else {
    execFileSync('cp', ['-a', `${primary}/.`, data]);
    writeFileSync(join(data, 'standby.signal'), '');
  }
  const urlOf = (database: string): string => `postgres://owner@127.0.0.1:${port}/${database}`;
  const args = ['-D', data, '-p', String(port), '-k', folder];
  for (const setting of ['listen_addresses=127.0.0.1', ...QUICK, ...settings])
    args.push('-c', setting);
  let output = '';
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const child = spawn(join(bin, 'postgres'), args, { cwd: folder, ...user });
    child.stderr.on('data', (text) => (output += String(text)));
    server = child;
    await waitUntilReady(urlOf('postgres'));
  };
  const stop = async (signal: NodeJS.Signals = 'SIGQUIT'): Promise<void> => {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  process.once('exit', () => server?.kill('SIGQUIT'));
  const run = async (database: string, sql: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: urlOf(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  await start();
  let made = 0;
  return {
    port,
    folder,
    urlOf,
    run,
    makeDatabase: async () => {
      const name = `test_${++made}`;
      await run('postgres', `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    readLog: () => output,
    setRules: async (lines) => {
      const rules = join(data, 'pg_hba.conf');
      writeFileSync(rules, [...lines, readFileSync(rules, 'utf8')].join('\n'));
      await run('postgres', 'SELECT pg_reload_conf()');
    },
    stop,
    start,
    close: async () => {
      await stop('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Settings of a server whose data nobody needs after a crash. */
const QUICK = ['fsync=off', 'full_page_writes=off', 'max_wal_size=1GB', 'shared_buffers=64MB'];

async function waitUntilReady(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (tries > 600) throw error;
      await delay(50);
    }
  }
}

/**
 * Empties the log of a workspace and keeps its tables: making them takes longer than most tests.
 */
export async function emptyLog(
  server: TestServer,
  database: string,
  schema: string,
): Promise<void> {
  const tables = await server.run(
    database,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = '${schema}' AND c.relkind = 'r' AND c.relname <> 'meta'`,
  );
  if (tables.length === 0) return;
  const deletes = tables.map(({ name }) => `DELETE FROM ${String(name)}`);
  deletes.push(`DELETE FROM "${schema}".meta WHERE name LIKE 'refusal %'`);
  await server.run(database, deletes.join(';'));
}

/** A user without rights that a server may run as, where the tests run as root. */
export function findServerUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = users.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error('no user to run PostgreSQL as');
}

/** A port that is free now. */
export function findPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
