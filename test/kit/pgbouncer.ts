import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { findPort, findServerUser } from './postgres.js';

const PLACES = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];

/** A PgBouncer in transaction mode in front of a test server. */
export interface TestPooler {
  port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether tests can run through PgBouncer here; says once why not. */
export function hasPgBouncer(): boolean {
  if (PLACES.some((path) => existsSync(path))) return true;
  console.warn('PgBouncer is not installed: tests of a pooler are skipped.');
  return false;
}

/** Starts PgBouncer with two connections to the server at `serverPort`. */
export async function startPgBouncer(serverPort: number): Promise<TestPooler> {
  const program = PLACES.find((path) => existsSync(path));
  if (!program) throw new Error('PgBouncer is not installed.');
  const port = await findPort();
  const folder = mkdtempSync(join(tmpdir(), 'postback-bouncer-'));
  chmodSync(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  const settings = [
    '[databases]',
    // The pooler lets anybody in, so it has to know whom to be at the server.
    `* = host=127.0.0.1 port=${serverPort} user=owner`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 2',
  ];
  writeFileSync(file, `${settings.join('\n')}\n`);
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn(program, [file], { cwd: folder, stdio: 'ignore', ...findServerUser() });
    for (let tries = 0; !(await answers(port)); tries++) {
      if (tries > 400) throw new Error('PgBouncer does not answer.');
      await delay(50);
    }
  };
  const stop = async (): Promise<void> => {
    const ended = child;
    child = undefined;
    if (!ended || ended.exitCode !== null) return;
    const exited = once(ended, 'exit');
    ended.kill('SIGQUIT');
    await exited;
  };
  process.once('exit', () => {
    child?.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return { port, start, stop };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
